/**
 * Posts a second through the bridge, with everything it does to post exactly once, against an RGTP client's. Bridge and
 * client have the same connections, texts and disk; the board has a process of its own. With two processors, this
 * process and the board's have one each, so with many posters the ratio says mostly how busy the bridge is between two
 * answers of the board; other work on the machine lowers it.
 *
 * A post through the bridge waits for two syncs, one after the other: the intent is on disk before the board is sent what
 * commits, and the board syncs before it says 220. A client's waits for the second alone. So one poster reaches 0.5 at most
 * where a sync takes longer than all the rest; many share both.
 */

import { join } from 'node:path';
import { LocalAccounts } from '../src/bridge/login/local-accounts.ts';
import { Logins } from '../src/bridge/login/logins.ts';
import { RgtpLogin } from '../src/bridge/login/rgtp-login.ts';
import { UserPools } from '../src/bridge/login/user-pools.ts';
import { Mirror } from '../src/bridge/mirror/mirror.ts';
import { ArticlePoster } from '../src/bridge/posting/article-poster.ts';
import { BoardPoster } from '../src/bridge/posting/board-poster.ts';
import { OwnPostRegister } from '../src/bridge/posting/own-posts.ts';
import { RgtpPoster } from '../src/bridge/posting/rgtp-poster.ts';
import { RgtpConnection } from '../src/rgtp/client/connection.ts';
import { RgtpPool } from '../src/rgtp/client/pool.ts';
import { Cache } from '../src/store/cache.ts';
import { PermanentFile } from '../src/store/permanent-file.ts';
import { SecretBox } from '../src/store/secret-box.ts';
import { octets } from '../src/wire/octets.ts';
import type { Result } from './main.ts';
import { type BoardProcess, startBoardProcess, writer } from './support/board-process.ts';

const CONNECTIONS = 8;
/** Newsreaders that post at the same time, through at most so many connections to the board; and posts of a round. */
const CROWDS = [
  { posters: 1, posts: 200 },
  { posters: 16, posts: 800 },
  { posters: 64, posts: 800 },
];
const ROUNDS = 5;
const NEWSGROUP = 'groggs.bench';
const TEXT = Array.from(
  { length: 8 },
  (_, i) => octets`Line ${i} of a post as people write them, a little over sixty octets.`,
);

export default async function posting(): Promise<readonly Result[]> {
  const board = await startBoardProcess();
  try {
    const bridge = await openBridge(board);
    const connections = await openConnections(board);
    const results: Result[] = [];
    for (const { posters, posts } of CROWDS) {
      const clients = Math.min(posters, CONNECTIONS);
      const rates: { direct: number; through: number }[] = [];
      // In turns, because a machine's speed varies. The first round only warms up.
      for (let round = 0; round <= ROUNDS; round++) {
        const direct = await rate(posts, clients, (n, worker) => postDirectly(connections[worker], n));
        const through = await rate(posts, posters, (n) => bridge.post(`${posters}.${round}.${n}`));
        if (round > 0) rates.push({ direct, through });
      }
      results.push(...compared(posters, clients, rates));
    }
    await bridge.close();
    await Promise.all(connections.map((connection) => connection.close()));
    return results;
  } finally {
    board.close();
  }
}

function compared(
  posters: number,
  clients: number,
  rates: readonly { readonly direct: number; readonly through: number }[],
): Result[] {
  const mean = (pick: (one: { direct: number; through: number }) => number) =>
    rates.reduce((sum, one) => sum + pick(one), 0) / rates.length;
  const who = posters === 1 ? 'one poster' : `${posters} posters`;
  return [
    {
      name: `directly, ${clients} at a time`,
      value: mean(({ direct }) => direct),
      unit: 'posts/s',
      note: `${clients} connections`,
    },
    {
      name: `through the bridge, ${who}`,
      value: mean(({ through }) => through),
      unit: 'posts/s',
      note: 'the same number of connections',
    },
    {
      name: `${who}: ratio`,
      value: mean(({ direct, through }) => through / direct),
      unit: '×',
      note: posters === 1 ? 'two syncs against one' : 'aim: 0.8',
      better: 'more',
    },
  ];
}

/** Posts a second, so many in all and at a time. */
async function rate(
  posts: number,
  atOnce: number,
  post: (n: number, worker: number) => Promise<unknown>,
): Promise<number> {
  let next = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: atOnce }, async (_, worker) => {
      while (next < posts) await post(next++, worker);
    }),
  );
  return (posts / (performance.now() - started)) * 1000;
}

function openConnections({ port }: BoardProcess): Promise<RgtpConnection[]> {
  const options = { host: '127.0.0.1', port, user: writer.userid, secret: writer.secret };
  return Promise.all(Array.from({ length: CONNECTIONS }, () => RgtpConnection.open(options)));
}

async function postDirectly(connection: RgtpConnection | undefined, n: number): Promise<void> {
  await connection?.data(octets`Ann Example`, [...TEXT, octets`${n}`]);
  await connection?.newItem(octets`Post ${n}`);
}

async function openBridge({ port, folder }: BoardProcess) {
  const client = { host: '127.0.0.1', port };
  const permanent = PermanentFile.open(join(folder, 'permanent.sqlite'));
  const reader = new RgtpPool({ ...client, size: 2 });
  const own = new OwnPostRegister();
  const cache = Cache.open(join(folder, 'cache.sqlite'));
  const { mirror, gate: submitter } = await Mirror.behind(
    { newsgroup: NEWSGROUP, pool: reader, cache, permanent, background: false },
    (model) => BoardPoster.open({ newsgroup: NEWSGROUP, model, permanent, reader, own }),
  );
  const pools = new UserPools({ board: client, size: CONNECTIONS, maxUsers: 1, idle: 60_000 });
  const accounts = new LocalAccounts(permanent, () => SecretBox.temporary());
  const login = new RgtpLogin({ name: 'bench', newsgroup: NEWSGROUP, guests: 'read', posting: true, accounts, pools });
  const logins = new Logins([login]);
  const index = { locate: () => undefined, later: () => undefined };
  const poster = new ArticlePoster({
    boards: [
      {
        login,
        view: {
          newsgroup: NEWSGROUP,
          domain: 'rgtp.example',
          groups: [{ name: NEWSGROUP, levelToPost: 2 }],
        },
        poster: new RgtpPoster(
          { newsgroup: NEWSGROUP, charset: 'auto', grogname: '', domain: 'rgtp.example' },
          { model: mirror, index, own, login, submitter },
        ),
      },
    ],
    logins,
    domain: 'news.example.net',
  });
  const peer = { address: '127.0.0.1', port: 1, connection: 'bench' };
  const person = await logins.login(writer.userid, writer.secret.toString('hex'), peer);
  await mirror.refresh();
  return {
    post(n: string): Promise<string> {
      const head = ['From: Ann Example <ann@example.net>', `Newsgroups: ${NEWSGROUP}`, `Subject: Post ${n}`];
      const article = [...head, `Message-ID: <${n}@bench.example>`, '', ...TEXT, n, ''].join('\r\n');
      return poster.post(Buffer.from(article), { person, peer, suggested: undefined, feed: false });
    },
    async close() {
      await pools.close();
      await mirror.close();
      await reader.close();
      await permanent.close();
    },
  };
}

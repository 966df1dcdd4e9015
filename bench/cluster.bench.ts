/**
 * Several bridges on one board, with PostgreSQL (as it is by default: each commit is on disk): how much they read together,
 * what PostgreSQL costs when posting, and how often the board is polled. Of each, the median of three rounds.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { BoardServer } from '../src/board/server.ts';
import { latin1 } from '../src/wire/octets.ts';
import { Cluster, type ClusterBridge, NEWSGROUP } from '../test/support/cluster.ts';
import type { NntpClient } from '../test/support/nntp-client.ts';
import type { Result } from './main.ts';

const poster = { user: 'ann@rgtp.test', secret: '00112233445566778899AABBCCDDEEFF' };
const ARTICLES = 200;
const READERS = 6;
const READS = 12_000;
const PIPELINED = 50;
const POSTERS = 16;
const POSTS = 400;
/** s */
const WATCHED = 30;
const ROUNDS = 3;

/** What was measured in some rounds. */
interface Measured {
  readonly value: number;
  /** half of what is between the highest and the lowest, as a share of the median */
  readonly noise: number;
}

export default async function cluster(): Promise<readonly Result[]> {
  const results: Result[] = [];
  /** @returns what the next of its kind compares to */
  const add = (
    name: string,
    { value, noise }: Measured,
    how: Omit<Result, 'name' | 'value'>,
    first = { value, noise },
  ) => {
    results.push({ name, value, unit: how.unit, ...(how.note !== undefined && { note: how.note }) });
    if (first.value === value) return first;
    results.push({
      ...how,
      name: `${name}: times the first`,
      value: value / first.value,
      unit: '',
      noise: noise + first.noise,
    });
    return first;
  };

  let alone: Measured | undefined;
  for (const bridges of [1, 2, 3]) {
    const measured = await served({ bridges }, async (all) => {
      await post(all, ARTICLES);
      await Promise.all(all.bridges.map((bridge) => caughtUp(all, bridge)));
      return inRounds(() => read(all));
    });
    const how = { unit: 'articles/s', note: `${READERS} readers`, better: 'more' } as const;
    alone = add(`reading, bridges: ${bridges}`, measured, how, alone);
  }

  let file: Measured | undefined;
  for (const [name, settings] of [
    ['SQLite', { permanent: '' }],
    ['PostgreSQL', {}],
  ] as const) {
    const measured = await served({ bridges: 1, settings }, async (all) => {
      await post(all, POSTERS);
      return inRounds(() => post(all, POSTS));
    });
    const how = { unit: 'posts/s', note: `one bridge, ${POSTERS} posters`, better: 'more' } as const;
    file = add(`posting, ${name}`, measured, how, file);
  }

  let polling: Measured | undefined;
  for (const bridges of [1, 3]) {
    const board = { poll: { reader: '1s' } };
    const value = await served({ bridges, board }, watched);
    const how = { unit: '/min', note: 'poll.reader: 1s', better: 'less' } as const;
    polling = add(`polls of the board, bridges: ${bridges}`, { value, noise: 1 / WATCHED }, how, polling);
  }
  return results;
}

async function inRounds(measure: () => Promise<number>): Promise<Measured> {
  const values: number[] = [];
  for (let round = 0; round < ROUNDS; round++) values.push(await measure());
  values.sort((a, b) => a - b);
  const value = values[Math.floor(ROUNDS / 2)] ?? 0;
  return { value, noise: ((values.at(-1) ?? 0) - (values[0] ?? 0)) / 2 / value };
}

/** Polls a minute, while somebody reads at each bridge. */
async function watched(all: Cluster): Promise<number> {
  const readers = await Promise.all(all.bridges.map((bridge) => all.connect(bridge)));
  const before = await polls(all);
  await pause(WATCHED * 1000);
  const after = await polls(all);
  for (const reader of readers) reader.close();
  return ((after - before) * 60) / WATCHED;
}

async function served<T>(
  options: { readonly bridges: number; readonly settings?: object; readonly board?: object },
  task: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const board = await BoardServer.open({
    path: ':memory:',
    listen: { host: '127.0.0.1', port: 0 },
    connectionsPerAddress: 1000,
  });
  const account = { level: 2, confirmed: true, waiting: false, disabled: false, lastUsed: board.store.time } as const;
  const secret = Buffer.from(poster.secret, 'hex');
  await board.store.commit(() => board.store.users.put({ ...account, userid: latin1(poster.user), secret }));
  try {
    const database = ['fsync=on'];
    await using all = await Cluster.open({ ...options, database, boardPort: board.address.port, poster });
    for (const bridge of all.bridges) await all.ready(bridge);
    return await task(all);
  } finally {
    await board.close();
  }
}

let made = 0;

/** Posts a second, through all bridges. */
async function post(all: Cluster, count: number): Promise<number> {
  const clients = await Promise.all(Array.from({ length: POSTERS }, (_, n) => all.connect(bridgeOf(all, n))));
  const started = performance.now();
  let left = count;
  await Promise.all(
    clients.map(async (client) => {
      while (left-- > 0) {
        const id = `<bench.${made++}@client.example>`;
        const head = ['From: Ann <ann@rgtp.test>', `Newsgroups: ${NEWSGROUP}`, `Subject: ${id}`, `Message-ID: ${id}`];
        const answer = await client.post([
          ...head,
          '',
          'A line of some sixty octets, as people write them to each other.',
        ]);
        if (!answer.startsWith('240')) throw new Error(answer);
      }
      client.close();
    }),
  );
  return (count / (performance.now() - started)) * 1000;
}

/** Articles a second, from all bridges. */
async function read(all: Cluster): Promise<number> {
  const clients = await Promise.all(Array.from({ length: READERS }, (_, n) => all.connect(bridgeOf(all, n))));
  const numbers = await first(clients).list('LISTGROUP');
  const once = (client: NntpClient, count: number) => readSome(client, numbers, count);
  await Promise.all(clients.map((client) => once(client, numbers.length)));
  const started = performance.now();
  await Promise.all(clients.map((client) => once(client, READS / READERS)));
  const rate = (READS / (performance.now() - started)) * 1000;
  for (const client of clients) client.close();
  return rate;
}

async function readSome(client: NntpClient, numbers: readonly string[], count: number): Promise<void> {
  for (let n = 0; n < count; n += PIPELINED) {
    for (let i = 0; i < PIPELINED; i++) client.send(`ARTICLE ${numbers[(n + i) % numbers.length]}`);
    for (let i = 0; i < PIPELINED; i++) {
      const status = await client.line();
      if (!status.startsWith('220')) throw new Error(status);
      await client.block();
    }
  }
}

/** Until it shows what was posted through the others. */
async function caughtUp(all: Cluster, bridge: ClusterBridge): Promise<void> {
  const client = await all.connect(bridge);
  const count = async () => Number((await client.ask(`GROUP ${NEWSGROUP}`)).split(' ')[1]);
  while ((await count()) < ARTICLES) await pause(50);
  client.close();
}

/** How often the bridges have asked for the index. */
async function polls({ bridges }: Cluster): Promise<number> {
  const pages = await Promise.all(bridges.map(({ metrics }) => metrics()));
  const asked = pages.join('\n').matchAll(/^rgtp_nntp_board_requests_total\{[^}]*command="INDX"[^}]*\} (\d+)/gm);
  return Array.from(asked, ([, times]) => Number(times)).reduce((sum, one) => sum + one, 0);
}

function bridgeOf({ bridges }: Cluster, n: number): ClusterBridge {
  return first(bridges.slice(n % bridges.length));
}

function first<T>([one]: readonly T[]): T {
  if (one === undefined) throw new Error('there is none');
  return one;
}

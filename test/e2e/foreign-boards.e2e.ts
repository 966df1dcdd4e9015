/**
 * The bridge in front of boards that are not ours. By default doubles that do what groggsd and spurge were recorded
 * doing; `RGTP_TEST_SERVER=host:port` has the same tests ask a real server instead. It must let guests read, or
 * `RGTP_TEST_USER` and `RGTP_TEST_SECRET` (hexadecimal); with `RGTP_TEST_POST=yes` that user posts an item and a reply.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RgtpConnection } from '../../src/rgtp/client/connection.ts';
import { parseSecret } from '../../src/rgtp/proof.ts';
import { latin1 } from '../../src/wire/octets.ts';
import { ForeignBoard } from '../support/foreign-board.ts';
import { groggsd, type Manners, spurge } from '../support/foreign-manners.ts';
import { realServer } from '../support/real-server.ts';
import { Daemon, loseCache } from './daemon.ts';
import { splitArticle } from './headers.ts';
import { domain, newsgroup } from './sample-daemon.ts';
import { until } from './until.ts';
import { mime, octets, stored, text, written } from './written.ts';

const real = realServer();
const doubles: readonly [string, Manners | undefined][] = [
  // Small items are full soon.
  ['groggsd', { ...groggsd, itemLimit: 3000 }],
  ['spurge', { ...spurge, itemLimit: 3000 }],
];
const boards: typeof doubles = real === undefined ? doubles : [[real.host, undefined]];
const ANN = { user: 'ann@rgtp.test', secret: '00112233445566778899AABBCCDDEEFF' };

/** An address of IPv6 stands in brackets. */
const inUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host);

describe.each(boards)('a bridge in front of %s', (_, manners) => {
  let double: ForeignBoard | undefined;
  let where: { host: string; port: number };
  let daemon: Daemon;
  const person: { readonly user?: string | undefined; readonly secret?: string | undefined } =
    manners === undefined ? { user: real?.user, secret: real?.secret } : ANN;
  const mayPost = manners !== undefined || real?.mayPost === true;

  beforeAll(async () => {
    if (manners === undefined) {
      if (real === undefined) throw new Error('no server');
      where = { host: real.host, port: real.port };
    } else {
      double = await ForeignBoard.open(manners, { [ANN.user]: { secret: ANN.secret, level: 2 } });
      where = { host: '127.0.0.1', port: double.port };
      // As it comes over the wire, with its dots doubled.
      const sent = ['Ann', ...stored('an item')].map((line) => manners.keep(octets(line).replace(/^\./, '..')));
      const { id } = double.newItem('I', ANN.user, octets('A café'), sent);
      const item = double.items.get(id);
      if (item === undefined) throw new Error('no item');
      double.reply(item, ANN.user, ['Bob', 'A reply.', '', 'In two parts.']);
      double.newItem('C', ANN.user, 'It goes on', ['Carol', 'Continued.'], item);
    }
    const reader = manners === undefined && person.user !== undefined ? person : {};
    daemon = await Daemon.create({
      http: { listen: 'off' },
      embedded: { listen: 'off' },
      boards: [{ newsgroup, domain, rgtp: `rgtp://${inUrl(where.host)}:${where.port}`, ...reader }],
    });
    await daemon.start();
    await indexRead();
  });
  afterAll(async () => {
    await daemon[Symbol.asyncDispose]();
    await double?.[Symbol.asyncDispose]();
  });

  async function indexRead(): Promise<void> {
    const news = await daemon.client();
    await until(
      async () => (await news.ask(`GROUP ${newsgroup}`)).startsWith('211'),
      () => `the index of the board:\n${daemon.output.slice(-2000)}`,
    );
    news.quit();
  }

  /** The board itself, over RGTP. */
  async function asking<T>(task: (board: RgtpConnection) => Promise<T>): Promise<T> {
    const login = person.user === undefined ? {} : { user: latin1(person.user) };
    const board = await RgtpConnection.open({ ...where, ...login, secret: parseSecret(person.secret ?? '') });
    try {
      return await task(board);
    } finally {
      await board.close();
    }
  }

  async function overview(): Promise<string[]> {
    const news = await daemon.client();
    await news.ask(`GROUP ${newsgroup}`);
    const rows = await news.list('OVER 0-', '224');
    news.quit();
    return rows;
  }

  it('serves every post of the board with its text', async () => {
    const news = await daemon.client();
    await news.ask(`GROUP ${newsgroup}`);
    const rows = await overview();
    let compared = 0;
    await asking(async (board) => {
      // A real board may be large: its newest posts are enough.
      for (const row of rows.slice(-200)) {
        const { headers, body } = splitArticle(await news.list(`ARTICLE ${row.split('\t')[0]}`, '220'));
        const item = await board.item(headers.get('x-rgtp-item') ?? '');
        const sequence = Number.parseInt(headers.get('x-rgtp-sequence') ?? '', 16);
        const post = item.contributions.find((contribution) => contribution.sequence === sequence);
        if (post === undefined) continue;
        const served = text(body.split('\r\n').slice(0, -1)).trimEnd();
        const there = text(post.lines).trimEnd().replaceAll(/^--$/gm, '-- ');
        // A real board has other character sets, and controls, which other tests cover.
        if (manners !== undefined || /^[\t\n\x20-\x7e]*$/.test(there)) expect(served).toBe(there);
        compared++;
      }
    });
    expect(compared).toBeGreaterThan(0);
    news.quit();
  });

  it.skipIf(!mayPost)('an item and a reply are on the board, exactly', async () => {
    const news = await daemon.client();
    expect(await news.login(person.user ?? '', person.secret ?? '')).toMatch(/^281/);
    const head = ['From: Ann <ann@rgtp.test>', `Newsgroups: ${newsgroup}`, ...mime];
    const post = async (...lines: string[]) => {
      expect(await news.post([...head, ...lines].map(octets))).toMatch(/^240/);
      const high = (await news.ask(`GROUP ${newsgroup}`)).split(' ')[3];
      return splitArticle(await news.list(`ARTICLE ${high}`, '220'));
    };
    const onBoard = async ({ headers }: { headers: ReadonlyMap<string, string> }) =>
      asking(async (board) => {
        const { contributions } = await board.item(headers.get('x-rgtp-item') ?? '');
        const sequence = Number.parseInt(headers.get('x-rgtp-sequence') ?? '', 16);
        const lines = contributions.find((contribution) => contribution.sequence === sequence)?.lines ?? [];
        return text(lines).trimEnd().replaceAll(/ +$/gm, '');
      });
    const item = await post('Subject: A test of the bridge', '', ...written('an item'));
    expect(text(item.body.split('\r\n').slice(0, -1))).toBe(written('an item').join('\n'));
    expect(await onBoard(item)).toBe(stored('an item').join('\n'));
    const reply = await post(
      'Subject: Re: x',
      `References: ${item.headers.get('message-id')}`,
      '',
      ...written('a reply'),
    );
    expect(reply.headers.get('x-rgtp-item')).toBe(item.headers.get('x-rgtp-item'));
    expect(await onBoard(reply)).toBe(stored('a reply').join('\n'));

    if (manners !== undefined) {
      // Until it is full, and continued.
      const references = `References: ${item.headers.get('message-id')}`;
      const long = Array.from({ length: 20 }, (_, n) => `${n} ${'x'.repeat(60)}`);
      let last = reply;
      for (let n = 0; n < 5 && last.headers.get('x-rgtp-item') === item.headers.get('x-rgtp-item'); n++) {
        last = await post('Subject: Re: x', references, '', ...long);
      }
      expect(last.headers.get('x-rgtp-item')).not.toBe(item.headers.get('x-rgtp-item'));
      expect(last.headers.get('references')).toContain(item.headers.get('message-id'));
      expect(await onBoard(last)).toBe(long.join('\n'));
    }
    news.quit();
  });

  it('comes back after a restart, kill -9 and the loss of the cache as it was', async () => {
    const before = await overview();
    for (const how of ['SIGTERM', 'SIGKILL', 'cache'] as const) {
      await daemon.stop(how === 'cache' ? 'SIGTERM' : how);
      if (how === 'cache') loseCache(daemon);
      await daemon.start();
      await indexRead();
      expect(await overview(), how).toEqual(before);
    }
  });
});

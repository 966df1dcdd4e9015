import { copyFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Daemon } from './daemon.ts';
import { sampleBoard } from './sample-board.ts';
import { domain, newsgroup, remoteDaemon, sampleDaemon, settled } from './sample-daemon.ts';
import { until } from './until.ts';

const user = 'ann@rgtp.test';
const secret = sampleBoard.users[user] ?? '';

/** The whole overview of the three newsgroups: every number, Message-ID, thread and size. */
async function overview(daemon: Daemon): Promise<string[]> {
  const news = await daemon.client();
  const lines: string[] = [];
  for (const name of [newsgroup, `${newsgroup}.motd`, `${newsgroup}.edits`]) {
    await news.ask(`GROUP ${name}`);
    lines.push(...(await news.list('OVER 1-', '224')));
  }
  news.quit();
  return lines;
}

async function post(daemon: Daemon, id: string): Promise<void> {
  const news = await daemon.client();
  expect(await news.login(user, secret)).toMatch(/^281/);
  const lines = [
    'From: Ann <ann@rgtp.test>',
    `Newsgroups: ${newsgroup}`,
    `Subject: Item ${id.slice(1, 9)}`,
    `Message-ID: ${id}`,
    '',
    'Text.',
  ];
  expect(await news.post(lines)).toMatch(/^240/);
  news.quit();
}

/** The files of one database, of which SQLite keeps up to three. */
const files = (daemon: Daemon, database: string) =>
  readdirSync(daemon.data).filter((name) => name.includes(`.${database}.sqlite`));

describe('what is stored', () => {
  let board: Daemon;
  let rgtp: number;
  let bridge: Daemon;
  beforeAll(async () => {
    ({ daemon: board, rgtp } = await sampleDaemon());
    bridge = await remoteDaemon(rgtp);
  });
  afterAll(() => Promise.all([board[Symbol.asyncDispose](), bridge[Symbol.asyncDispose]()]));

  it('a deleted cache changes no number and no id', async () => {
    await post(bridge, '<stores.1@client.example>');
    const before = await overview(bridge);
    expect(before.some((line) => line.includes('<stores.1@client.example>'))).toBe(true);
    await bridge.stop();
    const cache = files(bridge, 'cache');
    expect(cache.length).toBeGreaterThan(0);
    for (const name of cache) rmSync(join(bridge.data, name));
    await bridge.start();
    await settled(bridge, 3219);
    expect(await overview(bridge)).toEqual(before);
  });

  it("yesterday's permanent file changes no number; only posts made since fall back to derived ids", async () => {
    await bridge.stop();
    const saved = files(bridge, 'permanent');
    expect(saved.length).toBeGreaterThan(0);
    for (const name of saved) copyFileSync(join(bridge.data, name), join(bridge.folder, name));
    await bridge.start();
    await post(bridge, '<stores.2@client.example>');
    const before = await overview(bridge);

    await bridge.stop();
    for (const name of files(bridge, 'permanent')) rmSync(join(bridge.data, name));
    for (const name of saved) copyFileSync(join(bridge.folder, name), join(bridge.data, name));
    await bridge.start();
    const after = await overview(bridge);
    const id = after.find((line) => line.startsWith('3220\tItem stores.2\t'))?.split('\t')[4];
    expect(id).toMatch(new RegExp(`^<[A-Z]\\d{7}\\.00000C94@${domain}>$`));
    const sizes = (line: string) => line.replace(/\t\d+\t(?=\d+\tXref)/, '\t-\t');
    expect(after.map(sizes)).toEqual(
      before.map((line) => sizes(line.replace('\t<stores.2@client.example>\t', `\t${id}\t`))),
    );
  });

  it('two bridges on one board see the same posts under the same numbers', async () => {
    await post(board, '<stores.3@client.example>');
    await until(
      async () => (await overview(bridge)).some((line) => line.startsWith('3221\tItem stores.3\t')),
      'the post to be seen through the other bridge',
    );
    const [here, there] = await Promise.all([overview(board), overview(bridge)]);
    const numbers = (lines: string[]) => lines.map((line) => line.split('\t', 2).join('\t'));
    expect(numbers(here)).toEqual(numbers(there));
  });

  it('a board that is away costs no reader anything: from the cache, at once, with the old numbers', async () => {
    const before = await overview(bridge);
    await board.stop();
    expect(await overview(bridge)).toEqual(before);
    await bridge.stop();
    await bridge.start();
    expect(await overview(bridge)).toEqual(before);
    const news = await bridge.client();
    expect(await news.login(user, `${secret.slice(0, -2)}00`)).not.toMatch(/^281/);
    // It logged in there before: that counts for reading.
    expect(await news.login(user, secret)).toMatch(/^281/);
    expect(await news.list(`BODY <O0591429.00000002@${domain}>`, '222')).toContain(
      'I should like to raise the matter of the lift in the new building? The cat seems',
    );
    news.quit();
    await board.start();
    await until(
      async () => {
        const again = await bridge.client();
        const answer = await again.login('nobody', secret);
        again.quit();
        return answer.startsWith('481');
      },
      () => `the bridge to find its board again:\n${bridge.output.slice(-3000)}`,
      120_000,
    );
  });

  it('a board that is away at the very start is there when it is there', async () => {
    const before = await overview(board);
    await board.stop();
    const fresh = await Daemon.create({
      http: { listen: 'off' },
      embedded: { listen: 'off' },
      boards: [{ newsgroup, domain, rgtp: `rgtp://127.0.0.1:${rgtp}`, poll: { reader: '1s' } }],
    });
    await using _ = fresh;
    await fresh.start();
    const news = await fresh.client();
    expect(await news.ask(`GROUP ${newsgroup}`)).toMatch(/^403 the board's index has not been read yet/);
    expect(await news.list('LIST ACTIVE', '215')).toHaveLength(3);
    news.quit();
    await board.start();
    await settled(fresh, 3221);
    const numbers = (lines: string[]) => lines.map((line) => line.split('\t', 2).join('\t'));
    expect(numbers(await overview(fresh))).toEqual(numbers(before));
  });
});

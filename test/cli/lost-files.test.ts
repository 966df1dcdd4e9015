import {
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NntpClient } from '../support/nntp-client.ts';
import { unpackSampleSpool } from '../support/sample-board.ts';
import { CommandLine, commandLine } from './command-line.ts';

let folder = '';
let data = '';
let server: CommandLine | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rgtp-nntp-lost-'));
  data = join(folder, 'data');
});
afterEach(async () => {
  await end('SIGTERM');
  rmSync(folder, { recursive: true });
});

function env(newsgroup = 'groggs.gossip') {
  return {
    RGTP_NNTP_DATA: data,
    RGTP_NNTP_BOARDS_0_RGTP: 'embedded',
    RGTP_NNTP_BOARDS_0_NAME: 'gossip',
    RGTP_NNTP_BOARDS_0_NEWSGROUP: newsgroup,
    RGTP_NNTP_LISTEN: 'nntp://127.0.0.1:0',
    RGTP_NNTP_EMBEDDED_LISTEN: 'off',
    RGTP_NNTP_HTTP_LISTEN: 'off',
  };
}

async function serve(newsgroup?: string): Promise<void> {
  server = new CommandLine(['serve'], { env: env(newsgroup) });
  await server.printed(/127\.0\.0\.1 port \d+/);
}

async function end(signal: NodeJS.Signals): Promise<void> {
  await server?.end(signal);
  server = undefined;
}

async function addAccount(): Promise<void> {
  const input = 'correct horse\ncorrect horse\n01 23 AB\n';
  expect(await commandLine(['user', 'add', 'ann', '--userid', 'editor'], { env: env(), input })).toMatchObject({
    code: 0,
  });
}

const file = (name: string) => join(data, `gossip.${name}`);

function lose(name: string, how: 'deleted' | 'emptied'): void {
  for (const ending of ['', '-wal', '-shm']) {
    if (!existsSync(file(name) + ending)) continue;
    if (how === 'deleted') rmSync(file(name) + ending);
    else truncateSync(file(name) + ending, 0);
  }
}

async function expectRefusal(words: string, ...args: string[]): Promise<void> {
  const { code, stderr } = await commandLine(args, { env: env() });
  expect(stderr).toContain(words);
  expect(stderr).toContain('rgtp-nntp restore');
  expect(code).toBe(1);
}

describe.each(['deleted', 'emptied'] as const)('%s', (how) => {
  it('the board beside its key and its permanent file: nothing starts over', async () => {
    await serve();
    await end('SIGTERM');
    lose('board.sqlite', how);
    for (const args of [['serve'], ['board', 'user', 'list'], ['sync']]) {
      await expectRefusal('gossip.board.sqlite is missing or empty', ...args);
    }
    // The key alone is trace enough.
    rmSync(file('permanent.sqlite'));
    await expectRefusal('although gossip.board.key is there', 'serve');
    expect(existsSync(file('board.sqlite'))).toBe(how === 'emptied');
  });

  it('the permanent file beside the board, whether or not the cache is there', async () => {
    await serve();
    await end('SIGTERM');
    lose('permanent.sqlite', how);
    await expectRefusal('gossip.cache.sqlite shows that there was one', 'serve');
    lose('cache.sqlite', 'deleted');
    await expectRefusal('gossip.board.sqlite shows that there was one', 'serve');
    await expectRefusal('shows that there was one', 'user', 'list');
    await expectRefusal('shows that there was one', 'backup', join(folder, 'backup'));
    // The board alone needs no permanent file: its upkeep goes on.
    expect((await commandLine(['board', 'verify'], { env: env() })).code).toBe(0);
  });

  it('a key beside what it has sealed: no new one is made', async () => {
    await serve();
    await end('SIGTERM');
    await addAccount();
    for (const name of ['board.key', 'accounts.key']) {
      const kept = readFileSync(file(name));
      lose(name, how);
      for (const args of [['serve'], ['backup', join(folder, 'backup')]]) {
        await expectRefusal(`gossip.${name} is missing or empty`, ...args);
      }
      expect(existsSync(file(name))).toBe(how === 'emptied');
      writeFileSync(file(name), kept);
    }
    await serve();
  });

  it('the cache: it is rebuilt, and so is what never was', async () => {
    await serve();
    await end('SIGTERM');
    lose('cache.sqlite', how);
    await serve();
  });

  it.each(['board', 'permanent'])('the write-ahead log of the %s file after a crash', async (kind) => {
    await serve();
    await end('SIGKILL');
    const log = `${file(`${kind}.sqlite`)}-wal`;
    expect(existsSync(log)).toBe(true);
    const kept = readFileSync(log);
    if (how === 'emptied') {
      truncateSync(log, 0);
      await expectRefusal(`its write-ahead log gossip.${kind}.sqlite-wal is damaged`, 'serve');
      // As the message advises those who want to go on with what is left.
      writeFileSync(log, 'lost\n');
      return serve();
    }
    rmSync(log);
    await expectRefusal(`its write-ahead log gossip.${kind}.sqlite-wal is gone`, 'serve');
    await expectRefusal(`its write-ahead log gossip.${kind}.sqlite-wal is gone`, 'backup', join(folder, 'backup'));
    // Asking has not repaired it.
    await expectRefusal(`its write-ahead log gossip.${kind}.sqlite-wal is gone`, 'serve');
    writeFileSync(log, kept);
    await serve();
  });
});

it("another board's key", async () => {
  await serve();
  await end('SIGTERM');
  writeFileSync(file('board.key'), `${'0'.repeat(64)}\n`);
  for (const args of [['serve'], ['board', 'user', 'list']]) await expectRefusal("it is not this board's key", ...args);
});

it.each(['cache', 'permanent'])("another board's %s file: nothing gets another number", async (kind) => {
  await serve('groggs.other');
  await end('SIGTERM');
  const another = readFileSync(file(`${kind}.sqlite`));
  rmSync(data, { recursive: true });
  await serve();
  await end('SIGTERM');
  const own = readFileSync(file(`${kind}.sqlite`));
  writeFileSync(file(`${kind}.sqlite`), another);
  for (const args of [['sync'], ['serve']]) await expectRefusal('belongs to another board: groggs.', ...args);
  writeFileSync(file(`${kind}.sqlite`), own);
  // To rename the newsgroup makes no other board of it.
  await serve('groggs.renamed');
  await end('SIGTERM');
  await serve();
});

describe('a key of the local accounts that opens nothing', () => {
  it.each<[string, string, (key: string) => void]>([
    ['another one', 'it does not open the secret of ann', (key) => writeFileSync(key, `${'0'.repeat(64)}\n`)],
    ['half of it', 'it is not a key of 64 hex digits', (key) => truncateSync(key, 30)],
  ])('%s: the server does not start', async (_, words, spoil) => {
    await serve();
    await addAccount();
    await end('SIGTERM');
    spoil(file('accounts.key'));
    await expectRefusal(words, 'serve');
  });

  it('lost beside a server that runs: the login says so, and the log what to do', async () => {
    await serve();
    await addAccount();
    truncateSync(file('accounts.key'), 30);
    const [, port] = /127\.0\.0\.1 port (\d+)/.exec(server?.stdout ?? '') ?? [];
    const client = await NntpClient.connect(Number(port));
    expect(await client.login('ann', 'correct horse')).toMatch(/^403 this server cannot open its accounts now/);
    client.close();
    await server?.printed(/it is not a key of 64 hex digits/);
  });
});

it('a permanent file that lost its end in a crash', async () => {
  await serve();
  await end('SIGKILL');
  truncateSync(file('permanent.sqlite'), statSync(file('permanent.sqlite')).size / 2);
  await expectRefusal('gossip.permanent.sqlite: the file was cut off', 'serve');
});

describe('what is no loss', () => {
  it('a crash, and a first start that failed half way', async () => {
    await serve();
    await end('SIGKILL');
    await serve();
    await end('SIGTERM');
    // A board without a bridge never had a permanent file.
    rmSync(data, { recursive: true });
    const spool = unpackSampleSpool();
    expect((await commandLine(['import', spool], { env: env() })).code).toBe(0);
    rmSync(join(spool, '../..'), { recursive: true });
    await serve();
  });

  it('a board moved away with everything', async () => {
    await serve();
    await end('SIGTERM');
    renameSync(data, `${data}.old`);
    await serve();
  });
});

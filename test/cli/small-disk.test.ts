/**
 * Commands on a disk that is full, has no inode left, or is read-only: a sentence and an exit code, and nothing lost.
 */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { unpackSampleSpool } from '../support/sample-board.ts';
import { CommandLine, commandLine } from './command-line.ts';

// A dozen programs one after the other, beside whatever else runs.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const mounted = mkdtempSync(join(tmpdir(), 'small-disk-'));
const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=6m,nr_inodes=80', 'tmpfs', mounted]);
if (status !== 0) process.stderr.write('small-disk.test.ts: skipped, only root can mount a small file system\n');

const elsewhere = mkdtempSync(join(tmpdir(), 'beside-a-small-disk-'));
const env = {
  RGTP_NNTP_DATA: join(mounted, 'data'),
  RGTP_NNTP_LISTEN: 'nntp://127.0.0.1:0',
  RGTP_NNTP_EMBEDDED_LISTEN: 'rgtp://127.0.0.1:0',
  RGTP_NNTP_HTTP_LISTEN: 'off',
};
let server: CommandLine | undefined;

afterAll(async () => {
  await end('SIGKILL');
  // Lazily: files are closed in the background.
  if (status === 0) spawnSync('umount', ['-l', mounted]);
  rmdirSync(mounted);
  rmSync(elsewhere, { recursive: true });
});

function append(name: string): void {
  const file = openSync(join(mounted, name), 'a');
  try {
    for (const size of [65_536, 4096, 1]) {
      try {
        for (;;) writeSync(file, Buffer.alloc(size));
      } catch {
        // full for this size
      }
    }
  } finally {
    closeSync(file);
  }
}

/** of tmpfs, octets */
const PAGE = 4096;

const remount = (how: 'ro' | 'rw') => spawnSync('mount', ['-o', `remount,${how}`, mounted]);

/** What is wrong with the disk, how to bring it about and end it, and what is said about it. */
const SICK = {
  full: {
    begin: () => append('filler'),
    end: () => rmSync(join(mounted, 'filler')),
    words: /no space(, or no inode,)? is left on the disk/,
  },
  'without an inode': {
    begin: () => {
      try {
        for (let n = 0; ; n++) writeFileSync(join(mounted, `inode.${n}`), '');
      } catch {
        // none is left
      }
    },
    end: () => {
      for (const name of readdirSync(mounted)) if (name.startsWith('inode.')) rmSync(join(mounted, name));
    },
    words: /no space, or no inode, is left on the disk/,
  },
  'read-only': { begin: () => remount('ro'), end: () => remount('rw'), words: /the file system is read-only/ },
} as const;

async function start(): Promise<CommandLine> {
  server = new CommandLine(['serve'], { env });
  await server.printed(/RGTP clients.*port \d+\./);
  return server;
}

async function end(signal: NodeJS.Signals): Promise<void> {
  await server?.end(signal);
  server = undefined;
}

function run(args: readonly string[], input = '') {
  return commandLine(args, { env, input });
}

/** Every command that writes says what is wrong and what to do. */
async function expectRefusals(words: RegExp): Promise<void> {
  const account = 'correct horse\ncorrect horse\n01 23 AB\n';
  const commands: [string[], string?][] = [
    [['serve']],
    [['board', 'user', 'add', 'bob@example.org']],
    [['user', 'add', 'ann', '--userid', 'editor'], account],
    [['backup', join(mounted, 'backup')]],
    [['board', 'backup', join(mounted, 'copy')]],
    [['board', 'export', join(mounted, 'spool')]],
  ];
  for (const [args, input] of commands) {
    const { code, stderr } = await run(args, input);
    const what = `${args.join(' ')}: ${stderr}`;
    expect(code, what).toBe(1);
    expect(stderr, what).toMatch(words);
    expect(stderr, what).toMatch(/\n(Free some space|Mount it for writing).* Nothing is lost\.\n$/);
    expect(stderr, what).not.toMatch(/bug|in use|\n {4}at /);
  }
}

describe.runIf(status === 0)('a small disk', () => {
  beforeAll(async () => {
    await start();
    await end('SIGTERM');
  });

  test.each(Object.keys(SICK) as (keyof typeof SICK)[])('%s', async (sick) => {
    const { begin, end: recover, words } = SICK[sick];
    begin();
    try {
      await expectRefusals(words);
    } finally {
      recover();
    }
    expect(await run(['board', 'verify'])).toMatchObject({ code: 0, stdout: expect.stringContaining('2 index rows') });
    expect((await run(['board', 'user', 'list'])).stdout).not.toContain('bob@');
    expect((await run(['user', 'list'])).stdout).toBe('board  name  userid  grogname\n');
    await start();
    await end('SIGTERM');
  });

  test('a server that is killed when the disk is full starts again there, and is whole', async () => {
    await start();
    SICK.full.begin();
    await end('SIGKILL');
    await start();
    await end('SIGTERM');
    SICK.full.end();
    await start();
    await end('SIGTERM');
    expect((await run(['board', 'verify'])).code).toBe(0);
  });

  test('an import for which there is no room does not count, and starts over', async () => {
    const spool = unpackSampleSpool();
    const into = { ...env, RGTP_NNTP_DATA: join(mounted, 'imported') };
    writeFileSync(join(mounted, 'filler'), Buffer.alloc(5_000_000));
    const failed = await commandLine(['import', spool], { env: into });
    expect(failed.stderr).toMatch(SICK.full.words);
    expect(failed.code).toBe(1);
    const refused = await commandLine(['serve'], { env: into });
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Run the same `rgtp-nntp import` again'),
    });
    SICK.full.end();
    expect((await commandLine(['import', spool], { env: into })).code).toBe(0);
    expect((await commandLine(['board', 'verify'], { env: into })).stdout).toContain('3166 index rows, 225 items');
    rmSync(into.RGTP_NNTP_DATA, { recursive: true });
    rmSync(join(spool, '../..'), { recursive: true });
  });

  test('a backup for which there is no room is not restored, and what was there stays', async () => {
    const backup = join(elsewhere, 'backup');
    expect((await run(['backup', backup])).code).toBe(0);
    SICK.full.begin();
    const { code, stderr } = await run(['restore', backup, '--force']);
    expect(stderr).toMatch(/data\/gossip\.\w+\.sqlite\.restoring: no space, or no inode, is left on the disk/);
    expect(code).toBe(1);
    SICK.full.end();
    expect((await run(['board', 'verify'])).code).toBe(0);
    expect(readdirSync(env.RGTP_NNTP_DATA).filter((name) => name.includes('restor'))).toEqual([]);
  });

  test('a log that cannot be written stops nothing; the next line that can be says how many are missing', async () => {
    const path = join(mounted, 'log');
    const log = openSync(path, 'a');
    const { PATH } = process.env;
    server = new CommandLine(['serve'], { env: { PATH, ...env, RGTP_NNTP_LOG_LEVEL: 'debug' }, stderr: log });
    const [, port] = await server.printed(/RGTP clients.*port (\d+)\./);
    // The next line needs another page.
    writeSync(log, `${' '.repeat(PAGE - 1 - (statSync(path).size % PAGE))}\n`);
    for (let n = 0; n < 5; n++) {
      SICK.full.begin();
      await knock(Number(port));
    }
    SICK.full.end();
    await knock(Number(port));
    server.child.kill('SIGTERM');
    expect((await server.ended).code).toBe(0);
    closeSync(log);
    expect(readFileSync(path, 'utf8')).toMatch(/"lines":\d+,"msg":"lines of the log are missing/);
  });
});

/** Connects, and reads the banner. */
async function knock(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'data');
  socket.destroy();
}

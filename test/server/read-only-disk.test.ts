/**
 * A real file system that turns read-only under a running server, as ext4 does after an error (Linux lets nobody remount
 * one whose files are open for writing). It can't be written again before it is mounted anew, so what comes back without a
 * restart is in `faulty-disk.test.ts`.
 */
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { NntpClient } from '../support/nntp-client.ts';
import { people } from '../support/whole-server.ts';

const PROCESS = fileURLToPath(new URL('faulty-disk-process.ts', import.meta.url));
const SIZE = 64 * 2 ** 20;

const folder = mkdtempSync(join(tmpdir(), 'read-only-disk-'));
const image = join(folder, 'image');
const mounted = mkdtempSync(join(folder, 'mounted-'));

function system(command: string, ...args: string[]): string | undefined {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  // e2fsck: 1 is that it has mended something.
  return status === 0 || (command === 'e2fsck' && status === 1) ? stdout.trim() : undefined;
}

function mount(): boolean {
  return system('mount', '-o', 'loop,errors=remount-ro', image, mounted) !== undefined;
}

/** The file that makes the mounted file system find an error; `undefined`: this machine has none. */
function prepared(): string | undefined {
  writeFileSync(image, '');
  truncateSync(image, SIZE);
  if (system('mkfs.ext4', '-q', image) === undefined || !mount()) return undefined;
  const trigger = `/sys/fs/ext4/${basename(system('findmnt', '-no', 'SOURCE', mounted) ?? '')}/trigger_fs_error`;
  return existsSync(trigger) ? trigger : undefined;
}

const trigger = prepared();
if (trigger === undefined) process.stderr.write('read-only-disk.test.ts: skipped, no ext4 that can be made to fail\n');

let child: ChildProcess | undefined;

afterAll(async () => {
  await kill();
  system('umount', '-l', mounted);
  rmSync(folder, { recursive: true, force: true });
});

async function kill(): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function start(): Promise<{ readonly writer: NntpClient; readonly httpPort: number }> {
  child = fork(PROCESS, [join(mounted, 'data')]);
  const [message] = await once(child, 'message');
  const { newsPort, httpPort } = message as { newsPort: number; httpPort: number }; // what the process sends
  const writer = await NntpClient.connect(newsPort);
  await writer.ask(`AUTHINFO USER ${people.proving[2]}`);
  expect(await writer.ask(`AUTHINFO PASS ${people.password}`)).toMatch(/^281/);
  return { writer, httpPort };
}

async function post(writer: NntpClient, name: string): Promise<string> {
  expect(await writer.ask('POST')).toMatch(/^340/);
  const head = ['From: W <w@x.example>', 'Newsgroups: groggs.gossip', `Subject: ${name}`];
  return writer.ask([...head, `Message-ID: <${name}@x.example>`, '', 'hello', '.'].join('\r\n'));
}

test.skipIf(trigger === undefined)('a disk that turns read-only', async () => {
  const { writer, httpPort } = await start();
  const there = ['one', 'two', 'three'];
  for (const name of there) expect(await post(writer, name)).toMatch(/^240/);

  writeFileSync(trigger ?? '', '1');
  for (const name of ['four', 'five']) {
    expect(await post(writer, name)).toBe("441 the server's disk takes no writes; not posted");
  }
  const ready = await fetch(`http://127.0.0.1:${httpPort}/readyz`);
  expect([ready.status, await ready.text()]).toEqual([503, expect.stringContaining('the file system is read-only')]);
  const metrics = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text();
  expect(metrics).toContain('rgtp_nntp_board_disk_trouble{board="gossip"} 1');
  // Reading goes on, and so does logging in.
  for (const name of there) expect(await writer.ask(`STAT <${name}@x.example>`)).toMatch(/^223/);
  writer.close();

  await kill();
  expect(system('umount', mounted)).toBeDefined();
  expect(system('e2fsck', '-p', image)).toBeDefined();
  expect(mount()).toBe(true);
  const again = await start();
  for (const name of there) expect(await again.writer.ask(`STAT <${name}@x.example>`)).toMatch(/^223/);
  for (const name of ['four', 'five']) {
    expect(await again.writer.ask(`STAT <${name}@x.example>`)).toMatch(/^430/);
    expect(await post(again.writer, name)).toMatch(/^240/);
  }
  expect(await post(again.writer, 'one')).toMatch(/^441 435/);
  again.writer.close();
});

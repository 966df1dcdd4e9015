import { chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unpackSampleSpool } from '../support/sample-board.ts';
import { CommandLine, commandLine } from './command-line.ts';

/** The uid of nobody on this machine. */
const service = { uid: 54_321, gid: 54_322 };

/** What root runs beside a service of another user must leave the service's folders to that user. Only root can try. */
describe.runIf(process.geteuid?.() === 0)('files that root makes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rgtp-nntp-owner-'));
  const data = join(folder, 'service', 'data');
  const keys = join(folder, 'service', 'keys');
  const env = {
    RGTP_NNTP_DATA: data,
    RGTP_NNTP_KEYS: keys,
    RGTP_NNTP_LISTEN: 'nntp://127.0.0.1:0',
    RGTP_NNTP_EMBEDDED_LISTEN: 'rgtp://127.0.0.1:0',
    RGTP_NNTP_EMBEDDED_REGISTRATION: 'approval',
    RGTP_NNTP_HTTP_LISTEN: 'off',
  };

  beforeAll(() => {
    mkdirSync(join(folder, 'service'), { mode: 0o700 });
    chownSync(join(folder, 'service'), service.uid, service.gid);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Every file and folder of the service, and whose it is. */
  function expectTheServices(): void {
    const entries = readdirSync(join(folder, 'service'), { recursive: true, encoding: 'utf8' });
    expect(entries.length).toBeGreaterThan(2);
    for (const entry of entries) {
      const found = statSync(join(folder, 'service', entry), { throwIfNoEntry: false });
      // A running program may have deleted it since.
      if (found === undefined) continue;
      const { uid, gid, mode } = found;
      expect({ entry, uid, gid, others: mode & 0o077 }).toEqual({ entry, ...service, others: 0 });
    }
  }

  it.each<[string, string, ...string[]]>([
    ['an import', '', 'import', unpackSampleSpool()],
    ['a local account', 'correct horse\ncorrect horse\n01 23 AB\n', 'user', 'add', 'ann', '--userid', 'ann@x'],
    ['a synchronisation', '', 'sync'],
    ['a user of the board', '', 'board', 'user', 'add', 'bob@example.org'],
    ['a backup', '', 'backup', join(folder, 'backup')],
    ['a restore', '', 'restore', join(folder, 'backup'), '--force'],
  ])('%s', async (_, input, ...args) => {
    const { code, stderr } = await commandLine(args, { env, input });
    expect({ args, code, stderr }).toMatchObject({ code: 0 });
    expectTheServices();
  });

  it.each(['serve', 'board'])('%s, while it runs and after it', async (command) => {
    for (const place of [data, keys]) rmSync(place, { recursive: true, force: true });
    const line = new CommandLine([command], { env });
    await line.printed(/RGTP clients.*port \d+\./);
    expect(readdirSync(data).some((name) => name.endsWith('-wal'))).toBe(true);
    expectTheServices();
    expect((await line.end('SIGTERM')).code).toBe(0);
    expectTheServices();
  });
});

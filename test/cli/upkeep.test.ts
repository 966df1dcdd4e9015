import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { BoardUsers } from '../../src/server/board-users.ts';
import { unpackSampleSpool } from '../support/sample-board.ts';
import { commandLine } from './command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'rgtp-nntp-upkeep-'));
const env = { RGTP_NNTP_DATA: join(folder, 'data') };
afterAll(() => rmSync(folder, { recursive: true }));

function run(...args: string[]) {
  return commandLine(args, { env });
}

/** With lines for standard input. */
function answering(input: string, ...args: string[]) {
  return commandLine(args, { env, input });
}

describe('rgtp-nntp board …', () => {
  beforeAll(async () => {
    expect((await run('board', 'verify')).stderr).toContain('there is no board in');
    // Nothing is made that would make the board look lost.
    expect((await run('user', 'list')).stderr).toContain('there is no board in');
    expect((await run('import', unpackSampleSpool())).code).toBe(0);
  });

  it('verify says that the board is sound', async () => {
    const { code, stdout } = await run('board', 'verify');
    expect(stdout).toMatch(/^3166 index rows, 225 items, 18 users\n(odd .*\n)*The board is sound\.\n$/);
    expect(code).toBe(0);
  });

  it('backup copies it, for its owner alone', async () => {
    const file = join(folder, 'copy.sqlite');
    expect(await run('board', 'backup', file)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('gossip.board.key'),
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file).subarray(0, 15).toString()).toBe('SQLite format 3');
  });

  it('export writes a groggsd data directory, into an empty folder only', async () => {
    const spool = join(folder, 'exported');
    expect((await run('board', 'export', spool)).stdout).toContain(`Wrote 3166 index rows, 225 items`);
    expect(existsSync(join(spool, 'index'))).toBe(true);
    expect(await run('board', 'export', spool)).toMatchObject({
      code: 1,
      stderr: `rgtp-nntp: the folder ${spool} is not empty\n`,
    });
  });

  it('export writes nothing into the data folder, and gives up where the system makes no folder', async () => {
    const data = join(folder, 'data');
    for (const target of [join(data, 'exported'), join(data, 'gossip.accounts.key')]) {
      expect(await run('board', 'export', target)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining("a part of this server's data"),
      });
      expect(existsSync(target)).toBe(false);
    }
    expect((await run('board', 'export', join(folder, 'none/exported'))).stderr).toContain('does not exist');
    expect((await run('board', 'export', '/proc/exported')).code).toBe(1);
  });

  it('user adds, lists, disables and removes people', async () => {
    const added = await run('board', 'user', 'add', 'Ann@Example.org', '--level', 'edit');
    expect(added.stdout).toMatch(/^userid {2}Ann@example\.org\nsecret {2}[0-9A-F]{32}\n$/);
    expect((await run('board', 'user', 'add', 'Ann@example.org', '--level', 'edit')).stderr).toBe(
      'rgtp-nntp: Ann@example.org has such an account already\nrgtp-nntp board user secret gives it a new secret.\n',
    );
    const renewed = await run('board', 'user', 'secret', 'Ann@example.org');
    expect(renewed.stdout).toMatch(/^userid {2}Ann@example\.org\nsecret {2}[0-9A-F]{32}\n$/);
    expect(renewed.stdout).not.toBe(added.stdout);
    await run('board', 'user', 'disable', 'Ann@example.org');
    expect((await run('board', 'user', 'list')).stdout).toMatch(/edit +disabled +md5 +Ann@example\.org/);
    expect((await run('board', 'user', 'remove', 'Ann@example.org')).code).toBe(0);
    expect(await run('board', 'user', 'remove', 'Ann@example.org')).toMatchObject({
      code: 1,
      stderr: 'rgtp-nntp: Ann@example.org has no such account\nrgtp-nntp board user list shows all.\n',
    });
  });
});

describe('rgtp-nntp board user', () => {
  it('takes plain options, and lists an aligned table or JSON with the same words', async () => {
    expect((await run('board', 'user', 'add', '--name', 'bea@example.org', '--level', 'read')).code).toBe(0);
    expect((await run('board', 'user', 'add', 'bea@example.org')).code).toBe(0);
    const several = await run('board', 'user', 'disable', 'bea@example.org');
    const words = 'rgtp-nntp: bea@example.org has several accounts\nChoose one with --level.\n';
    expect(several).toMatchObject({ code: 1, stderr: words });
    const disabled = await run('board', 'user', 'disable', 'bea@example.org', '--level', 'read');
    expect(disabled.stdout).toBe('bea@example.org is disabled.\n');
    const { stdout } = await run('board', 'user', 'list');
    const [header = '', ...rows] = stdout.trimEnd().split('\n');
    expect(header).toMatch(/^last used {3}level {2}state {5}proof {2}userid$/);
    const column = header.indexOf('userid');
    for (const row of rows) {
      expect(row).toMatch(/^\d{4}-\d\d-\d\d {2}/);
      expect(row.slice(column - 2, column)).toBe('  ');
      expect(row.charAt(column)).not.toBe(' ');
    }
    const listed: unknown = JSON.parse((await run('board', 'user', 'list', '--json')).stdout);
    const account = { userid: 'bea@example.org', proof: 'md5', lastUsed: expect.stringMatching(/^\d{4}-.*Z$/) };
    expect(listed).toEqual(
      expect.arrayContaining([
        { ...account, level: 'read', state: 'disabled' },
        { ...account, level: 'write', state: 'enabled' },
      ]),
    );
  });

  it('shows each of two who renew a secret at once the one that they have set', async () => {
    await run('board', 'user', 'add', 'dot@example.org');
    const users = new BoardUsers(loadConfig({ environment: env }));
    const dot = { userid: 'dot@example.org', level: undefined };
    const [one, other] = await Promise.all([users.renewSecret(dot), users.renewSecret(dot)]);
    expect(one.secret).not.toBe(other.secret);
  });

  it('does not take groggsd’s syntax', async () => {
    for (const userid of ['x@y/edit', 'x/none']) {
      expect(await run('board', 'user', 'add', userid)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('--level'),
      });
    }
    expect(await run('board', 'user', 'add', 'x y')).toMatchObject({ code: 2 });
    expect(await run('board', 'user', 'add', 'x@y', '--level', 'god')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('read, write, edit'),
    });
    expect(await run('board', 'user', 'add')).toMatchObject({ code: 2 });
    expect(await run('board', 'user', 'lst')).toMatchObject({ code: 2, stderr: expect.stringContaining('list') });
  });
});

describe('rgtp-nntp user', () => {
  it('adds, lists, changes and removes local accounts', async () => {
    const added = await answering(
      'correct horse\ncorrect horse\n01 23 AB\n',
      'user',
      'add',
      'ann',
      '--userid',
      'ann@example.org',
      '--grogname',
      'Ann',
    );
    expect(added).toMatchObject({ code: 0, stdout: 'ann may log in now, as ann@example.org.\n' });
    expect(added.stderr).not.toContain('horse');
    expect((await run('user', 'list')).stdout).toBe(
      'board   name  userid           grogname\ngossip  ann   ann@example.org  Ann\n',
    );
    expect(JSON.parse((await run('user', 'list', '--json')).stdout)).toEqual([
      { board: 'gossip', name: 'ann', userid: 'ann@example.org', grogname: 'Ann' },
    ]);
    expect(await answering('short\nshort\n', 'user', 'password', 'ann')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('at least 8 characters'),
    });
    expect(await answering('battery staple\nbattery stable\n', 'user', 'password', 'ann')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('the two passwords differ: nothing was changed'),
    });
    expect((await answering('battery staple\nbattery staple\n', 'user', 'password', 'ann')).code).toBe(0);
    expect((await run('user', 'remove', 'ann')).code).toBe(0);
    expect(await run('user', 'remove', 'ann')).toMatchObject({
      code: 1,
      stderr: 'rgtp-nntp: there is no account "ann"\n',
    });
    expect(await answering('', 'user', 'add', 'bob', '--userid', 'b')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no answer'),
    });
    expect((await run('user', 'list', '--board', 'talk')).stderr).toContain(
      'there is no board talk; there are: gossip',
    );
  });
});

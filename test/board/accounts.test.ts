import { execFile } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { BoardServer } from '../../src/board/server.ts';
import { BoardStore } from '../../src/board/store.ts';
import { parseUdbm } from '../../src/board/udbm/request.ts';
import { performUdbm } from '../../src/board/udbm/run.ts';
import { verifyBoard } from '../../src/board/upkeep/verify.ts';
import { StoreError } from '../../src/store/errors.ts';
import { latin1, octets } from '../../src/wire/octets.ts';
import { recordedLog } from '../support/recorded-log.ts';
import { addUser, dial, login, openBoard, secrets } from './boards.ts';
import type { Dialogue } from './dialogue.ts';

const NEVER = 2 ** 31 - 1;

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'board-accounts-'));
  path = join(folder, 'gossip.board.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Changes an account through another connection to the file, as another process would. */
async function elsewhere(request: string): Promise<void> {
  const store = BoardStore.open(path);
  await performUdbm({ store, registration: undefined }, octets`rgtp-nntp`, parseUdbm(latin1(request)));
  store.close();
}

const DISABLED = '482 That userid is disabled; contact the Editors.';
const REMOVED = '482 That userid has been removed; contact the Editors.';
const OTHER_LEVEL = '482 The access level of that userid was changed; log in again.';
const OTHER_SECRET = '482 The secret of that userid was changed; log in again with the new one.';

const changes = [
  ['disabled', '-u ann@rgtp.test disable', DISABLED],
  ['removed', '-d ann@rgtp.test', REMOVED],
  ['of another level', '-u ann@rgtp.test/read', OTHER_LEVEL],
  ['with a new secret', '-u ann@rgtp.test newsecret', OTHER_SECRET],
  ['with a given secret', '-u ann@rgtp.test setsecret <00ff', OTHER_SECRET],
  ['without a proof', '-u ann@rgtp.test ident=none', OTHER_SECRET],
] as const;

async function expectEnd(session: Dialogue, words: string): Promise<void> {
  expect(await session.line()).toBe(words);
  expect(await session.line()).toBeUndefined();
}

describe.each(changes)('an account %s', (_, request, words) => {
  test('by another process ends idle sessions', async () => {
    const board = await openBoard({ path });
    const [ann, lowered, writer] = [await login(board, 'ann'), await login(board, 'ann'), await login(board, 'writer')];
    expect(await lowered.ask('ALVL 1')).toMatch(/^231/);
    await elsewhere(request);
    await expectEnd(ann, words);
    // Going down a level is no way to keep access.
    await expectEnd(lowered, words);
    expect(await writer.ask('NOOP')).toMatch(/^200/);
  });

  test('by another process is noticed at the next command', async () => {
    const board = await openBoard({ path, accountCheck: NEVER });
    const ann = await login(board, 'ann');
    await ann.text('Ann', 'A text sent before.');
    const { end } = board.store.index;
    await elsewhere(request);
    expect(await ann.ask('NEWI Too late')).toBe(words);
    expect(await ann.line()).toBeUndefined();
    expect(board.store.index.end).toBe(end);
  });

  test('by UDBM ends sessions at once', async () => {
    const board = await openBoard({ path, accountCheck: NEVER });
    const [ann, editor] = [await login(board, 'ann'), await login(board, 'ed')];
    await editor.list(`UDBM ${request}`);
    await expectEnd(ann, words);
    expect(await editor.ask('NOOP')).toMatch(/^200/);
  });

  test('is told to code that acts on a login outside a session', async () => {
    const board = await openBoard({ path, accountCheck: NEVER });
    const { accounts } = board;
    expect(accounts.access(octets`ann@rgtp.test`, secrets.ann)).toBe(2);
    const before = accounts.generation;
    const heard = new Promise<void>((resolve) => {
      accounts.onChange(resolve);
    });
    await elsewhere(request);
    expect(accounts.generation).not.toBe(before);
    await heard;
    expect(accounts.access(octets`ann@rgtp.test`, secrets.ann)).toBe(request.endsWith('/read') ? 1 : undefined);
  });
});

test('before anything is changed, SQLite is asked what other processes have just changed', async () => {
  const board = await openBoard({ path, accountCheck: NEVER });
  const ann = await login(board, 'ann');
  const asked = vi.spyOn(board.store.accounts, 'generationAt');
  const ageAt = async (command: string) => {
    await ann.ask(command);
    return asked.mock.lastCall?.[1];
  };
  expect(await ageAt('ITEM A0000000')).toBeGreaterThan(0);
  expect(await ageAt('NEWI Subject')).toBe(0);
  expect(await ageAt('EDLK')).toBe(0);
});

test('a disabled guest can no longer read, nor can a guest who needs a proof', async () => {
  const board = await openBoard({ path });
  const readers = [await login(board, 'guest'), await login(board, 'guest')];
  expect(board.accounts.access(octets`guest`, undefined)).toBe(1);
  await elsewhere('-u guest disable');
  for (const reader of readers) await expectEnd(reader, DISABLED);
  expect(board.accounts.access(octets`guest`, undefined)).toBeUndefined();
  await elsewhere('-u guest enable');
  const reader = await login(board, 'guest');
  await elsewhere('-u guest newsecret');
  await expectEnd(reader, OTHER_SECRET);
});

test('a change to other accounts, or a post, ends no session', async () => {
  const board = await openBoard({ path });
  const [ann, editor] = [await login(board, 'ann'), await login(board, 'ed')];
  await elsewhere('-u writer disable');
  const { generation } = board.accounts;
  await ann.text('Ann', 'text');
  expect(await ann.ask('NEWI Subject')).toMatch(/^220/);
  // Posts of this process do not change the generation, so that sessions need not look again.
  expect(board.accounts.generation).toBe(generation);
  await editor.list('UDBM -c new@rgtp.test/write newsecret');
  expect(board.accounts.generation).not.toBe(generation);
  expect(await ann.ask('NOOP')).toMatch(/^200/);
});

test('in one round of the event loop, changes by other processes are looked for once; its own count at once', async () => {
  const board = await openBoard({ path, accountCheck: NEVER });
  const { accounts } = board;
  const before = accounts.generationAt(1, 0);
  await elsewhere('-u ann@rgtp.test disable');
  expect(accounts.generationAt(1, 0)).toBe(before);
  const later = accounts.generationAt(1.1, 0);
  expect(later).not.toBe(before);
  accounts.changed();
  expect(accounts.generationAt(1.1, 0)).not.toBe(later);
});

test('for who only reads, what other processes change counts a little later; what this one changes, at once', async () => {
  const board = await openBoard({ path, accountCheck: NEVER });
  const { accounts } = board;
  const before = accounts.generationAt(100, 0);
  await elsewhere('-u ann@rgtp.test disable');
  expect(accounts.generationAt(110, 10)).toBe(before);
  const later = accounts.generationAt(110.1, 10);
  expect(later).not.toBe(before);
  accounts.changed();
  expect(accounts.generationAt(110.2, 10)).not.toBe(later);
});

test('a command in progress is finished, and its answer sent, before the session ends', async () => {
  const board = await openBoard({ path });
  const editor = await login(board, 'ed');
  expect(await editor.list('UDBM -u ed@rgtp.test/read')).toHaveLength(1);
  await expectEnd(editor, OTHER_LEVEL);
});

test('an editor who is none any more lets go of the lock and of the edit', async () => {
  const board = await openBoard({ path });
  await addUser(board, 'eve', 3, undefined);
  const [ed, eve] = [await login(board, 'ed'), await dial(board)];
  await eve.ask('USER eve');
  await ed.text('Ed', 'A text');
  expect(await ed.ask('NEWI Subject')).toMatch(/^220/);
  const item = (await ed.list('INDX')).at(-1)?.slice(18, 26) ?? '';
  expect(await ed.ask('EDLK')).toMatch(/^200/);
  const lines = await ed.list(`EDIT ${item}`);
  expect(await ed.ask('DATA')).toMatch(/^150/);
  ed.write(`${lines.join('\r\n')}\r\nmore\r\n`);
  expect(await eve.ask('EDLK')).toMatch(/^411 ed@rgtp.test has locked/);
  await elsewhere('-u ed@rgtp.test/write');
  // Within the text, too.
  await expectEnd(ed, OTHER_LEVEL);
  expect(await eve.ask('EDLK')).toMatch(/^200/);
  expect(await eve.list(`EDIT ${item}`)).toEqual(lines);
});

test('the command line disables a user of a running board', async () => {
  const config = join(folder, 'config.yaml');
  writeFileSync(config, `data: ${folder}\nboards: [{ name: gossip, newsgroup: groggs.gossip, rgtp: embedded }]\n`);
  const board: BoardServer = await openBoard({ path, keyFile: join(folder, 'gossip.board.key') });
  const ann = await login(board, 'ann');
  const main = join(import.meta.dirname, '../../src/main.ts');
  await promisify(execFile)(process.execPath, [main, 'board', 'user', 'disable', 'ann@rgtp.test', '-c', config]);
  await expectEnd(ann, DISABLED);
});

test('hundreds of sessions end, and others stay', async () => {
  const board = await openBoard({ path, connectionsPerAddress: 1000 });
  const writers = await Promise.all(Array.from({ length: 150 }, () => login(board, 'writer')));
  const guests = await Promise.all(Array.from({ length: 150 }, () => login(board, 'guest')));
  await elsewhere('-d writer');
  await Promise.all(writers.map((writer) => expectEnd(writer, REMOVED)));
  for (const guest of guests) expect(await guest.ask('NOOP')).toMatch(/^200/);
});

test('accounts that can’t be read are trouble, although nobody writes, until they can', () => {
  const store = BoardStore.open(path);
  const other = new DatabaseSync(path);
  // Another process has written, so what this one has in memory no longer counts.
  other.exec('CREATE TABLE other (n INTEGER) STRICT; PRAGMA wal_checkpoint(TRUNCATE)');
  const first = Buffer.alloc(16);
  const file = openSync(path, 'r+');
  readSync(file, first, 0, first.length, 0);
  writeSync(file, Buffer.alloc(first.length), 0, first.length, 0);
  expect(() => store.accounts.generation).toThrow(StoreError);
  expect(store.trouble).toMatchObject({ kind: 'corrupt', path });
  writeSync(file, first, 0, first.length, 0);
  other.exec('INSERT INTO other VALUES (1)');
  expect(store.accounts.generation).toBeGreaterThan(0);
  expect(store.trouble).toBeUndefined();
  closeSync(file);
  other.close();
  store.close();
});

describe('an account whose secret the key does not open', () => {
  function damage(): void {
    const db = new DatabaseSync(path);
    db.exec("UPDATE users SET secret = x'00' WHERE userid = 'ann@rgtp.test'");
    db.close();
  }

  test('admits nobody, and concerns nobody else', async () => {
    const { log, lines } = recordedLog();
    const board = await openBoard({ path, log });
    const [ann, ed] = [await login(board, 'ann'), await login(board, 'ed')];
    damage();
    const again = await dial(board);
    expect(await again.prove('ann@rgtp.test', secrets.ann)).toMatch(/^483/);
    await expectEnd(ann, OTHER_SECRET);
    expect(await ed.ask('EDLK')).toMatch(/^200/);
    expect(lines.join()).toContain('ann@rgtp.test');
    expect(verifyBoard(board.store).problems).toEqual([
      expect.stringMatching(/the secret of ann@rgtp\.test .*board user secret/),
    ]);
  });

  test('is opened with the board, kept as it is by other changes, and repaired by a new secret', async () => {
    const board = await openBoard({ path });
    damage();
    await elsewhere('-u ann@rgtp.test disable');
    const secretOf = () => board.store.db.prepare("SELECT secret FROM users WHERE userid = 'ann@rgtp.test'").get();
    expect(secretOf()).toEqual({ secret: Uint8Array.of(0) });
    await elsewhere('-u ann@rgtp.test enable setsecret <5e9ac001');
    const ann = await dial(board);
    expect(await ann.prove('ann@rgtp.test', Buffer.from('5e9ac001', 'hex'))).toMatch(/^232/);
  });
});

import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { AccountsInFile } from '../../src/store/accounts-in-file.ts';
import { openDatabase } from '../../src/store/database.ts';
import { StoreError } from '../../src/store/errors.ts';
import type { Permanent } from '../../src/store/permanent.ts';
import { PermanentFile } from '../../src/store/permanent-file.ts';
import { PERMANENT } from '../../src/store/permanent-schema.ts';
import { PermanentDatabase } from '../../src/store/postgres/permanent-database.ts';
import { Postgres } from '../../src/store/postgres/postgres.ts';
import { hasPostgres, PostgresServer } from '../support/postgres.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'permanent-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

let server: PostgresServer | undefined;
beforeAll(async () => {
  if (hasPostgres) server = await PostgresServer.start();
});
afterAll(() => server?.remove());

/** Opens the store of a board; `close` closes all that belongs to it. */
type Open = (board: string) => Promise<{ readonly store: Permanent; readonly close: () => Promise<void> }>;

async function inFile(board: string): ReturnType<Open> {
  const store = PermanentFile.open(join(directory, `${board}.permanent.sqlite`));
  return { store, close: () => store.close() };
}

async function inPostgres(board: string): ReturnType<Open> {
  const postgres = await Postgres.open(server?.url ?? '');
  const store = await PermanentDatabase.open(postgres, board);
  return {
    store,
    close: async () => {
      await store.close();
      await postgres.close();
    },
  };
}

const kinds: readonly (readonly [string, boolean, Open])[] = [
  ['a file', true, inFile],
  ['PostgreSQL', hasPostgres, inPostgres],
];

describe.each(kinds)('in %s', (_, isHere, open) => {
  if (!isHere) return;
  let board: string;
  let store: Permanent;
  let close: () => Promise<void>;

  beforeEach(async () => {
    board = randomUUID();
    ({ store, close } = await open(board));
  });
  afterEach(() => close());

  async function reopen(): Promise<void> {
    await close();
    ({ store, close } = await open(board));
  }

  test('epochs are kept in order and never change', async () => {
    await store.addEpochs([
      { number: 2, generation: 0, first: 81, base: 20 },
      { number: 1, generation: 0, first: 0, base: 0 },
    ]);
    await store.addEpochs([
      { number: 2, generation: 0, first: 5, base: 7 },
      { number: 3, generation: 1, first: 0, base: -4294960000 },
    ]);
    await reopen();
    expect(await store.epochs()).toEqual([
      { number: 1, generation: 0, first: 0, base: 0 },
      { number: 2, generation: 0, first: 81, base: 20 },
      { number: 3, generation: 1, first: 0, base: -4294960000 },
    ]);
  });

  test('what readers may have seen is kept: high marks never fall', async () => {
    expect(await store.published()).toEqual({ marks: [], arrivals: [] });
    await store.raiseMarks([{ place: 'main', low: 3, high: 80 }]);
    await store.raiseMarks([
      { place: 'main', low: 5, high: 70 },
      { place: 'motd', low: 1, high: 0 },
    ]);
    await store.putArrivals([{ number: 80, time: 1000 }], []);
    await store.putArrivals([{ number: 90, time: 2000 }], [80]);
    await reopen();
    expect(await store.published()).toEqual({
      marks: [
        { place: 'main', low: 5, high: 80 },
        { place: 'motd', low: 1, high: 0 },
      ],
      arrivals: [{ number: 90, time: 2000 }],
    });
  });

  test('the newest rows are kept as they are now, and older ones dropped', async () => {
    await store.putRecent(
      [1, 2, 3].map((number) => ({ number, details: 'old' })),
      1,
    );
    await store.putRecent([{ number: 3, details: 'new' }], 2);
    await reopen();
    expect(await store.recent()).toEqual([
      { number: 2, details: 'old' },
      { number: 3, details: 'new' },
    ]);
  });

  test('the Path of what another server brought is kept; what was posted here has none', async () => {
    const post = { epoch: 0, references: '' };
    await store.done({ ...post, messageId: '<fed@example>', sequence: 1, path: 'peer!not-for-mail' });
    await store.done({ ...post, messageId: '<posted@example>', sequence: 2 });
    // Once the index has shown its row.
    await store.done({ ...post, messageId: '<fed@example>', sequence: 1, epoch: 1, path: 'peer!not-for-mail' });
    await reopen();
    const paths = new Map((await store.ownPosts()).map(({ messageId, path }) => [messageId, path]));
    expect(paths).toEqual(
      new Map([
        ['<fed@example>', 'peer!not-for-mail'],
        ['<posted@example>', undefined],
      ]),
    );
  });

  test('how far each peer was sent each newsgroup is kept', async () => {
    await store.putFed({ peer: 'a', newsgroup: 'x.y', first: 3, number: 3 });
    await store.putFed({ peer: 'a', newsgroup: 'x.y', first: 3, number: 9 });
    await store.putFed({ peer: 'b', newsgroup: 'x.y', first: 0, number: 1 });
    await reopen();
    expect(await store.fed()).toEqual([
      { peer: 'a', newsgroup: 'x.y', first: 3, number: 9 },
      { peer: 'b', newsgroup: 'x.y', first: 0, number: 1 },
    ]);
  });

  test('epochs that should never have begun are replaced, and own posts follow', async () => {
    const post = { messageId: '<1@example>', sequence: 101, references: '' };
    await store.addEpochs([1, 2, 3].map((number) => ({ number, generation: 0, first: 0, base: 0 })));
    await store.done({ ...post, epoch: 3 });
    await store.replaceEpochs([{ number: 1, generation: 0, first: 0, base: 0 }], [{ ...post, epoch: 1 }]);
    await reopen();
    expect(await store.epochs()).toEqual([{ number: 1, generation: 0, first: 0, base: 0 }]);
    expect(await store.ownPosts()).toEqual([{ ...post, epoch: 1 }]);
  });

  test('a newsgroup keeps the time it was first offered', async () => {
    expect(await store.newsgroupCreated('groggs.gossip', 1000)).toBe(1000);
    await reopen();
    expect(await store.newsgroupCreated('groggs.gossip', 2000)).toBe(1000);
    expect(await store.newsgroupCreated('groggs.gossip.edits', 2000)).toBe(2000);
  });

  describe('intents', () => {
    const intent = { messageId: '<1@example>', created: 5, details: '{"target":"A2341200"}' };
    const post = { messageId: '<1@example>', epoch: 1, sequence: 0xffffffff, references: '<a@b> <c@d>' };

    test('a Message-ID is intended once, and stays intended over a restart', async () => {
      expect(await store.intend(intent)).toEqual({ known: false });
      await reopen();
      expect(await store.intend({ ...intent, created: 9, details: '{}' })).toEqual({ known: true, intent });
      expect(await store.intents()).toEqual([intent]);
    });

    test('a post without an epoch gets one; of two with one number the later counts', async () => {
      const early = { ...post, epoch: 0 };
      await store.intend(intent);
      await store.done(early);
      // What it was to be tells whether it is there, once it has been read.
      expect(await store.intents()).toEqual([intent]);
      await store.done({ ...early, messageId: '<2@example>' });
      expect(await store.intents()).toEqual([]);
      expect(await store.ownPosts()).toEqual([{ ...early, messageId: '<2@example>' }]);
      // It could not be stored before.
      await store.done({ ...post, epoch: 2 });
      await store.done({ ...post, messageId: '<2@example>', epoch: 3 });
      await store.done({ ...post, messageId: '<2@example>', epoch: 4 });
      await reopen();
      expect((await store.ownPosts()).toSorted((a, b) => a.epoch - b.epoch)).toEqual([
        { ...post, epoch: 2 },
        { ...post, messageId: '<2@example>', epoch: 3 },
      ]);
    });

    test('done makes it a post, which is never intended again', async () => {
      await store.intend(intent);
      await store.done(post);
      expect(await store.intents()).toEqual([]);
      expect(await store.intend(intent)).toEqual({ known: true, post });
      await reopen();
      expect(await store.ownPosts()).toEqual([post]);
    });

    test('a second post can take neither the id nor the sequence number of one that is done', async () => {
      await store.done(post);
      await store.done({ ...post, sequence: 1 });
      await store.done({ ...post, messageId: '<2@example>' });
      expect(await store.ownPosts()).toEqual([post]);
    });

    test('revised, then forgotten: the id is free again', async () => {
      await store.intend(intent);
      await store.revise(intent.messageId, 'other');
      expect(await store.intents()).toEqual([{ ...intent, details: 'other' }]);
      await store.forget(intent.messageId);
      expect(await store.intend(intent)).toEqual({ known: false });
    });

    test('come back oldest first', async () => {
      await store.intend({ ...intent, messageId: '<new@x>', created: 9 });
      await store.intend({ ...intent, messageId: '<old@x>', created: 1 });
      expect((await store.intents()).map((each) => each.messageId)).toEqual(['<old@x>', '<new@x>']);
    });
  });

  test('what the board lets guests do is kept, nothing being another answer than 0', async () => {
    expect(await store.guestLevel()).toBeUndefined();
    for (const level of [1, 0]) {
      await store.putGuestLevel(level);
      await reopen();
      expect(await store.guestLevel()).toBe(level);
    }
  });

  test('accounts are put, replaced, listed and removed', async () => {
    const account = {
      name: 'anne',
      passwordHash: '$scrypt$ln=15$…',
      userid: 'anne@example.org',
      secret: Uint8Array.of(1, 2, 255),
      settings: '{}',
    };
    await store.putAccount(account);
    await store.putAccount({ ...account, name: 'aaron' });
    await store.putAccount({ ...account, userid: 'anne@example.net' });
    await reopen();
    expect(await store.account('anne')).toEqual({ ...account, userid: 'anne@example.net' });
    expect(await store.account('Anne')).toBeUndefined();
    expect((await store.accounts()).map((each) => each.name)).toEqual(['aaron', 'anne']);
    expect([await store.removeAccount('anne'), await store.removeAccount('anne')]).toEqual([true, false]);
  });

  test('an account that was added, changed or removed meanwhile stays as it is', async () => {
    const account = { name: 'anne', passwordHash: '$1', userid: 'anne', secret: Uint8Array.of(1), settings: '{}' };
    const other = { ...account, userid: 'other' };
    expect(await store.putAccount(account, null)).toBe(true);
    expect(await store.putAccount(other, null)).toBe(false);
    expect(await store.putAccount(other, { ...account, passwordHash: '$2' })).toBe(false);
    expect(await store.account('anne')).toEqual(account);
    expect(await store.putAccount({ ...account, passwordHash: '$2' }, account)).toBe(true);
    expect(await store.account('anne')).toMatchObject({ passwordHash: '$2' });
    await store.removeAccount('anne');
    expect(await store.putAccount(other, account)).toBe(false);
    expect(await store.account('anne')).toBeUndefined();
  });
});

test('a file of the first version opens with all it holds', async () => {
  const copy = join(directory, 'v1.sqlite');
  copyFileSync(join(import.meta.dirname, '../fixtures/store/permanent-v1.sqlite'), copy);
  const old = PermanentFile.open(copy);
  expect(await old.epochs()).toEqual([{ number: 1, generation: 0, first: 0, base: 0 }]);
  expect(await old.newsgroupCreated('groggs.gossip', 0)).toBe(1700000000);
  expect(await old.ownPosts()).toEqual([
    { messageId: '<first@example.org>', epoch: 1, sequence: 42, references: '<root@example.org>' },
  ]);
  expect(await old.intents()).toEqual([{ messageId: '<half@example.org>', created: 1700000001, details: '{}' }]);
  expect((await old.account('anne'))?.userid).toBe('anne@example.org');
  await old.close();
});

test('while its accounts can’t be read there are none, and why is told; then they are back', async () => {
  const path = join(directory, 'unread.permanent.sqlite');
  const store = PermanentFile.open(path);
  const stored = { name: 'anne', passwordHash: 'x', userid: 'anne', secret: Uint8Array.of(1), settings: '{}' };
  await store.putAccount(stored);
  const known: string[][] = [];
  store.onAccounts((accounts) => known.push(accounts.map(({ name }) => name)));
  const elsewhere = new DatabaseSync(path);
  elsewhere.exec('ALTER TABLE accounts RENAME TO away');
  await expect.poll(() => known.at(-1)).toEqual([]);
  await expect(store.account('anne')).rejects.toThrow(StoreError);
  await expect(store.accounts()).rejects.toThrow(StoreError);
  expect(store.trouble).toMatchObject({ kind: 'corrupt', message: expect.stringContaining('no such table') });
  elsewhere.exec('ALTER TABLE away RENAME TO accounts');
  await expect.poll(() => known.at(-1)).toEqual(['anne']);
  expect(store.trouble).toBeUndefined();
  elsewhere.close();
  await store.close();
});

test('a disk that can’t be read for a moment, without any change, takes no account away for longer', async () => {
  const db = openDatabase(join(directory, 'moment.permanent.sqlite'), PERMANENT);
  const version = db.prepare('PRAGMA data_version');
  const prepare = db.prepare.bind(db);
  vi.spyOn(db, 'prepare').mockImplementation((sql) => (sql === 'PRAGMA data_version' ? version : prepare(sql)));
  const accounts = new AccountsInFile(db, 'here');
  accounts.put({ name: 'anne', passwordHash: 'x', userid: 'anne', secret: Uint8Array.of(1), settings: '{}' });
  const known: number[] = [];
  accounts.follow((all) => known.push(all.length));
  const failing = vi.spyOn(version, 'get').mockImplementation(() => {
    throw Object.assign(new Error('disk I/O error'), { errcode: 10 });
  });
  await expect.poll(() => known.at(-1)).toBe(0);
  expect(accounts.trouble).toMatchObject({ kind: 'io' });
  failing.mockRestore();
  await expect.poll(() => known.at(-1)).toBe(1);
  accounts.close();
  db.close();
});

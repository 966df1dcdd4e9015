import { execFileSync, spawnSync } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BoardServer } from '../../src/board/server.ts';
import { importSpool } from '../../src/board/spool/import.ts';
import { BoardStore } from '../../src/board/store.ts';
import { openForImport } from '../../src/board/unfinished.ts';
import { unpackSampleSpool } from '../support/sample-board.ts';

let folder = '';
let spool = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'board-import-'));
  spool = unpackSampleSpool();
  path = join(folder, 'gossip.board.sqlite');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  rmSync(join(spool, '../..'), { recursive: true });
});

/** Everything a board holds. */
function content(store: BoardStore) {
  return {
    rows: store.index.rows(1, Number.MAX_SAFE_INTEGER).map(({ row }) => row),
    items: [...store.items.all()],
    users: [...store.users.all()],
    edits: store.editLog.text(),
    diffs: store.diffs.items().map((item) => store.diffs.text(item)),
    motd: store.state.motd,
    next: store.state.nextSequence,
    lastItemTime: store.state.lastItemTime,
  };
}

async function imported() {
  const store = BoardStore.open(':memory:');
  await importSpool(spool, store);
  const whole = content(store);
  store.close();
  return whole;
}

async function expectUnfinishedThenWhole(): Promise<void> {
  await expect(BoardServer.open({ path })).rejects.toMatchObject({
    kind: 'unfinished',
    message: expect.stringContaining('Run the same `rgtp-nntp import` again'),
  });
  const store = BoardStore.open(path);
  await importSpool(spool, store);
  expect(content(store)).toEqual(await imported());
  store.close();
  const server = await BoardServer.open({ path });
  expect(server.made).toBeUndefined();
  await server.close();
}

describe('an import that is cut off', () => {
  test.each([
    ['index', 'SIGKILL'],
    ['items', 'SIGKILL'],
    ['items', 'SIGTERM'],
  ])('while it reads the %s, by %s, leaves a board that does not serve, and starts over', async (phase, signal) => {
    const script = join(import.meta.dirname, 'import-process.ts');
    const ended = spawnSync(process.execPath, [script, spool, path, phase, signal]);
    expect(ended.signal).toBe(signal);
    await expectUnfinishedThenWhole();
  });

  test('by a full disk, likewise', async () => {
    const store = BoardStore.open(path);
    const pages = store.db.prepare('PRAGMA page_count').get()?.['page_count'];
    store.db.exec(`PRAGMA max_page_count=${Number(pages) + 50}`);
    await expect(importSpool(spool, store)).rejects.toThrow('full');
    store.close();
    await expectUnfinishedThenWhole();
  });

  test('before it has read anything, likewise', async () => {
    openForImport(path, {}).store.close();
    await expectUnfinishedThenWhole();
  });

  test('before a board that is there and empty has been touched, likewise', async () => {
    BoardStore.open(path).close();
    openForImport(path, {}).store.close();
    await expectUnfinishedThenWhole();
  });

  test('before the board has its name: a first start makes none in its place', async () => {
    writeFileSync(`${path}.new`, '');
    await expect(BoardServer.open({ path })).rejects.toMatchObject({
      kind: 'unfinished',
      message: expect.stringContaining('nothing has been imported'),
    });
    const { store } = openForImport(path, {});
    expect(store.isNew).toBe(true);
    store.close();
    expect(readdirSync(folder).filter((name) => name.includes('.new'))).toEqual([]);
    await expectUnfinishedThenWhole();
  });

  test('is none if the source can’t be read at all; what an earlier one has left stays unfinished', async () => {
    const first = openForImport(path, {});
    first.forget();
    first.store.close();
    const empty = await BoardServer.open({ path, empty: true });
    await empty.close();
    openForImport(path, {}).store.close();
    const second = openForImport(path, {});
    second.forget();
    second.store.close();
    await expectUnfinishedThenWhole();
  });

  test('does not let anything into a board that is not empty', async () => {
    const store = BoardStore.open(path);
    await importSpool(spool, store);
    const whole = content(store);
    await expect(importSpool(spool, store)).rejects.toThrow('not empty');
    expect(content(store)).toEqual(whole);
    await store.commit(() => store.index.clear());
    // Items and users alone are something, too.
    await expect(importSpool(spool, store)).rejects.toThrow('not empty');
    store.close();
  });
});

describe('a spool is hostile input', () => {
  const secret = () => join(folder, 'secret');
  beforeEach(() => writeFileSync(secret(), `A secret file of this machine.\n\n${'x'.repeat(300)}\n`));

  /** Imports it; the reason why each file was skipped. Nothing of the secret file gets onto the board. */
  async function skipped(): Promise<Record<string, string>> {
    const store = BoardStore.open(':memory:');
    const summary = await importSpool(spool, store);
    expect(JSON.stringify(content(store))).not.toContain('A secret file');
    store.close();
    return Object.fromEntries(summary.skipped.map(({ file, reason }) => [file, reason]));
  }

  const files = [
    'editlog',
    'motd',
    'userdatabase',
    'sequence',
    'idarbiter',
    'index.edited',
    'item/O0591429',
    'item/O0782148.edited',
  ];

  test.each(files)('%s as a symbolic link is not followed', async (name) => {
    const at = join(spool, name);
    rmSync(at, { force: true });
    symlinkSync(secret(), at);
    expect(await skipped()).toMatchObject({ [name]: 'is a symbolic link' });
  });

  test.each(files)('%s as a FIFO is not waited for', async (name) => {
    const at = join(spool, name);
    rmSync(at, { force: true });
    execFileSync('mkfifo', [at]);
    expect(await skipped()).toMatchObject({ [name]: 'is not a regular file' });
  });

  test.each(files)('%s as a folder is skipped', async (name) => {
    const at = join(spool, name);
    rmSync(at, { force: true });
    mkdirSync(at);
    expect(await skipped()).toMatchObject({ [name]: 'is not a regular file' });
  });

  test.each(files)('%s of a terabyte is not read', async (name) => {
    truncateSync(join(spool, name), 2 ** 40);
    expect((await skipped())[name]).toMatch(/^has 1099511627776 octets; at most \d+ are taken$/);
  });

  test('the folder of items as a symbolic link is not followed', async () => {
    renameSync(join(spool, 'item'), join(folder, 'item'));
    symlinkSync(join(folder, 'item'), join(spool, 'item'));
    expect(await skipped()).toMatchObject({ item: 'is a symbolic link' });
  });

  test('items that were not copied are counted', async () => {
    expect(await skipped()).not.toHaveProperty('index');
    const names = readdirSync(join(spool, 'item')).filter((name) => !name.includes('.'));
    for (const name of names.slice(0, 2)) rmSync(join(spool, 'item', name));
    expect((await skipped())['index']).toMatch(/^2 of its items are not there \(\w{8}, …\): archived, or not copied$/);
  });

  test.each<[string, string, (at: string) => void]>([
    ['a symbolic link', 'is a symbolic link', (at) => symlinkSync(secret(), at)],
    ['a FIFO', 'is not a regular file', (at) => execFileSync('mkfifo', [at])],
    ['a terabyte', 'has 1099511627776 octets', (at) => writeFileSync(at, '')],
    ['missing', 'does not exist', () => {}],
  ])('an index that is %s: nothing is imported, and the board stays as it was', async (kind, reason, make) => {
    const at = join(spool, 'index');
    rmSync(at);
    make(at);
    if (kind === 'a terabyte') truncateSync(at, 2 ** 40);
    const store = BoardStore.open(path);
    await expect(importSpool(spool, store)).rejects.toThrow(reason);
    store.close();
    const server = await BoardServer.open({ path });
    expect(server.made).toBeDefined();
    await server.close();
  });

  test('an index without line ends costs no memory', async () => {
    writeFileSync(join(spool, 'index'), Buffer.alloc(64 << 20, 'x'));
    expect(await skipped()).toMatchObject({ 'index, row 1': '200 octets are not a row' });
  });

  test('a hard link is a file like any other: copies are made of them', async () => {
    linkSync(join(spool, 'motd'), join(folder, 'motd'));
    expect(await skipped()).toEqual({});
    expect(readFileSync(join(folder, 'motd'))).toEqual(readFileSync(join(spool, 'motd')));
  });
});

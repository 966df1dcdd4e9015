import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BoardServer } from '../../src/board/server.ts';
import { exportSpool } from '../../src/board/spool/export.ts';
import { importSpool } from '../../src/board/spool/import.ts';
import { BoardStore } from '../../src/board/store.ts';
import { archiveItems } from '../../src/board/upkeep/archive.ts';
import { backupBoard } from '../../src/board/upkeep/backup.ts';
import { verifyBoard } from '../../src/board/upkeep/verify.ts';
import { octets } from '../../src/wire/octets.ts';
import { unpackSampleSpool } from '../support/sample-board.ts';
import { login, openBoard } from './boards.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'board-upkeep-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function sampleStore(path = ':memory:'): Promise<BoardStore> {
  const spool = unpackSampleSpool();
  const store = BoardStore.open(path);
  await importSpool(spool, store);
  rmSync(join(spool, '../..'), { recursive: true });
  return store;
}

/** Name → content of every file in a folder. */
function filesIn(dir: string): Map<string, string> {
  const names = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    names
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((path) => [path.slice(dir.length + 1), readFileSync(path, 'latin1')]),
  );
}

describe('export', () => {
  test('gives every file of an imported spool back, octet for octet', async () => {
    const spool = unpackSampleSpool();
    const store = BoardStore.open(':memory:');
    await importSpool(spool, store);
    const dir = join(folder, 'spool');
    expect(await exportSpool(dir, store)).toEqual({ rows: 3166, items: 225, users: 18, diffs: 12 });
    const original = filesIn(spool);
    const exported = filesIn(dir);
    // The seed is random, the lock's padding is whatever groggsd left; users are hashed in the order they came.
    for (const name of ['secretseed', 'editlock', 'userdatabase', 'log/log']) {
      original.delete(name);
      expect(exported.delete(name)).toBe(true);
    }
    expect([...exported.keys()].sort()).toEqual([...original.keys()].sort());
    for (const [name, content] of original) expect(exported.get(name)).toBe(content);
    expect(statSync(join(dir, 'userdatabase')).mode & 0o777).toBe(0o600);
    rmSync(join(spool, '../..'), { recursive: true });
    store.close();
  });

  test('imported again it is the same board, users included', async () => {
    const store = await sampleStore();
    const dir = join(folder, 'spool');
    await exportSpool(dir, store);
    const again = BoardStore.open(':memory:');
    expect((await importSpool(dir, again)).skipped).toEqual([]);
    expect([...again.users.all()]).toEqual([...store.users.all()]);
    expect([...again.items.all()]).toEqual([...store.items.all()]);
    expect(again.index.rows(1, 1e9)).toEqual(store.index.rows(1, 1e9));
    expect(again.state.nextSequence).toBe(store.state.nextSequence);
    expect(again.state.motd).toEqual(store.state.motd);
    store.close();
    again.close();
  });

  test('overwrites nothing', async () => {
    const store = await sampleStore();
    await exportSpool(join(folder, 'spool'), store);
    await expect(exportSpool(join(folder, 'spool'), store)).rejects.toThrow('is not empty');
    store.close();
  });
});

describe('backup', () => {
  test('of a running board is complete', async () => {
    const path = join(folder, 'board.sqlite');
    const board = await openBoard({ path });
    const writer = await login(board, 'writer');
    await writer.text('w', 'before the backup');
    expect(await writer.ask('NEWI Kept')).toMatch(/^220/);
    const copy = join(folder, 'copy.sqlite');
    await backupBoard(board.store, copy);
    await writer.text('w', 'after it');
    await writer.ask('NEWI Not in it');
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
    const restored = BoardStore.open(copy, { keyFile: `${path}.key` });
    expect(verifyBoard(restored).problems).toEqual([]);
    expect([...restored.items.all()].map(({ subject }) => subject)).toEqual(['Welcome', 'Kept']);
    expect(restored.users.levels(octets`ann@rgtp.test`)[0]?.secret).toBeDefined();
    restored.close();
  });
});

test('a backup finishes although somebody posts all the time', async () => {
  const path = join(folder, 'board.sqlite');
  (await sampleStore(path)).close();
  const board = await openBoard({ path });
  const post = { userid: octets`writer`, grogname: octets``, text: octets`${octets`x`.repeat(79)}\n`.repeat(50) };
  let done = false;
  let posts = 0;
  const poster = (async () => {
    while (!done) {
      await board.store.posting.newItem(post, octets`post ${++posts}`);
    }
  })();
  const outside = BoardStore.open(path);
  const copy = join(folder, 'copy.sqlite');
  const passes: number[] = [];
  await backupBoard(outside, copy, ({ done: pages }) => passes.push(pages));
  done = true;
  await poster;
  outside.close();
  // It never went back to the start.
  expect(passes).toEqual([...passes].sort((a, b) => a - b));
  expect(posts).toBeGreaterThan(0);
  const restored = BoardStore.open(copy, { keyFile: `${path}.key` });
  expect(verifyBoard(restored).problems).toEqual([]);
  restored.close();
});

describe('verify', () => {
  test('finds nothing wrong with the sample board, and what is odd about it', async () => {
    const store = await sampleStore();
    const report = verifyBoard(store);
    expect(report).toMatchObject({ rows: 3166, items: 225, users: 18, problems: [] });
    // Withdrawn continuations leave links, and an index edit took rows away.
    expect(report.oddities.join('\n')).toContain('which does not exist');
    store.close();
  });

  test('names what was damaged', async () => {
    const store = await sampleStore();
    store.db.exec(`UPDATE items SET text = CAST('rubbish' AS BLOB) WHERE id = 'O0591429'`);
    store.db.exec(`UPDATE index_rows SET row = zeroblob(199) WHERE position = 7`);
    store.db.exec(`UPDATE users SET secret = zeroblob(40) WHERE userid = 'ann@rgtp.test'`);
    store.db.exec('UPDATE board SET next_sequence = 3000');
    const { problems } = verifyBoard(store);
    expect(problems.some((problem) => problem.startsWith('O0591429: '))).toBe(true);
    expect(problems.some((problem) => problem.startsWith('index, row 7: '))).toBe(true);
    expect(problems.some((problem) => problem.includes('the secret of ann@rgtp.test'))).toBe(true);
    expect(problems.some((problem) => problem.includes('has not been given yet'))).toBe(true);
    store.close();
  });

  test('a database with a hole in it', async () => {
    const path = join(folder, 'board.sqlite');
    (await sampleStore(path)).close();
    execFileSync('dd', ['if=/dev/zero', `of=${path}`, 'bs=4096', 'seek=40', 'count=20', 'conv=notrunc', 'status=none']);
    const store = BoardStore.open(path);
    expect(verifyBoard(store).problems.length).toBeGreaterThan(0);
    store.close();
  });
});

describe('archiving', () => {
  test('moves items nobody wrote to, with their rows, and keeps the newest row', async () => {
    const store = await sampleStore();
    const newest = store.index.rows(store.index.end, store.index.end);
    const moved = await archiveItems(store, 0xffffffff);
    expect(moved).toBeGreaterThan(200);
    expect(store.items.answer('O0591429')).toBeUndefined();
    expect(store.index.rowsOfItem('O0591429')).toEqual([]);
    expect(store.items.everUsed('O0591429')).toBe(true);
    expect(store.index.rows(store.index.end, store.index.end)).toEqual(newest);
    expect(verifyBoard(store).problems).toEqual([]);
    expect(await archiveItems(store, 0)).toBe(0);
    store.close();
  });

  test('a board does it by itself', async () => {
    const path = join(folder, 'board.sqlite');
    (await sampleStore(path)).close();
    const before = Date.UTC(2026, 5, 1);
    const board = await BoardServer.open({ path, now: () => before + 86_400_000, archiveAfter: 86_400_000 });
    expect(board.store.items.answer('O0591429')).toBeUndefined();
    expect(board.store.items.answer('P3231710')).toBeDefined();
    await board.close();
  });
});

import { copyFileSync, mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { LogSync } from '../../src/store/log-sync.ts';
import { Writer } from '../../src/store/writer.ts';
import { standStill, stepByStep } from '../support/turns.ts';

const SCHEMA = {
  name: 'fruit',
  applicationId: 0x0f2417,
  migrations: ['CREATE TABLE fruit (name TEXT PRIMARY KEY) STRICT'],
};

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'writer-'));
  path = join(folder, 'fruit.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A sync that ends when the test says so. */
function stalledSync() {
  const syncs: PromiseWithResolvers<void>[] = [];
  const sync = () => {
    const one = Promise.withResolvers<void>();
    syncs.push(one);
    return one.promise;
  };
  return { syncs, sync };
}

function open(sync?: Pick<LogSync, 'sync'>) {
  const db = openDatabase(path, SCHEMA, { durable: true });
  const insert = db.prepare('INSERT INTO fruit VALUES (?)');
  const names = () =>
    db
      .prepare('SELECT name FROM fruit ORDER BY name')
      .all()
      .map((row) => row['name']);
  return { db, insert, names, writer: new Writer(db, sync) };
}

test('what is written in one turn is one transaction and one sync; what fails undoes itself alone', async () => {
  const { syncs, sync } = stalledSync();
  const { db, insert, names, writer } = open({ sync });
  const told: string[] = [];
  const commits = ['medlar', 'medlar', 'quince'].map((name) =>
    writer.commit(() => {
      insert.run(name);
      writer.afterCommit(() => told.push(`effect of ${name}`));
      return name;
    }),
  );
  const halfway = writer.commit(() => {
    insert.run('sloe');
    writer.afterCommit(() => told.push('effect of sloe'));
    throw new Error('after the half of it');
  });
  const settled = Promise.allSettled([...commits, halfway]).then((results) => results.map(({ status }) => status));
  writer.flush();
  expect(names()).toEqual(['medlar', 'quince']);
  expect(syncs).toHaveLength(1);
  expect(told).toEqual([]);
  syncs[0]?.resolve();
  expect(await settled).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
  expect(told).toEqual(['effect of medlar', 'effect of quince']);
  db.close();
});

test('settled: when everything asked for so far is on disk', async () => {
  const { syncs, sync } = stalledSync();
  const { db, insert, writer } = open({ sync });
  expect(writer.settled).toBeUndefined();
  const told: string[] = [];
  const commit = writer.commit(() => insert.run('medlar')).then(() => told.push('commit'));
  const waiting = writer.settled?.then(() => told.push('settled before the flush'));
  writer.flush();
  const later = writer.settled?.then(() => told.push('settled after it'));
  syncs[0]?.resolve();
  await Promise.all([commit, waiting, later]);
  expect(told).toEqual(['commit', 'settled after it', 'settled before the flush']);
  expect(writer.settled).toBeUndefined();
  db.close();
});

test('what comes during a sync waits for its end, and then shares one transaction and one sync', async () => {
  standStill();
  const { syncs, sync } = stalledSync();
  const { db, insert, names, writer } = open({ sync });
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  const first = writer.commit(() => insert.run('medlar'));
  await turn();
  const others: Promise<unknown>[] = [];
  for (const name of ['quince', 'sloe']) {
    others.push(writer.commit(() => insert.run(name)));
    await turn();
  }
  const told: string[] = [];
  const settled = writer.settled?.then(() => told.push('settled'));
  expect(names()).toEqual(['medlar']);
  syncs[0]?.resolve();
  await first;
  await turn();
  expect(names()).toEqual(['medlar', 'quince', 'sloe']);
  expect(syncs).toHaveLength(2);
  expect(told).toEqual([]);
  syncs[1]?.resolve();
  await Promise.all([...others, settled]);
  db.close();
});

test.each(['with a sync', 'without'])('a crowd that writes is committed in pieces, in its order, %s', async (how) => {
  stepByStep();
  const { syncs, sync } = stalledSync();
  const { db, insert, names, writer } = open(how === 'without' ? undefined : { sync });
  const done: number[] = [];
  const commits = Array.from({ length: 40 }, (_, n) =>
    writer.commit(() => insert.run(String(n).padStart(2, '0'))).then(() => void done.push(n)),
  );
  let settled = false;
  void writer.settled?.then(() => {
    settled = true;
  });
  let most = 0;
  let before = 0;
  let turns = 0;
  for (; done.length < 40 && turns < 400; turns++) {
    await new Promise(setImmediate);
    most = Math.max(most, names().length - before);
    before = names().length;
    expect(settled).toBe(done.length === 40);
    for (const one of syncs.splice(0)) one.resolve();
  }
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThan(12);
  await Promise.all(commits);
  expect(done).toEqual(Array.from({ length: 40 }, (_, n) => n));
  db.close();
});

test('what is flushed is committed whole', async () => {
  stepByStep();
  const { db, insert, names, writer } = open();
  const commits = Array.from({ length: 40 }, (_, n) => writer.commit(() => insert.run(String(n))));
  writer.flush();
  expect(names()).toHaveLength(40);
  await Promise.all(commits);
  db.close();
});

test('a sync that fails is a commit that fails', async () => {
  const { syncs, sync } = stalledSync();
  const { db, insert, writer } = open({ sync });
  const told: string[] = [];
  const commit = writer.commit(() => {
    insert.run('medlar');
    writer.afterCommit(() => told.push('effect of medlar'));
  });
  writer.flush();
  syncs[0]?.reject(new Error('disk on fire'));
  await expect(commit).rejects.toThrow('disk on fire');
  // The database has it all the same: caches must not say otherwise.
  expect(told).toEqual(['effect of medlar']);
  db.close();
});

test('relaxed commits wait for no sync', async () => {
  standStill();
  const { syncs, sync } = stalledSync();
  const { db, insert, writer } = open({ sync });
  await writer.commit(() => insert.run('medlar'), { relaxed: true });
  expect(syncs).toHaveLength(0);
  const strict = writer.commit(() => insert.run('quince'));
  // In one group with a strict commit, but it resolves first.
  await writer.commit(() => insert.run('sloe'), { relaxed: true });
  expect(syncs).toHaveLength(1);
  syncs[0]?.resolve();
  await strict;
  db.close();
});

test('what need not be on disk does not wait for a sync under way; what waits for the next one is committed with it, in order', async () => {
  standStill();
  const { syncs, sync } = stalledSync();
  const { db, insert, names, writer } = open({ sync });
  const told: string[] = [];
  const strict = ['medlar', 'quince'].map(async (name) => {
    await writer.commit(() => insert.run(name));
    told.push(name);
  });
  await new Promise<void>((resolve) => setImmediate(resolve));
  expect(syncs).toHaveLength(1);
  const later = writer.commit(() => insert.run('sloe')).then(() => told.push('sloe'));
  void writer.commit(() => told.push(`relaxed: ${names()}`), { relaxed: true });
  await new Promise<void>((resolve) => setImmediate(resolve));
  expect([told, syncs.length]).toEqual([['relaxed: medlar,quince,sloe'], 2]);
  told.length = 0;
  syncs[0]?.resolve();
  await Promise.all(strict);
  expect(told).toEqual(['medlar', 'quince']);
  syncs[1]?.resolve();
  await later;
  db.close();
});

test('a real log: many commits share few syncs, and closing leaves nothing behind', async () => {
  const sync = new LogSync(path);
  const { db, insert, writer } = open(sync);
  for (let turn = 0; turn < 5; turn++) {
    await Promise.all(Array.from({ length: 20 }, (_, n) => writer.commit(() => insert.run(`${turn}.${n}`))));
  }
  const last = writer.commit(() => insert.run('last'));
  writer.flush();
  sync.close();
  await last;
  db.close();
  const again = new DatabaseSync(path);
  expect(again.prepare('SELECT count(*) AS n FROM fruit').get()).toEqual({ n: 101 });
  again.close();
});

test.skipIf(process.platform === 'win32')('a log that cannot be synced is told to everybody who waits', async () => {
  symlinkSync('/dev/null', `${path}-wal`);
  const sync = new LogSync(path);
  const outcomes = await Promise.allSettled([sync.sync(), sync.sync(), sync.sync()]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  sync.close();
});

test('without a write-ahead log SQLite syncs by itself', async () => {
  const db = new DatabaseSync(path);
  db.exec('CREATE TABLE fruit (name TEXT)');
  const sync = new LogSync(path);
  const writer = new Writer(db, sync);
  await writer.commit(() => db.exec("INSERT INTO fruit VALUES ('medlar')"));
  sync.close();
  db.close();
});

test('after a failed sync nothing is promised before the whole log is in the database', async () => {
  const { syncs, sync } = stalledSync();
  const { db, insert, names, writer } = open({ sync });
  const first = writer.commit(() => insert.run('medlar'));
  writer.flush();
  syncs[0]?.reject(Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' }));
  await expect(first).rejects.toMatchObject({ name: 'StoreError', kind: 'io' });
  expect(writer).toMatchObject({ unsynced: true, trouble: { kind: 'io' } });
  // Somebody still reads the old state, so the log can't start over.
  const reader = new DatabaseSync(path);
  reader.exec('BEGIN');
  reader.prepare('SELECT * FROM fruit').all();
  const refused = writer.commit(() => insert.run('sloe'));
  writer.flush();
  expect(syncs).toHaveLength(1);
  await expect(refused).rejects.toMatchObject({ kind: 'io' });
  expect(writer.unsynced).toBe(true);
  reader.exec('COMMIT');
  reader.close();
  const second = writer.commit(() => insert.run('quince'));
  writer.flush();
  syncs[1]?.resolve();
  await second;
  expect(writer).toMatchObject({ unsynced: false, trouble: undefined });
  expect(names()).toEqual(['medlar', 'quince']);
  // Without its log: what the failed sync left in doubt does not depend on that.
  const copy = join(folder, 'copy.sqlite');
  copyFileSync(path, copy);
  const alone = new DatabaseSync(copy);
  expect(alone.prepare('SELECT name FROM fruit').all()).toEqual([{ name: 'medlar' }]);
  alone.close();
  db.close();
});

test('a disk that takes no writes is tried again until it does', async () => {
  const { db, insert, writer } = open({ sync: () => Promise.resolve() });
  const size = Number(db.prepare('PRAGMA page_count').get()?.['page_count']);
  db.exec(`PRAGMA max_page_count=${size}`);
  const large = 'x'.repeat(100_000);
  await expect(writer.commit(() => insert.run(large))).rejects.toMatchObject({ kind: 'full' });
  expect(writer.trouble?.message).toBe('the database: no space is left on the disk (database or disk is full)');
  db.exec('PRAGMA max_page_count=10000');
  await expect.poll(() => writer.trouble).toBeUndefined();
  db.close();
});

test('after a failed sync it is tried again, though nobody writes anything, until nothing is in doubt', async () => {
  let fails = true;
  const eio = Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
  const { db, insert, writer } = open({ sync: () => (fails ? Promise.reject(eio) : Promise.resolve()) });
  await expect(writer.commit(() => insert.run('medlar'))).rejects.toMatchObject({ kind: 'io' });
  expect(writer).toMatchObject({ unsynced: true, trouble: { kind: 'io' } });
  fails = false;
  await expect.poll(() => writer.trouble).toBeUndefined();
  expect(writer.unsynced).toBe(false);
  db.close();
});

test('… and whatever is wrong meanwhile: a disk that cannot be read looks like a database that is damaged, or locked', async () => {
  const { db, insert, writer } = open({ sync: () => Promise.resolve() });
  const size = Number(db.prepare('PRAGMA page_count').get()?.['page_count']);
  db.exec(`PRAGMA max_page_count=${size}; PRAGMA busy_timeout=0`);
  await expect(writer.commit(() => insert.run('x'.repeat(100_000)))).rejects.toMatchObject({ kind: 'full' });
  const other = new DatabaseSync(path);
  other.exec('BEGIN IMMEDIATE');
  const commit = vi.spyOn(writer, 'commit');
  await expect.poll(() => commit.mock.settledResults.map(({ type }) => type)).toContain('rejected');
  expect(commit.mock.settledResults[0]?.value).toMatchObject({ kind: 'locked' });
  expect(writer.trouble).toMatchObject({ kind: 'full' });
  other.close();
  await expect.poll(() => writer.trouble).toBeUndefined();
  db.close();
});

test('a log that cannot be copied after a failed sync takes no patience with other processes away', async () => {
  const eio = Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
  const { db, insert, writer } = open({ sync: () => Promise.reject(eio) });
  await expect(writer.commit(() => insert.run('medlar'))).rejects.toMatchObject({ kind: 'io' });
  const { prepare } = db;
  vi.spyOn(db, 'prepare').mockImplementation((sql) => {
    if (sql.includes('wal_checkpoint')) throw Object.assign(new Error('disk I/O error'), { errcode: 10 });
    return prepare.call(db, sql);
  });
  await expect(writer.commit(() => insert.run('quince'))).rejects.toMatchObject({ kind: 'io' });
  expect(db.prepare('PRAGMA busy_timeout').get()).toEqual({ timeout: 5000 });
  db.close();
});

test.each(['fruit.sqlite', 'fruit.sqlite-wal'])('nothing is promised while %s is deleted or replaced', async (name) => {
  const db = openDatabase(path, SCHEMA, { durable: true });
  const insert = db.prepare('INSERT INTO fruit VALUES (?)');
  const writer = new Writer(db, new LogSync(path), path);
  await writer.commit(() => insert.run('medlar'));
  const [there, aside] = [join(folder, name), join(folder, 'aside')];
  renameSync(there, aside);
  const lost = { name: 'StoreError', kind: 'missing', message: expect.stringContaining(name) };
  await expect(writer.commit(() => insert.run('quince'))).rejects.toMatchObject(lost);
  copyFileSync(aside, there);
  await expect(writer.commit(() => insert.run('quince'))).rejects.toMatchObject(lost);
  expect(writer.trouble).toMatchObject(lost);
  // Put back, it is the same one.
  renameSync(aside, there);
  await writer.commit(() => insert.run('sloe'));
  expect(writer.trouble).toBeUndefined();
  expect(db.prepare('SELECT name FROM fruit ORDER BY name').all()).toMatchObject([
    { name: 'medlar' },
    { name: 'sloe' },
  ]);
  db.close();
});

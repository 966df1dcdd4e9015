import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openDatabase, openForReading, type Schema, StoreError } from '../../src/store/database.ts';
import { closeDatabase } from '../../src/store/log-presence.ts';

const SCHEMA: Schema = { name: 'fruit', applicationId: 0x0f0f, migrations: ['CREATE TABLE fruit (name TEXT) STRICT'] };
const PAGE = 4096;
const ENDINGS = ['', '-wal', '-shm'];

let directory: string;
let live: string;
let path: string;
let db: DatabaseSync;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'whole-'));
  live = join(directory, 'live.sqlite');
  path = join(directory, 'fruit.sqlite');
  db = openDatabase(live, SCHEMA, { durable: true });
});
afterEach(() => {
  closeDatabase(db);
  rmSync(directory, { recursive: true });
});

const grow = (names: number) =>
  db.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${names})
           INSERT INTO fruit SELECT printf('plum %01000d', i) FROM n`);
const checkpoint = () => db.exec('PRAGMA wal_checkpoint(TRUNCATE)');

/** As the end of a process leaves it. */
function crash(): void {
  for (const ending of ENDINGS) copyFileSync(live + ending, path + ending);
}

function count(): number {
  const opened = openDatabase(path, SCHEMA, { durable: true });
  const names = Number(opened.prepare('SELECT count(*) AS n FROM fruit').get()?.['n']);
  closeDatabase(opened);
  return names;
}

function refusal(open: () => DatabaseSync): string {
  try {
    closeDatabase(open());
    return 'opened';
  } catch (error) {
    if (error instanceof StoreError) return `${error.kind}: ${error.message}`;
    throw error;
  }
}

describe('a database that was cut off beside its log', () => {
  beforeEach(() => {
    grow(200);
    checkpoint();
    grow(1);
    crash();
  });

  test.each([0.25, 0.5, 0.9])('at %f of its length is refused, by whoever opens it, and stays as it is', (part) => {
    const whole = readFileSync(path);
    truncateSync(path, Math.floor(whole.length * part));
    const before = ENDINGS.slice(0, 2).map((ending) => readFileSync(path + ending));
    const words = `corrupt: ${path}: the file was cut off: its end is missing`;
    for (let attempt = 0; attempt < 2; attempt++) {
      expect(refusal(() => openDatabase(path, SCHEMA, { durable: true }))).toBe(words);
      expect(refusal(() => openForReading(path))).toBe(words);
    }
    expect(ENDINGS.slice(0, 2).map((ending) => readFileSync(path + ending))).toEqual(before);
    writeFileSync(path, whole);
    expect(count()).toBe(201);
  });
});

test('what a checkpoint that was interrupted has not written yet is in the log', () => {
  grow(200);
  crash();
  const log = readFileSync(`${path}-wal`);
  const frame = 24 + PAGE;
  const isFirst = (at: number) => log.readUInt32BE(at) === 1;
  let first = 0;
  for (let at = 32; at < log.length; at += frame) if (isFirst(at)) first = at;
  // The first page comes first. It says how large the database will be.
  const file = readFileSync(path);
  log.copy(file, 0, first + 24, first + frame);
  writeFileSync(path, file);
  expect(file.readUInt32BE(28) * PAGE).toBeGreaterThan(statSync(path).size);
  const prepare = vi.spyOn(DatabaseSync.prototype, 'prepare');
  expect(count()).toBe(200);
  // To look at everything would keep a large board waiting.
  expect(prepare.mock.calls.flat()).not.toContain('PRAGMA integrity_check(1)');
  prepare.mockRestore();
});

test('a free page at its end that was never written is not missed', () => {
  grow(2);
  checkpoint();
  db.exec('CREATE TABLE vegetables (name TEXT) STRICT');
  db.exec('INSERT INTO vegetables VALUES (hex(zeroblob(20000)))');
  db.exec('DROP TABLE vegetables');
  checkpoint();
  grow(1);
  crash();
  truncateSync(path, statSync(path).size - PAGE);
  expect(count()).toBe(3);
});

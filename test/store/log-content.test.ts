import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase, type Schema, StoreError } from '../../src/store/database.ts';
import { contentOf } from '../../src/store/log-content.ts';
import { closeDatabase } from '../../src/store/log-presence.ts';

const SCHEMA: Schema = { name: 'fruit', applicationId: 0x0f0f, migrations: ['CREATE TABLE fruit (name TEXT) STRICT'] };
const COMMITS = 5;

let directory: string;
let crashed: string;
let path: string;
let log: string;

/** A database with commits that are in its log alone, as the end of a process leaves it. */
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'log-content-'));
  const live = join(directory, 'live.sqlite');
  const db = openDatabase(live, SCHEMA, { durable: true });
  for (let i = 0; i < COMMITS; i++) db.exec(`INSERT INTO fruit VALUES ('plum ${i}')`);
  crashed = join(directory, 'crashed.sqlite');
  for (const suffix of ['', '-wal', '-shm']) copyFileSync(live + suffix, crashed + suffix);
  closeDatabase(db);
});
afterAll(() => rmSync(directory, { recursive: true }));

beforeEach(() => {
  path = join(directory, 'fruit.sqlite');
  log = `${path}-wal`;
  for (const suffix of ['', '-wal', '-shm']) copyFileSync(crashed + suffix, path + suffix);
});

function refusal(): StoreError | undefined {
  try {
    closeDatabase(openDatabase(path, SCHEMA, { durable: true }));
    return undefined;
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
}

function commits(): number {
  const db = openDatabase(path, SCHEMA, { durable: true });
  const count = Number(db.prepare('SELECT count(*) AS n FROM fruit').get()?.['n']);
  closeDatabase(db);
  return count;
}

test('a whole log is taken', () => {
  expect(contentOf(log)).toBe('sound');
  expect(commits()).toBe(COMMITS);
});

test('so is one without its index, which a power cut may take', () => {
  rmSync(`${path}-shm`);
  expect(commits()).toBe(COMMITS);
});

test('a log that was cut anywhere is refused', () => {
  const octets = readFileSync(log);
  const { length } = octets;
  for (let end = 0; end < length; end += end < 4200 ? 1 : 97) {
    writeFileSync(log, octets.subarray(0, end));
    expect(contentOf(log), `${end} of ${length} octets`).toBe('damaged');
  }
});

test('a log with one wrong octet anywhere in it is refused', () => {
  const octets = readFileSync(log);
  for (let at = 0; at < octets.length; at += at < 100 ? 1 : 61) {
    const damaged = Buffer.from(octets);
    damaged[at] = (damaged[at] ?? 0) ^ 0x10;
    writeFileSync(log, damaged);
    // Another salt is that of another log: no index tells about it, but its checksum does.
    expect(contentOf(log), `octet ${at}`).toBe('damaged');
  }
});

describe.each([
  ['empty', () => truncateSync(log, 0)],
  ['cut within its last frame', () => truncateSync(log, statSync(log).size - 1)],
  ['overwritten', () => writeFileSync(log, Buffer.alloc(statSync(log).size, 0xa5))],
  ['zeros', () => writeFileSync(log, Buffer.alloc(statSync(log).size))],
])('a log that is %s', (_, harm) => {
  test('is refused, and stays as it is', () => {
    harm();
    const before = readFileSync(log);
    const error = refusal();
    expect(error?.kind).toBe('log-lost');
    expect(error?.message).toContain(`to go on with what is left: echo lost > ${log}`);
    expect(readFileSync(log).equals(before)).toBe(true);
  });

  test('is given up by one word in it', () => {
    harm();
    writeFileSync(log, 'lost\n');
    expect(refusal()).toBeUndefined();
    expect(commits()).toBe(0);
    expect(existsSync(log)).toBe(false);
  });
});

test('an index of another log says nothing', () => {
  const index = readFileSync(`${path}-shm`);
  // Its salt, in both copies of its header.
  for (const at of [32, 80]) index[at] = (index[at] ?? 0) ^ 1;
  writeFileSync(`${path}-shm`, index);
  truncateSync(log, statSync(log).size - 1);
  expect(contentOf(log)).toBe('sound');
});

test('what the database has already may be missing from the log', () => {
  const index = readFileSync(`${path}-shm`);
  // As after a checkpoint: all frames are in the database.
  index.copy(index, 96, 16, 20);
  writeFileSync(`${path}-shm`, index);
  truncateSync(log, statSync(log).size - 1);
  expect(contentOf(log)).toBe('sound');
});

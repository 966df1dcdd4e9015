import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase, openForReading, purgeDeleted, type Schema, transaction } from '../../src/store/database.ts';
import { StoreError } from '../../src/store/errors.ts';
import { closeDatabase, noteOpen, requireLog } from '../../src/store/log-presence.ts';

/** Opens a database as nobody else's, and tells in which mode it is then. */
const CLOSE_COMPLETELY = `
  const db = new (require('node:sqlite').DatabaseSync)(process.argv[1]);
  try { db.exec('PRAGMA journal_mode=DELETE'); } catch {}
  console.log(db.prepare('PRAGMA journal_mode').get().journal_mode);
  db.close();`;

const FIRST: Schema = {
  name: 'fruit',
  applicationId: 0x0f0f,
  migrations: ['CREATE TABLE fruit (name TEXT) STRICT'],
};
const SECOND: Schema = {
  ...FIRST,
  migrations: [...FIRST.migrations, "ALTER TABLE fruit ADD COLUMN colour TEXT NOT NULL DEFAULT 'green'"],
};

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'store-'));
  path = join(directory, 'fruit.sqlite');
});
afterEach(() => rmSync(directory, { recursive: true }));

function refusal(open: () => unknown): StoreError {
  try {
    open();
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error('was opened');
}

describe('schema', () => {
  test('a new file gets every migration', () => {
    const db = openDatabase(path, SECOND);
    db.exec("INSERT INTO fruit (name) VALUES ('pear')");
    expect({ ...db.prepare('SELECT * FROM fruit').get() }).toEqual({ name: 'pear', colour: 'green' });
    db.close();
  });

  test('an older file gets what is missing and keeps what it has', () => {
    const old = openDatabase(path, FIRST);
    old.exec("INSERT INTO fruit VALUES ('plum')");
    old.close();
    const db = openDatabase(path, SECOND);
    expect({ ...db.prepare('SELECT * FROM fruit').get() }).toEqual({ name: 'plum', colour: 'green' });
    db.close();
  });

  test('a newer file is refused, says what to do, and is left as it was', () => {
    openDatabase(path, SECOND).close();
    const before = readFileSync(path);
    const error = refusal(() => openDatabase(path, FIRST));
    expect(error.kind).toBe('newer');
    expect(error.message).toBe(
      `${path}: its fruit schema is version 2, and this program knows versions up to 1: run the newer rgtp-nntp that wrote it, or restore an older copy`,
    );
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('a migration that fails changes nothing', () => {
    openDatabase(path, FIRST).close();
    const broken: Schema = { ...SECOND, migrations: [...SECOND.migrations, 'CREATE TABLE fruit (again TEXT)'] };
    expect(() => openDatabase(path, broken)).toThrow(/already exists/);
    const db = openDatabase(path, FIRST);
    expect(db.prepare('SELECT * FROM pragma_table_info(?)').all('fruit')).toHaveLength(1);
    db.close();
  });
});

describe('a file whose tables are not those of its version is damaged', () => {
  test.each([
    ['a table is gone', 'DROP TABLE fruit'],
    ['a column is gone', 'ALTER TABLE fruit DROP COLUMN colour'],
    ['the version is too low', 'PRAGMA user_version = 1'],
    ['the version is negative', 'PRAGMA user_version = -1'],
  ])('%s', (_, sql) => {
    openDatabase(path, SECOND).close();
    const other = new DatabaseSync(path);
    other.exec(sql);
    other.close();
    const error = refusal(() => openDatabase(path, SECOND));
    expect([error.kind, error.path]).toEqual(['corrupt', path]);
  });
});

describe('files that are not ours', () => {
  test("somebody else's database is refused and untouched", () => {
    const other = new DatabaseSync(path);
    other.exec('CREATE TABLE letters (text TEXT)');
    other.close();
    const before = readFileSync(path);
    const error = refusal(() => openDatabase(path, FIRST));
    expect([error.kind, error.path]).toEqual(['foreign', path]);
    expect(error.message).toContain('not a fruit file of rgtp-nntp');
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('another kind of file of ours is refused', () => {
    openDatabase(path, FIRST).close();
    expect(refusal(() => openDatabase(path, { ...FIRST, name: 'cache', applicationId: 7 })).kind).toBe('foreign');
  });

  test('no database at all', () => {
    writeFileSync(path, 'Dear diary,\n'.repeat(100));
    const error = refusal(() => openDatabase(path, FIRST));
    expect([error.kind, error.message.startsWith(`${path}: `)]).toEqual(['corrupt', true]);
  });

  test('a damaged database', () => {
    const db = openDatabase(path, FIRST);
    purgeDeleted(db);
    db.close();
    const bytes = readFileSync(path);
    bytes.fill(0x55, 100);
    writeFileSync(path, bytes);
    expect(refusal(() => openDatabase(path, SECOND)).kind).toBe('corrupt');
  });

  test('a directory that is not there', () => {
    expect(refusal(() => openDatabase(join(directory, 'no', 'fruit.sqlite'), FIRST)).kind).toBe('missing');
  });

  test('a file that another process is writing', () => {
    const writer = openDatabase(path, FIRST);
    writer.exec('BEGIN IMMEDIATE');
    expect(refusal(() => openDatabase(path, SECOND, { busyTimeout: 0 })).kind).toBe('locked');
    writer.exec('ROLLBACK');
    writer.close();
  });
});

describe('options', () => {
  const setting = (db: DatabaseSync, name: string) => db.prepare(`PRAGMA ${name}`).get()?.[name];

  test('write-ahead log always; durable and secure_delete on request', () => {
    const plain = openDatabase(path, FIRST);
    expect(['journal_mode', 'synchronous', 'secure_delete'].map((name) => setting(plain, name))).toEqual(['wal', 1, 0]);
    plain.close();
    const careful = openDatabase(path, FIRST, { durable: true, secureDelete: true });
    expect(['synchronous', 'secure_delete'].map((name) => setting(careful, name))).toEqual([2, 1]);
    careful.close();
  });

  test('in memory', () => {
    const db = openDatabase(':memory:', FIRST);
    expect(db.prepare('SELECT count(*) AS n FROM fruit').get()?.['n']).toBe(0);
    db.close();
  });

  test('deleted text is nowhere in the files', () => {
    const db = openDatabase(path, FIRST, { secureDelete: true });
    db.exec("INSERT INTO fruit VALUES ('quince that nobody should know')");
    purgeDeleted(db);
    const files = () => Buffer.concat([readFileSync(path), readFileSync(`${path}-wal`)]).toString('latin1');
    expect(files()).toContain('quince');
    db.exec('DELETE FROM fruit');
    purgeDeleted(db);
    expect(files()).not.toContain('quince');
    db.close();
  });
});

describe('transaction', () => {
  test('commits what returns and undoes what throws', () => {
    const db = openDatabase(path, FIRST);
    expect(transaction(db, () => db.prepare("INSERT INTO fruit VALUES ('fig')").run().changes)).toBe(1);
    expect(() =>
      transaction(db, () => {
        db.exec('DELETE FROM fruit');
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(db.prepare('SELECT count(*) AS n FROM fruit').get()?.['n']).toBe(1);
    db.close();
  });
});

test('a copy of the file alone is complete after a clean close', () => {
  const db = openDatabase(path, FIRST);
  db.exec("INSERT INTO fruit VALUES ('medlar')");
  db.close();
  const copy = join(directory, 'copy.sqlite');
  copyFileSync(path, copy);
  const again = openDatabase(copy, FIRST);
  expect(again.prepare('SELECT name FROM fruit').get()?.['name']).toBe('medlar');
  again.close();
});

test('looking into a database that is open here ends none of its locks: it is not closed by another process', () => {
  const db = openDatabase(path, FIRST, { durable: true });
  db.exec("INSERT INTO fruit VALUES ('fig')");
  requireLog(path);
  openForReading(path).close();
  const other = spawnSync(process.execPath, ['-e', CLOSE_COMPLETELY, path], { encoding: 'utf8' });
  expect(other).toMatchObject({ status: 0, stdout: 'wal\n' });
  db.exec("INSERT INTO fruit VALUES ('plum')");
  const again = new DatabaseSync(path, { readOnly: true });
  expect(again.prepare('SELECT count(*) AS n FROM fruit').get()?.['n']).toBe(2);
  again.close();
  closeDatabase(db);
  // Nobody has it open any more, and its log is asked for again.
  expect(readFileSync(path)[18]).toBe(1);
});

test('a log is not missed where the mark could not be cleared', () => {
  const db = openDatabase(path, FIRST);
  noteOpen(db);
  // Stands for a disk that takes no write.
  db.exec('PRAGMA query_only=ON');
  closeDatabase(db);
  requireLog(path);
  const again = openDatabase(path, FIRST);
  expect(again.prepare('SELECT count(*) AS n FROM fruit').get()?.['n']).toBe(0);
  again.close();
  // Once it can be written, the next close ends what the first one began.
  db.exec('PRAGMA query_only=OFF');
  closeDatabase(db);
  requireLog(path);
});

test('a log stays where the mark could not be cleared, also when the process comes to its end by itself', () => {
  const program = `
    const { openDatabase } = await import(process.argv[1]);
    const { closeDatabase } = await import(process.argv[2]);
    const schema = { name: 'fruit', applicationId: 0x0f0f, migrations: ['CREATE TABLE fruit (name TEXT) STRICT'] };
    const db = openDatabase(process.argv[3], schema, { durable: true });
    db.exec("INSERT INTO fruit VALUES ('apple')");
    // Like a full disk.
    db.exec('PRAGMA query_only=1');
    closeDatabase(db);
    process.exitCode = 7;`;
  const modules = ['database', 'log-presence'].map(
    (name) => new URL(`../../src/store/${name}.ts`, import.meta.url).href,
  );
  const args = ['--input-type=module', '--eval', program, ...modules, path];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(7);
  const db = openDatabase(path, FIRST, { durable: true });
  expect(db.prepare('SELECT name FROM fruit').all()).toEqual([{ name: 'apple' }]);
  closeDatabase(db);
});

describe('a database by a symbolic link', () => {
  const link = () => join(directory, 'link.sqlite');
  const there = (name: string) => join(directory, 'elsewhere', name);

  beforeEach(() => {
    mkdirSync(join(directory, 'elsewhere'));
    const db = openDatabase(path, FIRST, { durable: true });
    db.exec("INSERT INTO fruit VALUES ('plum')");
    // As a crash leaves it.
    copyFileSync(path, there('fruit.sqlite'));
    copyFileSync(`${path}-wal`, there('fruit.sqlite-wal'));
    db.close();
    symlinkSync(there('fruit.sqlite'), link());
  });

  test('has its log beside the file, not beside the link', () => {
    const db = openDatabase(link(), FIRST, { durable: true });
    expect({ ...db.prepare('SELECT * FROM fruit').get() }).toEqual({ name: 'plum' });
    closeDatabase(db);
  });

  test('has lost its log where that is gone', () => {
    rmSync(there('fruit.sqlite-wal'));
    const error = refusal(() => openDatabase(link(), FIRST, { durable: true }));
    expect(error.kind).toBe('log-lost');
    expect(error.message).toContain(`Put that file back into ${join(directory, 'elsewhere')}`);
  });
});

describe('a copy in the place of a database that was not closed', () => {
  const copy = () => join(directory, 'copy.sqlite');
  let inUse: DatabaseSync;

  beforeEach(() => {
    closeDatabase(openDatabase(copy(), FIRST, { durable: true }));
    inUse = openDatabase(path, FIRST, { durable: true });
    inUse.exec("INSERT INTO fruit VALUES ('plum')");
    // As a crash leaves it.
    copyFileSync(`${path}-wal`, `${copy()}-wal`);
  });
  afterEach(() => inUse.close());

  test.each([
    ['opened', () => openDatabase(copy(), FIRST, { durable: true })],
    ['looked into', () => openForReading(copy())],
  ])('does not get its log when %s', (_, open) => {
    const before = readFileSync(copy());
    const error = refusal(open);
    expect(error.kind).toBe('log-lost');
    expect(error.message).toContain('belongs to another file');
    expect(readFileSync(copy()).equals(before)).toBe(true);
  });

  test('is used once the log is out of the way, as the message says', () => {
    const remedy = refusal(() => openForReading(copy())).message.split('to stay: ')[1] ?? '';
    expect(spawnSync('sh', ['-ec', remedy]).status).toBe(0);
    const db = openDatabase(copy(), FIRST, { durable: true });
    expect(db.prepare('SELECT * FROM fruit').all()).toEqual([]);
    closeDatabase(db);
  });

  test('with an empty log is used', () => {
    writeFileSync(`${copy()}-wal`, '');
    closeDatabase(openDatabase(copy(), FIRST, { durable: true }));
  });
});

describe('a database with two names', () => {
  const other = () => join(directory, 'copied-with-links.sqlite');

  beforeEach(() => {
    closeDatabase(openDatabase(path, FIRST, { durable: true }));
    linkSync(path, other());
  });

  test.each([
    ['opened', () => openDatabase(path, FIRST, { durable: true })],
    ['opened by its other name', () => openDatabase(other(), FIRST, { durable: true })],
    ['looked into', () => openForReading(path)],
  ])('is refused when %s', (_, open) => {
    const error = refusal(open);
    expect(error.kind).toBe('linked');
    expect(error.message).toContain('2 names (hard links)');
  });

  test('is as before once it has a file of its own, as the message says', () => {
    const remedy = refusal(() => openDatabase(path, FIRST, { durable: true })).message.split('of its own: ')[1] ?? '';
    expect(spawnSync('sh', ['-ec', remedy]).status).toBe(0);
    closeDatabase(openDatabase(path, FIRST, { durable: true }));
    closeDatabase(openDatabase(other(), FIRST, { durable: true }));
  });
});

describe.each(['-wal', '-shm', '-journal'])('a database whose %s is a symbolic link', (ending) => {
  const beside = () => path + ending;

  beforeEach(() => {
    closeDatabase(openDatabase(path, FIRST, { durable: true }));
    writeFileSync(join(directory, 'elsewhere'), '');
    symlinkSync(join(directory, 'elsewhere'), beside());
  });

  test.each([
    ['opened', () => openDatabase(path, FIRST, { durable: true })],
    ['looked into', () => openForReading(path)],
  ])('is refused when %s', (_, open) => {
    const error = refusal(open);
    expect(error.kind).toBe('linked');
    expect(error.message).toContain(`${basename(beside())} beside it is a symbolic link`);
  });

  test('is as before without it, as the message says', () => {
    const remedy = refusal(() => openDatabase(path, FIRST, { durable: true })).message.split('database: ')[1] ?? '';
    expect(spawnSync('sh', ['-ec', remedy]).status).toBe(0);
    closeDatabase(openDatabase(path, FIRST, { durable: true }));
  });
});

import { existsSync, lstatSync, rmSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreError, storeErrorFrom } from './errors.ts';
import { closeUnopened, noteOpen, requireLog } from './log-presence.ts';
import { Marks } from './marks.ts';
import { giveToFolderOwner } from './ownership.ts';
import { realPathOf } from './real-path.ts';

export { StoreError } from './errors.ts';

/** Endings of a database's file, and of those that SQLite keeps beside it (https://www.sqlite.org/tempfiles.html). */
export const DATABASE_ENDINGS = ['', '-wal', '-shm', '-journal'] as const;

/** Deletes a database that nobody has open, or does nothing if there is none. */
export function deleteDatabase(path: string): void {
  for (const ending of DATABASE_ENDINGS) rmSync(path + ending, { force: true });
}

/** The content of one kind of file. Each kind has its own `application_id`, so that no file is taken for another. */
export interface Schema {
  /** for messages: 'permanent', 'cache', 'board' */
  readonly name: string;
  /** 32-bit, positive: SQLite's `application_id` */
  readonly applicationId: number;
  /** SQL, oldest first. Append only: what a released version has run is never changed. `user_version` counts them. */
  readonly migrations: readonly string[];
}

export interface OpenOptions {
  /** Commits survive a power cut (`synchronous=FULL`), not only the end of the process. */
  readonly durable?: boolean;
  /** Deleted content is overwritten with zeros. For what the write-ahead log still holds, see `purgeDeleted`. */
  readonly secureDelete?: boolean;
  /** how long a statement waits for another process's lock, ms */
  readonly busyTimeout?: number;
}

/**
 * Opens (or creates) a database and brings its schema up to date, in one transaction: a crash leaves the old schema or
 * the new one. `':memory:'` works.
 *
 * @throws StoreError naming the file: `newer` (made by a later version), `foreign` (another program's
 * database), `corrupt`, `log-lost`, `linked`, `locked`, `io`
 */
export function openDatabase(path: string, schema: Schema, options: OpenOptions = {}): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    const isNew = path !== ':memory:' && !existsSync(path);
    if (options.durable) {
      refuseOtherNames(path);
      refuseLinksBeside(path);
      requireLog(path);
    }
    db = new DatabaseSync(path, { timeout: options.busyTimeout ?? 5000 });
    if (isNew) giveToFolderOwner(realPathOf(path));
    // Check before anything is written: another program's database must stay untouched.
    refuseForeign(db, path, schema);
    // The file was closed cleanly. A leftover mark would be wrong as long as it is in WAL mode and its log is not yet
    // on disk.
    if (options.durable && journalMode(db) !== 'wal') Marks.of(db)?.clear('open');
    db.exec('PRAGMA journal_mode=WAL');
    db.exec(`PRAGMA synchronous=${options.durable ? 'FULL' : 'NORMAL'}`);
    if (options.secureDelete) db.exec('PRAGMA secure_delete=ON');
    migrate(db, path, schema);
    requireTables(db, path, schema);
    if (options.durable && journalMode(db) === 'wal') noteOpen(db);
    return db;
  } catch (error) {
    if (db?.isOpen) closeUnopened(db);
    throw storeErrorFrom(error, path);
  }
}

/**
 * Opens an existing database to read it. The log is checked first: SQLite would make a new one, and nobody could tell
 * any more that the old one was lost.
 *
 * @throws StoreError as in `openDatabase`
 */
export function openForReading(path: string): DatabaseSync {
  refuseOtherNames(path);
  refuseLinksBeside(path);
  requireLog(path);
  try {
    return new DatabaseSync(path, { readOnly: true });
  } catch (error) {
    throw storeErrorFrom(error, path);
  }
}

/**
 * Each name of a file would have a log of its own, and a backup that is merely another name is no backup
 * (https://www.sqlite.org/howtocorrupt.html, "Multiple links to the same file").
 */
function refuseOtherNames(path: string): void {
  const file = statSync(path, { throwIfNoEntry: false });
  const names = file?.isFile() === true ? file.nlink : 1;
  if (names < 2) return;
  throw new StoreError(
    'linked',
    path,
    `the file has ${names} names (hard links), and would be destroyed if it were opened under two of them. Remove the other names ` +
      `(find -samefile ${path}); or stop the server, and then give this one a file of its own: cp -p ${path} ${path}.own && mv ${path}.own ${path}`,
  );
}

/** SQLite opens none of its own files through a link, and calls it a file that can't be opened. */
function refuseLinksBeside(path: string): void {
  for (const ending of DATABASE_ENDINGS.slice(1)) {
    const beside = realPathOf(path) + ending;
    if (lstatSync(beside, { throwIfNoEntry: false })?.isSymbolicLink() !== true) continue;
    throw new StoreError(
      'linked',
      path,
      `${basename(beside)} beside it is a symbolic link, which SQLite does not follow. Put the file that it leads to in its place; if that ` +
        `is no file of this database: rm ${beside}`,
    );
  }
}

/**
 * Runs `task` in a transaction that takes the write lock at once: committed if it returns, rolled back if it throws.
 */
export function transaction<T>(db: DatabaseSync, task: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = task();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // After some errors (disk full, …) SQLite has rolled back by itself.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/**
 * `secure_delete` zeroes pages, but older versions of them stay in the write-ahead log until it is truncated, as here.
 */
export function purgeDeleted(db: DatabaseSync): void {
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}

function migrate(db: DatabaseSync, path: string, schema: Schema): void {
  if (userVersion(db) === schema.migrations.length) return;
  transaction(db, () => {
    // Inside the lock: another process may have migrated in the meantime.
    refuseForeign(db, path, schema);
    const done = userVersion(db);
    for (const sql of schema.migrations.slice(done)) bringUpToDate(db, path, sql);
    db.exec(`PRAGMA application_id=${schema.applicationId}`);
    db.exec(`PRAGMA user_version=${schema.migrations.length}`);
  });
}

function bringUpToDate(db: DatabaseSync, path: string, sql: string): void {
  try {
    db.exec(sql);
  } catch (error) {
    // SQLITE_ERROR: what a migration needs is not there, or what it makes is.
    if (!(error instanceof Error && 'errcode' in error && error.errcode === 1)) throw error;
    throw new StoreError('corrupt', path, `its tables are not those of its version (${error.message})`, {
      cause: error,
    });
  }
}

const expectedColumns = new WeakMap<Schema, readonly string[]>();

/** @throws StoreError `corrupt` if a table or column is missing: statements would fail, some of them much later */
function requireTables(db: DatabaseSync, path: string, schema: Schema): void {
  let expected = expectedColumns.get(schema);
  if (expected === undefined) {
    const fresh = new DatabaseSync(':memory:');
    for (const sql of schema.migrations) fresh.exec(sql);
    expected = columnsOf(fresh);
    fresh.close();
    expectedColumns.set(schema, expected);
  }
  const there = new Set(columnsOf(db));
  const missing = expected.find((column) => !there.has(column));
  if (missing !== undefined) throw new StoreError('corrupt', path, `${missing} is missing from it`);
}

/** `table.column` */
function columnsOf(db: DatabaseSync): string[] {
  const columns = db.prepare(
    "SELECT t.name || '.' || c.name AS name FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table'",
  );
  return columns.all().map(({ name }) => String(name));
}

function refuseForeign(db: DatabaseSync, path: string, schema: Schema): void {
  const id = pragma(db, 'application_id');
  const empty = db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
  if (id !== schema.applicationId && !(id === 0 && empty)) {
    throw new StoreError('foreign', path, `it is a database, but not a ${schema.name} file of rgtp-nntp`);
  }
  const version = userVersion(db);
  if (version > schema.migrations.length) {
    throw new StoreError(
      'newer',
      path,
      `its ${schema.name} schema is version ${version}, and this program knows versions up to ` +
        `${schema.migrations.length}: run the newer rgtp-nntp that wrote it, or restore an older copy`,
    );
  }
}

function journalMode(db: DatabaseSync): unknown {
  return db.prepare('PRAGMA journal_mode').get()?.['journal_mode'];
}

function userVersion(db: DatabaseSync): number {
  return pragma(db, 'user_version');
}

function pragma(db: DatabaseSync, name: 'application_id' | 'user_version'): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
}

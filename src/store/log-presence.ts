/**
 * Notices if a write-ahead log has been lost or damaged, and with it the last writes. An open database is in WAL mode
 * and has the mark `open`. The process that set the mark clears it at the end, and the last one to close the database
 * also takes it out of WAL mode. So a file with the mark, in WAL mode, without a sound log, was not closed and has lost
 * its log.
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { StoreError } from './errors.ts';
import { holdsSomething } from './holds-something.ts';
import { contentOf } from './log-content.ts';
import { Marks } from './marks.ts';
import { withoutPatience } from './patience.ts';
import { realPathOf } from './real-path.ts';
import { requireWhole } from './whole.ts';

/** https://www.sqlite.org/fileformat.html#file_format_version_numbers */
const WRITE_VERSION = 18;
const WAL_VERSION = 2;
/** databases marked by this process */
const marked = new WeakSet<DatabaseSync>();
/** databases that this process has open, by the real path of their file */
const openHere = new Map<string, Set<DatabaseSync>>();

/**
 * To be called before a database is opened. Does nothing if this process has it open: it was checked then, and to open
 * and close its file other than through SQLite would end SQLite's locks on it (fcntl(2)), so that others would take it
 * for closed.
 *
 * @throws StoreError `log-lost`, also if the log beside it is another's; `corrupt` if the file beside the log was cut off
 */
export function requireLog(path: string): void {
  if (openHere.has(realPathOf(path))) return;
  const log = logOf(path);
  if (!inWalMode(path)) {
    refuseForeignLog(path, log);
    return;
  }
  const content = contentOf(log);
  if (content === 'sound') {
    requireWhole(path, log);
    return;
  }
  if (!isLeftOpen(path)) return;
  // Another process may have opened or closed it in the meantime.
  if (contentOf(log) === 'sound' || !inWalMode(path)) return;
  const [what, remedy] =
    content === 'missing'
      ? ['gone', `Put that file back into ${dirname(log)}`]
      : ['damaged', 'Put back the file that was there'];
  throw new StoreError(
    'log-lost',
    path,
    `its write-ahead log ${basename(log)} is ${what}, and with it what was written last. ${remedy}, or restore a ` +
      `backup with \`rgtp-nntp restore\`. If nothing is lost (another program has opened and closed the database since), or ` +
      `to go on with what is left: echo lost > ${log}`,
  );
}

/**
 * A database gets a log only after it has gone into WAL mode, and loses it before it leaves it. So this log is that of the
 * file that had the name before; SQLite would write it into this one.
 */
function refuseForeignLog(path: string, log: string): void {
  if (!holdsSomething(path) || !holdsSomething(log) || contentOf(log) !== 'sound') return;
  // Another process may have opened the database in the meantime.
  if (inWalMode(path)) return;
  throw new StoreError(
    'log-lost',
    path,
    `the write-ahead log beside it, ${basename(log)}, belongs to another file, which had this name before: with it, this one ` +
      `would be damaged. Put that file back; or, if this one was put here to stay: mv ${log} ${log}.other`,
  );
}

/** According to the database file alone: its log, whatever may be wrong with it, stays untouched. */
function isLeftOpen(path: string): boolean {
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1');
  const db = new DatabaseSync(url, { readOnly: true });
  try {
    return Marks.of(db)?.has('open') === true;
  } finally {
    db.close();
  }
}

/** To be called once a database is in WAL mode. If the disk has no room for the mark, the database does without it. */
export function noteOpen(db: DatabaseSync): void {
  const path = pathOf(db);
  openHere.set(path, (openHere.get(path) ?? new Set()).add(db));
  try {
    setMark(db);
  } catch {
    // Reading still works; writing will show what is wrong.
  }
}

function setMark(db: DatabaseSync): void {
  const marks = new Marks(db);
  if (marks.has('open')) return;
  // With `synchronous=FULL` this also syncs the log's name, which must be on disk before the mark.
  marks.set('open');
  marked.add(db);
  db.exec('PRAGMA wal_checkpoint(PASSIVE)');
}

/** never closed: see below */
const leftOpen = new Set<DatabaseSync>();

function leaveOpen(db: DatabaseSync): void {
  // At the end of its event loop Node closes what is open, which removes the log; on an explicit exit it does not.
  if (leftOpen.size === 0) process.once('exit', () => process.exit());
  leftOpen.add(db);
}

/**
 * Closes a database that `openDatabase` opened with `durable`. If the disk refuses the writes that this takes, the
 * database stays open until the process ends: closing it would remove its log, and the mark would say that the log was
 * lost.
 */
export function closeDatabase(db: DatabaseSync): void {
  if (!db.isOpen) return;
  try {
    const marks = new Marks(db);
    // From now on writes go to the start of the log, where they need no new space.
    checkpoint(db);
    // Clear the mark first, so that a crash on the way out of WAL mode does not leave it without a log.
    if (marked.has(db)) marks.clear('open');
    if (leaveWalMode(db)) marks.clear('open');
  } catch {
    leaveOpen(db);
    return;
  }
  noteClosed(db);
  db.close();
}

function noteClosed(db: DatabaseSync): void {
  const path = pathOf(db);
  const others = openHere.get(path);
  others?.delete(db);
  if (others?.size === 0) openHere.delete(path);
}

function pathOf(db: DatabaseSync): string {
  return realPathOf(db.location() ?? '');
}

/** Closes a database that could not be opened completely. One that still needs its log stays open, to keep it. */
export function closeUnopened(db: DatabaseSync): void {
  try {
    if (Marks.of(db)?.has('open') === true) {
      leaveOpen(db);
      return;
    }
  } catch {
    // It is damaged, or not a database, so it has no log to keep.
  }
  noteClosed(db);
  db.close();
}

/** Does what is possible: others may have the database open. */
function checkpoint(db: DatabaseSync): void {
  withoutPatience(db, () => db.exec('PRAGMA wal_checkpoint(RESTART)'));
}

/** Returns false if another connection has it open. */
function leaveWalMode(db: DatabaseSync): boolean {
  try {
    const mode = withoutPatience(db, () => db.prepare('PRAGMA journal_mode=DELETE').get()?.['journal_mode']);
    return mode === 'delete';
  } catch {
    return false;
  }
}

function inWalMode(path: string): boolean {
  // (Opening a FIFO would wait forever.)
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
  const file = openSync(path, 'r');
  try {
    const version = Buffer.alloc(1);
    return readSync(file, version, 0, 1, WRITE_VERSION) === 1 && version[0] === WAL_VERSION;
  } finally {
    closeSync(file);
  }
}

function logOf(path: string): string {
  return `${realPathOf(path)}-wal`;
}

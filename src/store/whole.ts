/**
 * Whether a database file is whole. Without a write-ahead log, SQLite compares the size of the file with its header;
 * with one it takes the log's word for the size, and reads zeros where the file has ended.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { StoreError } from './errors.ts';
import { pagesIn } from './log-content.ts';

/** https://www.sqlite.org/fileformat.html#the_database_header */
const HEADER = 100;
const PAGE_SIZE = 16;
const PAGE_COUNT = 28;

/** @throws StoreError `corrupt` */
export function checkPages(db: DatabaseSync, path: string): void {
  const [first] = db.prepare('PRAGMA integrity_check(1)').all();
  const found = String(first?.['integrity_check']);
  if (found !== 'ok') throw new StoreError('corrupt', path, `it is damaged (${found})`);
}

/**
 * To be called before a database with a log is opened for writing: closing it would write the log into what is left, and
 * the file would have its size again.
 *
 * @throws StoreError `corrupt` if the file was cut off
 */
export function requireWhole(path: string, log: string): void {
  if (!lacksPages(path, log)) return;
  // Free pages that were never written may be missing, too, after a checkpoint that was interrupted.
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    checkPages(db, path);
  } catch (cause) {
    throw new StoreError('corrupt', path, 'the file was cut off: its end is missing', { cause });
  } finally {
    db.close();
  }
}

/**
 * Whether pages are in neither the file nor its log. (A checkpoint that was interrupted leaves a file that is too short,
 * but then the log has its pages.)
 */
function lacksPages(path: string, log: string): boolean {
  const found = sizesOf(path);
  if (found === undefined || found.there >= found.pages) return false;
  const { pages, total } = pagesIn(log);
  for (let page = found.there + 1; page <= Math.min(found.pages, total ?? found.pages); page++) {
    if (!pages.has(page)) return true;
  }
  return false;
}

/** In pages: how large the file is, and how large it says that it is. `undefined`: it has no header. */
function sizesOf(path: string): { readonly there: number; readonly pages: number } | undefined {
  const file = openSync(path, 'r');
  try {
    const header = Buffer.alloc(HEADER);
    if (readSync(file, header, 0, HEADER, 0) < HEADER) return undefined;
    // 1 means 65,536.
    const octets = header.readUInt16BE(PAGE_SIZE);
    const pageSize = octets === 1 ? 65_536 : octets;
    if (pageSize === 0) return undefined;
    return { there: Math.floor(fstatSync(file).size / pageSize), pages: header.readUInt32BE(PAGE_COUNT) };
  } finally {
    closeSync(file);
  }
}

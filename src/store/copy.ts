/** Copies of database files that are in use. */
import { open, rm } from 'node:fs/promises';
import { backup, DatabaseSync } from 'node:sqlite';
import { openForReading } from './database.ts';
import { StoreError, storeErrorFrom } from './errors.ts';
import { checkPages } from './whole.ts';

export interface CopyProgress {
  /** pages of the database */
  readonly done: number;
  readonly total: number;
}

/** pages copied at a time; the program can do other work between them */
const PAGES = 256;

/**
 * A database as of one moment, held until disposed. Without the open transaction SQLite would restart the copy at every
 * write of another process, and on a busy board it would never end.
 */
export class DatabaseSnapshot implements Disposable {
  readonly path: string;
  readonly #db: DatabaseSync;

  /** @throws StoreError */
  constructor(path: string) {
    this.path = path;
    this.#db = openForReading(path);
    try {
      this.#db.exec('BEGIN; SELECT 1 FROM sqlite_schema');
    } catch (error) {
      throw storeErrorFrom(error, path);
    }
  }

  /**
   * Writes a copy into a new file that only its owner can read, checks it, and syncs it. On failure it leaves nothing
   * behind.
   *
   * @throws StoreError `corrupt` if the copy is damaged, which means that the original is
   */
  async copyTo(file: string, onProgress: (progress: CopyProgress) => void = () => {}): Promise<void> {
    const created = await open(file, 'wx', 0o600).catch((error: unknown) => {
      throw storeErrorFrom(error, file);
    });
    try {
      await backup(this.#db, file, {
        rate: PAGES,
        progress: ({ totalPages, remainingPages }) =>
          onProgress({ done: totalPages - remainingPages, total: totalPages }),
      });
      this.#check(file);
      await created.sync();
    } catch (error) {
      await rm(file, { force: true });
      throw storeErrorFrom(error, file);
    } finally {
      await created.close();
    }
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  #check(file: string): void {
    const copy = new DatabaseSync(file);
    try {
      // A single file, without a write-ahead log.
      copy.exec('PRAGMA journal_mode=DELETE');
      checkPages(copy, file);
      for (const { name, rows } of rowCounts(this.#db)) {
        const copied = rowCounts(copy).find((table) => table.name === name)?.rows;
        if (copied !== rows) throw new StoreError('corrupt', file, `the copy has ${copied} of ${rows} rows of ${name}`);
      }
    } finally {
      copy.close();
    }
  }
}

function rowCounts(db: DatabaseSync): { readonly name: string; readonly rows: number }[] {
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").all();
  return tables.map((table) => {
    const name = String(table['name']);
    return { name, rows: Number(db.prepare(`SELECT count(*) AS n FROM "${name}"`).get()?.['n']) };
  });
}

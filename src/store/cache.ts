import { rmSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { openDatabase, purgeDeleted, type Schema, StoreError, transaction } from './database.ts';
import { storeErrorFrom } from './errors.ts';

/** Append only, like every schema; but a file that can't be used is thrown away and made anew. */
export const CACHE: Schema = {
  name: 'cache',
  applicationId: 0x52474331, // "RGC1"
  migrations: [
    // Rows of the index lie in columns, cut into blocks: a million of them are a thousand blobs, read in one go.
    `CREATE TABLE blocks (
       part TEXT NOT NULL, number INTEGER NOT NULL, data BLOB NOT NULL,
       PRIMARY KEY (part, number)
     ) STRICT;
     CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
     CREATE TABLE texts (item INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
     -- Apart from the texts: a look at the sizes must not read the texts.
     CREATE TABLE uses (item INTEGER PRIMARY KEY, used INTEGER NOT NULL, size INTEGER NOT NULL) STRICT;
     CREATE INDEX uses_by_time ON uses (used, item, size);
     CREATE TABLE segments (number INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;`,
  ],
};

export interface CacheOptions {
  /** octets of item texts to keep, as stored; beyond it the least recently read go. Default 4 GiB */
  readonly maxTextOctets?: number;
  /** told once if the file was unusable (damaged, newer, not ours to read) and has been made anew */
  readonly onRebuilt?: (reason: StoreError) => void;
}

/**
 * What can be had from the board again: one disposable file a board. It knows nothing of boards: blocks are
 * octets under a name and a number, texts are octets under an item's number. What is deleted is overwritten.
 */
export class Cache {
  readonly path: string;
  readonly #db: DatabaseSync;
  readonly #maxTextOctets: number;
  readonly #statements = new Map<string, StatementSync>();
  /** when items were read that were read since the last flush: a write for each read would cost more than the read */
  readonly #read = new Map<number, number>();
  #textOctets: number;

  private constructor(path: string, db: DatabaseSync, options: CacheOptions) {
    this.path = path;
    this.#db = db;
    this.#maxTextOctets = options.maxTextOctets ?? 4 * 2 ** 30;
    this.#textOctets = Number(this.#prepare('SELECT coalesce(sum(size), 0) AS sum FROM uses').get()?.['sum']);
  }

  /** @throws StoreError `locked` or `io`, and `foreign`: somebody else's database is never thrown away */
  static open(path: string, options: CacheOptions = {}): Cache {
    const open = () => new Cache(path, openDatabase(path, CACHE, { secureDelete: true }), options);
    try {
      return open();
    } catch (error) {
      const reason = storeErrorFrom(error, path);
      if (!(reason instanceof StoreError) || (reason.kind !== 'corrupt' && reason.kind !== 'newer')) throw reason;
      Cache.remove(path);
      options.onRebuilt?.(reason);
      return open();
    }
  }

  /** Deletes the file and what SQLite keeps beside it. */
  static remove(path: string): void {
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
  }

  /** octets of item texts, as stored */
  get textOctets(): number {
    return this.#textOctets;
  }

  /** octets of the whole file */
  get fileOctets(): number {
    const row = this.#prepare('SELECT page_count * page_size AS size FROM pragma_page_count, pragma_page_size').get();
    return Number(row?.['size']);
  }

  transaction<T>(task: () => T): T {
    return transaction(this.#db, task);
  }

  /** Every block of a part, in the order of their numbers, which are 0, 1, 2, …  */
  *blocks(part: string): Iterable<Uint8Array> {
    for (const row of this.#prepare('SELECT data FROM blocks WHERE part = ? ORDER BY number').iterate(part)) {
      yield blob(row['data']);
    }
  }

  putBlock(part: string, number: number, data: Uint8Array): void {
    this.#prepare('INSERT OR REPLACE INTO blocks (part, number, data) VALUES (?, ?, ?)').run(part, number, data);
  }

  fact(name: string): string | undefined {
    const value = this.#prepare('SELECT value FROM facts WHERE name = ?').get(name)?.['value'];
    return typeof value === 'string' ? value : undefined;
  }

  setFact(name: string, value: string): void {
    this.#prepare('INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)').run(name, value);
  }

  deleteFact(name: string): void {
    this.#prepare('DELETE FROM facts WHERE name = ?').run(name);
  }

  /** Every fact whose name begins like this: the rest of its name, and its value. */
  *facts(prefix: string): Iterable<readonly [rest: string, value: string]> {
    const query = this.#prepare('SELECT name, value FROM facts WHERE substr(name, 1, ?) = ?');
    for (const { name, value } of query.iterate(prefix.length, prefix)) {
      yield [String(name).slice(prefix.length), String(value)];
    }
  }

  /** An item's text. `read`: unix seconds if somebody reads it now, which keeps it from being evicted. */
  text(item: number, read?: number): Uint8Array | undefined {
    const row = this.#prepare('SELECT data FROM texts WHERE item = ?').get(item);
    if (row === undefined) return undefined;
    if (read !== undefined) this.#read.set(item, read);
    return blob(row['data']);
  }

  putText(item: number, data: Uint8Array): void {
    this.#textOctets += data.length - this.#sizeOf(item);
    this.#prepare('INSERT OR REPLACE INTO texts (item, data) VALUES (?, ?)').run(item, data);
    this.#prepare(
      `INSERT INTO uses (item, used, size) VALUES (?, ?, ?)
       ON CONFLICT (item) DO UPDATE SET size = excluded.size`,
    ).run(item, 0, data.length);
  }

  /** Deletes texts. `purge` afterwards where nobody may ever read them again. */
  dropTexts(items: Iterable<number>): void {
    for (const item of items) {
      this.#textOctets -= this.#sizeOf(item);
      this.#prepare('DELETE FROM texts WHERE item = ?').run(item);
      this.#prepare('DELETE FROM uses WHERE item = ?').run(item);
      this.#read.delete(item);
    }
  }

  /** Drops the texts that nobody has read for longest (never read first, then older items first) until the rest fits. */
  evictTexts(): readonly number[] {
    if (this.#textOctets <= this.#maxTextOctets) return [];
    return this.transaction(() => {
      this.flush();
      const evicted: number[] = [];
      let size = this.#textOctets;
      // A tenth more than needed, so that this is not done again for the next text.
      for (const row of this.#prepare('SELECT item, size FROM uses ORDER BY used, item').iterate()) {
        if (size <= this.#maxTextOctets * 0.9) break;
        evicted.push(Number(row['item']));
        size -= Number(row['size']);
      }
      this.dropTexts(evicted);
      return evicted;
    });
  }

  /** Writes down what was read when. Part of `evictTexts` and `close`; call it now and then in a transaction. */
  flush(): void {
    for (const [item, used] of this.#read) {
      this.#prepare('UPDATE uses SET used = ? WHERE item = ?').run(used, item);
    }
    this.#read.clear();
  }

  /** Opaque octets for whoever renders: they hold text, so their owner deletes them when the text changes. */
  segment(number: number): Uint8Array | undefined {
    const row = this.#prepare('SELECT data FROM segments WHERE number = ?').get(number);
    return row && blob(row['data']);
  }

  putSegment(number: number, data: Uint8Array): void {
    this.#prepare('INSERT OR REPLACE INTO segments (number, data) VALUES (?, ?)').run(number, data);
  }

  /** Deletes the segments numbered low … high (inclusive). */
  dropSegments(low: number, high: number): void {
    this.#prepare('DELETE FROM segments WHERE number BETWEEN ? AND ?').run(low, high);
  }

  /** What was deleted is in the files no longer, the write-ahead log included. */
  purge(): void {
    purgeDeleted(this.#db);
  }

  /** Forgets everything. */
  clear(): void {
    this.transaction(() => {
      for (const table of ['blocks', 'facts', 'texts', 'uses', 'segments']) this.#db.exec(`DELETE FROM ${table}`);
    });
    this.#read.clear();
    this.#textOctets = 0;
    this.purge();
  }

  close(): void {
    if (!this.#db.isOpen) return;
    this.transaction(() => this.flush());
    this.#db.close();
  }

  #sizeOf(item: number): number {
    return Number(this.#prepare('SELECT size FROM uses WHERE item = ?').get(item)?.['size'] ?? 0);
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function blob(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new TypeError('not a blob');
}

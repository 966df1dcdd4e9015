import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { CACHE } from './cache-schema.ts';
import { deleteDatabase, openDatabase, purgeDeleted, StoreError, transaction } from './database.ts';
import { storeErrorFrom } from './errors.ts';

export interface CacheOptions {
  /** octets of item texts to keep, as stored; beyond that, the least recently read are evicted. Default 4 GiB */
  readonly maxTextOctets?: number;
  /** called if the file was unusable (damaged, newer) and has been rebuilt */
  readonly onRebuilt?: (reason: StoreError) => void;
  /** called if the file can no longer be used (damaged, disk full, …); the cache does without it until `rebuild` */
  readonly onLost?: (reason: StoreError) => void;
}

/**
 * What can be fetched from the board again: one disposable file per board. It knows nothing about boards: blocks are
 * octets under a name and a number, texts are octets under an item's number. Deleted content is overwritten.
 *
 * It never fails: a file that can't be read or written is deleted (which helps a full disk) and replaced by an empty
 * one in memory, which takes no texts.
 */
export class Cache {
  readonly path: string;
  readonly #options: CacheOptions;
  readonly #maxTextOctets: number;
  readonly #statements = new Map<string, StatementSync>();
  /** when items have been read since the last flush: a write for each read would cost more than the read */
  readonly #read = new Map<number, number>();
  #db: DatabaseSync;
  #trouble: StoreError | undefined;
  #guarded = false;
  #textOctets = 0;
  /** called when the file is lost, so that `rebuild` can be tried */
  whenLost: (() => void) | undefined;

  /** @param trouble why the cache does without its file */
  private constructor(path: string, options: CacheOptions, trouble?: StoreError) {
    this.path = path;
    this.#options = options;
    this.#maxTextOctets = options.maxTextOctets ?? 4 * 2 ** 30;
    this.#trouble = trouble;
    this.#db = trouble === undefined ? openDatabase(path, CACHE, { secureDelete: true }) : inMemory();
    try {
      this.#textOctets = this.#sumOfSizes();
    } catch (error) {
      this.#db.close();
      throw storeErrorFrom(error, path);
    }
  }

  /** @throws StoreError `locked` or `denied`, and `foreign`: somebody else's database is never thrown away */
  static open(path: string, options: CacheOptions = {}): Cache {
    try {
      return new Cache(path, options);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (error.kind === 'corrupt' || error.kind === 'newer') return Cache.#renewed(path, options, error);
      // Such a disk is no reason to stop: everything can be read from the board.
      if (error.kind !== 'full' && error.kind !== 'read-only' && error.kind !== 'io') throw error;
      options.onLost?.(error);
      return new Cache(path, options, error);
    }
  }

  static #renewed(path: string, options: CacheOptions, reason: StoreError): Cache {
    Cache.remove(path);
    options.onRebuilt?.(reason);
    return new Cache(path, options);
  }

  /** Deletes the file, and what SQLite keeps beside it. */
  static remove(path: string): void {
    if (path !== ':memory:') deleteDatabase(path);
  }

  /** the file could not be read or written, and the cache does without it */
  get lost(): boolean {
    return this.#trouble !== undefined;
  }

  /** Why the cache does without its file, if so. */
  get trouble(): StoreError | undefined {
    return this.#trouble;
  }

  /** Starts again with an empty file. Returns false if that is not possible, either. */
  rebuild(): boolean {
    this.#db.close();
    this.#forget();
    try {
      Cache.remove(this.path);
      this.#db = openDatabase(this.path, CACHE, { secureDelete: true });
      this.#trouble = undefined;
    } catch (error) {
      this.#db = inMemory();
      const reason = storeErrorFrom(error, this.path);
      this.#trouble = reason instanceof StoreError ? reason : new StoreError('io', this.path, String(reason));
    }
    return this.#trouble === undefined;
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

  /** Runs `task`. Everything it writes is kept, or nothing, if it fails and the file is lost. */
  transaction(task: () => void): void {
    this.#guard(() => transaction(this.#db, task), undefined);
  }

  /** octets of all blocks of a part */
  blockOctets(part: string): number {
    const query = this.#prepare('SELECT coalesce(sum(length(data)), 0) AS sum FROM blocks WHERE part = ?');
    return Number(query.get(part)?.['sum']);
  }

  /** Every block of a part, in order of number: 0, 1, 2, … Throws if the file is damaged. */
  *blocks(part: string): Iterable<Uint8Array> {
    for (const row of this.#prepare('SELECT data FROM blocks WHERE part = ? ORDER BY number').iterate(part)) {
      yield blob(row['data']);
    }
  }

  putBlock(part: string, number: number, data: Uint8Array): void {
    const insert = 'INSERT OR REPLACE INTO blocks (part, number, data) VALUES (?, ?, ?)';
    this.#guard(() => this.#prepare(insert).run(part, number, data), undefined);
  }

  fact(name: string): string | undefined {
    const query = 'SELECT value FROM facts WHERE name = ?';
    const value = this.#guard(() => this.#prepare(query).get(name)?.['value'], undefined);
    return typeof value === 'string' ? value : undefined;
  }

  setFact(name: string, value: string): void {
    const insert = 'INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)';
    this.#guard(() => this.#prepare(insert).run(name, value), undefined);
  }

  deleteFact(name: string): void {
    this.#guard(() => this.#prepare('DELETE FROM facts WHERE name = ?').run(name), undefined);
  }

  /** Every fact whose name begins with `prefix`: the rest of its name, and its value. Throws if the file is damaged. */
  *facts(prefix: string): Iterable<readonly [rest: string, value: string]> {
    const query = this.#prepare('SELECT name, value FROM facts WHERE substr(name, 1, ?) = ?');
    for (const { name, value } of query.iterate(prefix.length, prefix)) {
      yield [String(name).slice(prefix.length), String(value)];
    }
  }

  /** An item's text. `read`: unix seconds if somebody is reading it, which keeps it from being evicted. */
  text(item: number, read?: number): Uint8Array | undefined {
    const row = this.#guard(() => this.#prepare('SELECT data FROM texts WHERE item = ?').get(item), undefined);
    if (row === undefined) return undefined;
    if (read !== undefined) this.#read.set(item, read);
    return blob(row['data']);
  }

  /** Octets of an item's text, from its beginning or from an offset on; fewer at its end. `read` as above. */
  textPart(item: number, from: number, length: number, read?: number): Uint8Array | undefined {
    const query = 'SELECT substr(data, ?, ?) AS part FROM texts WHERE item = ?';
    const row = this.#guard(() => this.#prepare(query).get(from + 1, length, item), undefined);
    if (row === undefined) return undefined;
    if (read !== undefined) this.#read.set(item, read);
    return blob(row['part']);
  }

  putText(item: number, data: Uint8Array): void {
    if (this.lost) return;
    this.#guard(() => {
      const before = this.#sizeOf(item);
      this.#prepare('INSERT OR REPLACE INTO texts (item, data) VALUES (?, ?)').run(item, data);
      this.#prepare(
        `INSERT INTO uses (item, used, size) VALUES (?, ?, ?)
         ON CONFLICT (item) DO UPDATE SET size = excluded.size`,
      ).run(item, 0, data.length);
      this.#textOctets += data.length - before;
    }, undefined);
  }

  /** Deletes texts. `purge` afterwards if nobody may ever read them again. */
  dropTexts(items: Iterable<number>): void {
    this.#guard(() => {
      for (const item of items) {
        this.#textOctets -= this.#sizeOf(item);
        this.#prepare('DELETE FROM texts WHERE item = ?').run(item);
        this.#prepare('DELETE FROM uses WHERE item = ?').run(item);
        this.#read.delete(item);
      }
    }, undefined);
  }

  /** At most so many summaries of items before one, last first. */
  summariesBefore(item: number, most: number): readonly { readonly item: number; readonly data: Uint8Array }[] {
    const query = 'SELECT item, data FROM summaries WHERE item < ? ORDER BY item DESC LIMIT ?';
    const rows = this.#guard(() => this.#prepare(query).all(item, most), []);
    return rows.map((row) => ({ item: Number(row['item']), data: blob(row['data']) }));
  }

  /** What overview needs from an item without its text: stays when that is evicted. */
  putSummary(item: number, data: Uint8Array): void {
    if (this.lost) return;
    const insert = 'INSERT OR REPLACE INTO summaries (item, data) VALUES (?, ?)';
    this.#guard(() => this.#prepare(insert).run(item, data), undefined);
  }

  /** `purge` afterwards, as after `dropTexts`. */
  dropSummary(item: number): void {
    this.#guard(() => this.#prepare('DELETE FROM summaries WHERE item = ?').run(item), undefined);
  }

  dropAllSummaries(): void {
    this.#guard(() => this.#prepare('DELETE FROM summaries').run(), undefined);
  }

  /**
   * Drops the texts that have been unread for longest (never read first, then older items first) until the rest fits.
   */
  evictTexts(): readonly number[] {
    if (this.#textOctets <= this.#maxTextOctets) return [];
    const evicted: number[] = [];
    this.transaction(() => {
      this.flush();
      let size = this.#textOctets;
      // A tenth more than needed, so as not to do this again for the next text.
      for (const row of this.#prepare('SELECT item, size FROM uses ORDER BY used, item').iterate()) {
        if (size <= this.#maxTextOctets * 0.9) break;
        evicted.push(Number(row['item']));
        size -= Number(row['size']);
      }
      this.dropTexts(evicted);
    });
    return evicted;
  }

  /** Records when texts were read. Part of `evictTexts` and `close`; call it now and then in a transaction. */
  flush(): void {
    this.#guard(() => {
      for (const [item, used] of this.#read) {
        this.#prepare('UPDATE uses SET used = ? WHERE item = ?').run(used, item);
      }
      this.#read.clear();
    }, undefined);
  }

  /** Removes deleted content from the files for good, the write-ahead log included. */
  purge(): void {
    this.#guard(() => purgeDeleted(this.#db), undefined);
  }

  close(): void {
    if (!this.#db.isOpen) return;
    this.transaction(() => this.flush());
    this.#db.close();
  }

  /** Runs `task`. If it fails because of the file, gives the file up; nested guards leave that to the outermost. */
  #guard<T>(task: () => T, otherwise: T): T {
    if (this.#guarded) return task();
    this.#guarded = true;
    try {
      return task();
    } catch (error) {
      const reason = storeErrorFrom(error, this.path);
      if (!(reason instanceof StoreError)) throw error;
      this.#lose(reason);
      return otherwise;
    } finally {
      this.#guarded = false;
    }
  }

  #lose(reason: StoreError): void {
    this.#db.close();
    this.#forget();
    this.#db = inMemory();
    this.#trouble = reason;
    try {
      Cache.remove(this.path);
    } catch {
      // The next start may find it there, damaged or outdated.
    }
    this.#options.onLost?.(reason);
    this.whenLost?.();
  }

  #forget(): void {
    this.#statements.clear();
    this.#read.clear();
    this.#textOctets = 0;
  }

  #sumOfSizes(): number {
    return Number(this.#prepare('SELECT coalesce(sum(size), 0) AS sum FROM uses').get()?.['sum']);
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

function inMemory(): DatabaseSync {
  return openDatabase(':memory:', CACHE);
}

function blob(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new TypeError('not a blob');
}

import { CACHE } from './cache-schema.ts';
import type { StoreError } from './database.ts';
import { DisposableFile, type DisposableFileOptions } from './disposable-file.ts';

export interface CacheOptions extends DisposableFileOptions {
  /** octets of item texts to keep, as stored; beyond that, the least recently read are evicted. Default 4 GiB */
  readonly maxTextOctets?: number;
}

/**
 * What can be fetched from the board again: one disposable file per board. It knows nothing about boards: blocks are
 * octets under a name and a number, texts are octets under an item's number. Without its file it takes no texts.
 */
export class Cache {
  readonly path: string;
  readonly #file: DisposableFile;
  readonly #maxTextOctets: number;
  /** when items have been read since the last flush: a write for each read would cost more than the read */
  readonly #read = new Map<number, number>();
  #textOctets = 0;
  /** the only items that have a text, because the file had none when it was opened; `undefined`: any may have one */
  #put: Numbers | undefined;

  /** @throws StoreError as `DisposableFile.open` does */
  static open(path: string, options: CacheOptions = {}): Cache {
    return new Cache(path, options);
  }

  private constructor(path: string, options: CacheOptions) {
    this.path = path;
    this.#maxTextOctets = options.maxTextOctets ?? 4 * 2 ** 30;
    this.#file = DisposableFile.open(path, CACHE, options, (db) => {
      this.#read.clear();
      const { texts, sum } =
        db.prepare('SELECT count(*) AS texts, coalesce(sum(size), 0) AS sum FROM uses').get() ?? {};
      this.#textOctets = Number(sum);
      this.#put = texts === 0 ? new Numbers() : undefined;
    });
  }

  /** the file could not be read or written, and the cache does without it */
  get lost(): boolean {
    return this.#file.lost;
  }

  /** Why the cache does without its file, if so. */
  get trouble(): StoreError | undefined {
    return this.#file.trouble;
  }

  /** called when the file is lost, so that `rebuild` can be tried */
  set whenLost(call: () => void) {
    this.#file.whenLost = call;
  }

  /** Starts again with an empty file. Returns false if that is not possible, either. */
  rebuild(): boolean {
    return this.#file.rebuild();
  }

  /** octets of item texts, as stored */
  get textOctets(): number {
    return this.#textOctets;
  }

  /** octets of the whole file */
  get fileOctets(): number {
    const row = this.#file
      .prepare('SELECT page_count * page_size AS size FROM pragma_page_count, pragma_page_size')
      .get();
    return Number(row?.['size']);
  }

  /** Runs `task`. Everything it writes is kept, or nothing, if it fails and the file is lost. */
  transaction(task: () => void): void {
    this.#file.transaction(task);
  }

  /** octets of all blocks of a part */
  blockOctets(part: string): number {
    const query = this.#file.prepare('SELECT coalesce(sum(length(data)), 0) AS sum FROM blocks WHERE part = ?');
    return Number(query.get(part)?.['sum']);
  }

  /** Every block of a part, in order of number: 0, 1, 2, … Throws if the file is damaged. */
  *blocks(part: string): Iterable<Uint8Array> {
    for (const row of this.#file.prepare('SELECT data FROM blocks WHERE part = ? ORDER BY number').iterate(part)) {
      yield blob(row['data']);
    }
  }

  putBlock(part: string, number: number, data: Uint8Array): void {
    const insert = 'INSERT OR REPLACE INTO blocks (part, number, data) VALUES (?, ?, ?)';
    this.#file.guard(() => this.#file.prepare(insert).run(part, number, data), undefined);
  }

  fact(name: string): string | undefined {
    const query = 'SELECT value FROM facts WHERE name = ?';
    const value = this.#file.guard(() => this.#file.prepare(query).get(name)?.['value'], undefined);
    return typeof value === 'string' ? value : undefined;
  }

  setFact(name: string, value: string): void {
    const insert = 'INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)';
    this.#file.guard(() => this.#file.prepare(insert).run(name, value), undefined);
  }

  deleteFact(name: string): void {
    this.#file.guard(() => this.#file.prepare('DELETE FROM facts WHERE name = ?').run(name), undefined);
  }

  /** Every fact whose name begins with `prefix`: the rest of its name, and its value. Throws if the file is damaged. */
  *facts(prefix: string): Iterable<readonly [rest: string, value: string]> {
    const query = this.#file.prepare('SELECT name, value FROM facts WHERE substr(name, 1, ?) = ?');
    for (const { name, value } of query.iterate(prefix.length, prefix)) {
      yield [String(name).slice(prefix.length), String(value)];
    }
  }

  /** An item's text. `read`: unix seconds if somebody is reading it, which keeps it from being evicted. */
  text(item: number, read?: number): Uint8Array | undefined {
    if (this.#put?.has(item) === false) return undefined;
    const row = this.#file.guard(
      () => this.#file.prepare('SELECT data FROM texts WHERE item = ?').get(item),
      undefined,
    );
    if (row === undefined) return undefined;
    if (read !== undefined) this.#read.set(item, read);
    return blob(row['data']);
  }

  /** Octets of an item's text, from its beginning or from an offset on; fewer at its end. `read` as above. */
  textPart(item: number, from: number, length: number, read?: number): Uint8Array | undefined {
    if (this.#put?.has(item) === false) return undefined;
    const query = 'SELECT substr(data, ?, ?) AS part FROM texts WHERE item = ?';
    const row = this.#file.guard(() => this.#file.prepare(query).get(from + 1, length, item), undefined);
    if (row === undefined) return undefined;
    if (read !== undefined) this.#read.set(item, read);
    return blob(row['part']);
  }

  putText(item: number, data: Uint8Array): void {
    if (this.lost) return;
    this.#file.guard(() => {
      const before = this.#put?.has(item) === false ? 0 : this.#sizeOf(item);
      this.#file.prepare('INSERT OR REPLACE INTO texts (item, data) VALUES (?, ?)').run(item, data);
      this.#file
        .prepare(
          `INSERT INTO uses (item, used, size) VALUES (?, ?, ?)
         ON CONFLICT (item) DO UPDATE SET size = excluded.size`,
        )
        .run(item, 0, data.length);
      this.#textOctets += data.length - before;
      this.#put?.add(item);
    }, undefined);
  }

  /** Deletes texts. `purge` afterwards if nobody may ever read them again. */
  dropTexts(items: Iterable<number>): void {
    this.#file.guard(() => {
      for (const item of items) {
        this.#textOctets -= this.#sizeOf(item);
        this.#file.prepare('DELETE FROM texts WHERE item = ?').run(item);
        this.#file.prepare('DELETE FROM uses WHERE item = ?').run(item);
        this.#read.delete(item);
      }
    }, undefined);
  }

  /** Summaries of items before `item`, last first, at most `most`. */
  summariesBefore(item: number, most: number): readonly { readonly item: number; readonly data: Uint8Array }[] {
    const query = 'SELECT item, data FROM summaries WHERE item < ? ORDER BY item DESC LIMIT ?';
    const rows = this.#file.guard(() => this.#file.prepare(query).all(item, most), []);
    return rows.map((row) => ({ item: Number(row['item']), data: blob(row['data']) }));
  }

  /** What overview needs from an item without its text: stays when that is evicted. */
  putSummary(item: number, data: Uint8Array): void {
    if (this.lost) return;
    const insert = 'INSERT OR REPLACE INTO summaries (item, data) VALUES (?, ?)';
    this.#file.guard(() => this.#file.prepare(insert).run(item, data), undefined);
  }

  /** `purge` afterwards, as after `dropTexts`. */
  dropSummary(item: number): void {
    this.#file.guard(() => this.#file.prepare('DELETE FROM summaries WHERE item = ?').run(item), undefined);
  }

  dropAllSummaries(): void {
    this.#file.guard(() => this.#file.prepare('DELETE FROM summaries').run(), undefined);
  }

  /**
   * Drops the texts that have been unread for longest (never read first, then older items first) until the rest fits.
   */
  evictTexts(): readonly number[] {
    if (this.#textOctets <= this.#maxTextOctets) return [];
    const evicted: number[] = [];
    this.transaction(() => {
      this.#flush();
      let size = this.#textOctets;
      // A tenth more than needed, so as not to do this again for the next text.
      for (const row of this.#file.prepare('SELECT item, size FROM uses ORDER BY used, item').iterate()) {
        if (size <= this.#maxTextOctets * 0.9) break;
        evicted.push(Number(row['item']));
        size -= Number(row['size']);
      }
      this.dropTexts(evicted);
    });
    return evicted;
  }

  /** Records when texts were read. Part of `evictTexts` and `close`, to be called within a transaction. */
  #flush(): void {
    this.#file.guard(() => {
      for (const [item, used] of this.#read) {
        this.#file.prepare('UPDATE uses SET used = ? WHERE item = ?').run(used, item);
      }
      this.#read.clear();
    }, undefined);
  }

  /** Removes deleted content from the files for good, the write-ahead log included. */
  purge(): void {
    this.#file.purge();
  }

  close(): void {
    if (!this.#file.isOpen) return;
    this.transaction(() => this.#flush());
    this.#file.close();
  }

  #sizeOf(item: number): number {
    return Number(this.#file.prepare('SELECT size FROM uses WHERE item = ?').get(item)?.['size'] ?? 0);
  }
}

/**
 * A set of small numbers, with a bit for each. (A first reading of a board stores each text once: looking for it first
 * would cost as much as storing it.)
 */
class Numbers {
  #bits = new Uint8Array(1024);

  has(number: number): boolean {
    return ((this.#bits[number >>> 3] ?? 0) & (1 << (number & 7))) !== 0;
  }

  add(number: number): void {
    const at = number >>> 3;
    if (at >= this.#bits.length) {
      const longer = new Uint8Array(Math.max(2 * this.#bits.length, at + 1));
      longer.set(this.#bits);
      this.#bits = longer;
    }
    this.#bits[at] = (this.#bits[at] ?? 0) | (1 << (number & 7));
  }
}

function blob(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new TypeError('not a blob');
}

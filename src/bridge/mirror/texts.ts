import { LRUCache } from 'lru-cache';
import type { Item } from '../../rgtp/item.ts';
import type { Cache } from '../../store/cache.ts';
import { decodeItem, encodeItem, weightOf } from './item-codec.ts';

/** Texts that wait for a common transaction. */
const BATCH = 256;

/** The texts of items: the most recently read as objects, the rest in the cache file. */
export class Texts {
  readonly #cache: Cache;
  readonly #recent: LRUCache<number, Item>;
  readonly #now: () => number;
  /** fetched, not yet written; in the form of the file, which is smaller and no work for the garbage collector */
  readonly #unwritten = new Map<number, Uint8Array>();

  constructor(cache: Cache, memory: number, now: () => number) {
    this.#cache = cache;
    this.#recent = new LRUCache({ maxSize: memory, sizeCalculation: weightOf });
    this.#now = now;
  }

  /** As last fetched, up to date or not. */
  get(item: number): Item | undefined {
    const recent = this.#recent.get(item);
    if (recent !== undefined) return recent;
    const text = this.#read(item, Math.floor(this.#now() / 1000));
    if (text !== undefined) this.#recent.set(item, text);
    return text;
  }

  /** As `get`, for a look that is no reading: it keeps nothing from being evicted. */
  peek(item: number): Item | undefined {
    return this.#recent.peek(item) ?? this.#read(item);
  }

  /** Keeps a text. It is written with others; `full` tells that it is time. */
  put(item: number, text: Item): void {
    this.#unwritten.set(item, encodeItem(text));
    if (this.#recent.has(item)) this.#recent.set(item, text);
  }

  get full(): boolean {
    return this.#unwritten.size >= BATCH;
  }

  get dirty(): boolean {
    return this.#unwritten.size > 0;
  }

  /** Forgets texts, in memory and (inside the caller's transaction) in the file. */
  drop(items: readonly number[]): void {
    for (const item of items) {
      this.#recent.delete(item);
      this.#unwritten.delete(item);
    }
    this.#cache.dropTexts(items);
  }

  /** Writes what is not written. Call it in a transaction. */
  write(): void {
    for (const [item, data] of this.#unwritten) this.#cache.putText(item, data);
    this.#unwritten.clear();
  }

  /** After `write`: makes room where the file has become too large. Returns the items whose texts went. */
  evict(): readonly number[] {
    const evicted = this.#cache.evictTexts();
    for (const item of evicted) this.#recent.delete(item);
    return evicted;
  }

  /** The file is empty: nothing is held but what is in memory. */
  forgetUnwritten(): void {
    this.#unwritten.clear();
  }

  #read(item: number, time?: number): Item | undefined {
    const data = this.#unwritten.get(item) ?? this.#cache.text(item, time);
    try {
      return data && decodeItem(data);
    } catch {
      // Damaged: as good as not held.
      return undefined;
    }
  }
}

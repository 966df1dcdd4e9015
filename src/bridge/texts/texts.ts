import type { Cache } from '../../store/cache.ts';
import { ItemText } from '../item-text.ts';
import type { SharedMemory, Shelf } from '../memory.ts';
import { itemOfVersion1 } from './version-1-texts.ts';

/** How many texts, or octets of them, are written in one transaction: a few milliseconds' work. */
const BATCH = 256;
const BATCH_OCTETS = 1 << 20;

/**
 * How many items are remembered because only one of their posts was read recently: about as many as there is memory
 * for. If fewer are read, their texts are worth keeping.
 */
const ALONE = 4096;

/** The texts of items: the most recently read in memory, the rest in the cache file. */
export class Texts {
  readonly #cache: Cache;
  readonly #recent: Shelf<ItemText>;
  readonly #now: () => number;
  /** fetched, not yet written */
  readonly #unwritten = new Map<number, ItemText>();
  /** of them, and of what they have replaced */
  #unwrittenOctets = 0;
  readonly #alone = new Set<number>();

  constructor(cache: Cache, memory: SharedMemory, now: () => number) {
    this.#cache = cache;
    this.#recent = memory.shelf('texts');
    this.#now = now;
  }

  /** As last fetched, up to date or not. */
  get(item: number): ItemText | undefined {
    return this.#recent.get(item) ?? this.#getStored(item);
  }

  /**
   * Like `get`, but may return only what one post needs: where items are read here and there, the rest would be read and
   * kept for nothing. When a second post of the item is asked for, all of it is read.
   */
  getPost(item: number, sequence: number): ItemText | undefined {
    const recent = this.#recent.get(item);
    if (recent !== undefined) return recent;
    if (this.#alone.delete(item) || this.#unwritten.has(item)) return this.#getStored(item);
    const time = this.#time;
    const post = ItemText.ofPost(sequence, (from, length) => this.#cache.textPart(item, from, length, time));
    if (post === undefined) return this.#getStored(item);
    this.#alone.add(item);
    for (const oldest of this.#alone) {
      if (this.#alone.size <= ALONE) break;
      this.#alone.delete(oldest);
    }
    return post;
  }

  /** Like `get`, but does not count as reading: it protects nothing from eviction. */
  peek(item: number): ItemText | undefined {
    return this.#recent.peek(item) ?? this.#read(item);
  }

  /** Keeps a text, to be written together with others: see `full`. */
  put(item: number, text: ItemText): void {
    this.#keepUnwritten(item, text);
    if (this.#recent.peek(item) !== undefined) this.#recent.set(item, text);
  }

  get full(): boolean {
    return this.#unwritten.size >= BATCH || this.#unwrittenOctets >= BATCH_OCTETS;
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
    for (const [item, { bytes }] of this.#unwritten) this.#cache.putText(item, bytes);
    this.forgetUnwritten();
  }

  /** After `write`: makes room if the file has become too large. Returns the items whose texts were dropped. */
  evict(): readonly number[] {
    const evicted = this.#cache.evictTexts();
    for (const item of evicted) this.#recent.delete(item);
    return evicted;
  }

  /** The file is empty: nothing is held but what is in memory. */
  forgetUnwritten(): void {
    this.#unwritten.clear();
    this.#unwrittenOctets = 0;
  }

  #getStored(item: number): ItemText | undefined {
    const text = this.#read(item, this.#time);
    if (text !== undefined) this.#recent.set(item, text);
    return text;
  }

  /** unix seconds */
  get #time(): number {
    return Math.floor(this.#now() / 1000);
  }

  #keepUnwritten(item: number, text: ItemText): void {
    this.#unwritten.set(item, text);
    this.#unwrittenOctets += text.bytes.length;
  }

  #read(item: number, time?: number): ItemText | undefined {
    const unwritten = this.#unwritten.get(item);
    if (unwritten !== undefined) return unwritten;
    const data = this.#cache.text(item, time);
    if (data === undefined) return undefined;
    const text = ItemText.read(data);
    if (text !== undefined) return text;
    const old = itemOfVersion1(data);
    // Damaged: counts as not held.
    if (old === undefined) return undefined;
    const converted = ItemText.of(old);
    this.#keepUnwritten(item, converted);
    return converted;
  }
}

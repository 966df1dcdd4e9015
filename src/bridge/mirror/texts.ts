import { LRUCache } from 'lru-cache';
import type { Item } from '../../rgtp/item.ts';
import type { Cache } from '../../store/cache.ts';
import { decodeItem, encodeItem, weightOf } from './item-codec.ts';

/** How it stands with the text of an item. */
export const TextState = {
  /** not held, to be fetched */
  Wanted: 0,
  /** held, with everything the index tells of */
  Held: 1,
  /** was held, and dropped because nobody read it: fetched when somebody does */
  Evicted: 2,
  /** the board has none: withdrawn or archived (410) */
  Absent: 3,
  /** the board sent nonsense, several times over */
  Broken: 4,
  /** held, but the item has grown since: to be fetched */
  Stale: 5,
} as const;
export type TextState = (typeof TextState)[keyof typeof TextState];

const BLOCK = 4096;
/** texts that wait for a common transaction */
const BATCH = 256;

/** The texts of items: the most recently read as objects, the rest in the cache file. */
export class Texts {
  readonly #cache: Cache;
  readonly #recent: LRUCache<number, Item>;
  readonly #now: () => number;
  #states = new Uint8Array(BLOCK);
  readonly #changed = new Set<number>();
  /** fetched, not yet written; in the form of the file, which is smaller and no work for the garbage collector */
  readonly #unwritten = new Map<number, Uint8Array>();
  #held = 0;

  constructor(cache: Cache, memory: number, now: () => number) {
    this.#cache = cache;
    this.#recent = new LRUCache({ maxSize: memory, sizeCalculation: weightOf });
    this.#now = now;
  }

  /** items whose text is held and up to date */
  get held(): number {
    return this.#held;
  }

  state(item: number): TextState {
    // Only values of TextState are ever written; what `load` reads is checked there.
    return (this.#states[item] ?? TextState.Wanted) as TextState;
  }

  isWanted(item: number): boolean {
    const state = this.state(item);
    return state === TextState.Wanted || state === TextState.Stale;
  }

  isMissing(item: number): boolean {
    const state = this.state(item);
    return state === TextState.Absent || state === TextState.Broken;
  }

  setState(item: number, state: TextState): void {
    const before = this.state(item);
    if (before === state) return;
    if (item >= this.#states.length) {
      const larger = new Uint8Array(Math.max(item + 1, Math.ceil(this.#states.length * 1.25)));
      larger.set(this.#states);
      this.#states = larger;
    }
    this.#states[item] = state;
    this.#held += Number(state === TextState.Held) - Number(before === TextState.Held);
    this.#changed.add(Math.floor(item / BLOCK));
  }

  /** The text as last fetched, up to date or not. */
  get(item: number): Item | undefined {
    const recent = this.#recent.get(item);
    if (recent !== undefined) return recent;
    const text = this.#read(item);
    if (text !== undefined) this.#recent.set(item, text);
    return text;
  }

  /** As `get`, for a look that is no reading: it keeps nothing from being evicted. */
  peek(item: number): Item | undefined {
    return this.#recent.peek(item) ?? this.#read(item, false);
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
    return this.#unwritten.size > 0 || this.#changed.size > 0;
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
    for (const number of this.#changed) {
      this.#cache.putBlock('text-states', number, this.#states.subarray(number * BLOCK, (number + 1) * BLOCK));
    }
    this.#unwritten.clear();
    this.#changed.clear();
  }

  /** After `write`: makes room where the file has become too large. Returns whether there is something to write again. */
  evict(): boolean {
    for (const item of this.#cache.evictTexts()) {
      this.#recent.delete(item);
      const state = this.state(item);
      if (state === TextState.Held || state === TextState.Stale) this.setState(item, TextState.Evicted);
    }
    return this.dirty;
  }

  /** The file is empty: nothing is held but what is in memory. Writes all states, in the caller's transaction. */
  restore(items: number): void {
    this.#unwritten.clear();
    for (let item = 0; item < items; item++) {
      const state = this.state(item);
      if (state === TextState.Held || state === TextState.Stale) this.setState(item, TextState.Wanted);
      this.#changed.add(Math.floor(item / BLOCK));
    }
    this.write();
  }

  load(): void {
    let count = 0;
    for (const block of this.#cache.blocks('text-states')) {
      for (const state of block) {
        const item = count++;
        if (item >= this.#states.length) this.#states = grownTo(this.#states, Math.ceil(count * 1.25));
        // What was given up gets another chance with every start.
        this.#states[item] = state <= TextState.Stale && state !== TextState.Broken ? state : TextState.Wanted;
        if (state === TextState.Held) this.#held++;
      }
    }
  }

  #read(item: number, reading = true): Item | undefined {
    const time = reading ? Math.floor(this.#now() / 1000) : undefined;
    const data = this.#unwritten.get(item) ?? this.#cache.text(item, time);
    try {
      return data && decodeItem(data);
    } catch {
      // Damaged: as good as not held.
      return undefined;
    }
  }
}

function grownTo(states: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(length);
  larger.set(states);
  return larger;
}

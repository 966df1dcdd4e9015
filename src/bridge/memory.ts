import { LRUCache } from 'lru-cache';

/** The cost of an entry besides its own octets: objects, Buffer, map and list entries (measured, rounded up). */
const ENTRY = 600;

const kinds = ['texts', 'articles', 'overviews'] as const;
type Kind = (typeof kinds)[number];

export interface CacheStats {
  /** octets held now */
  readonly octets: number;
  /** hits and misses since the start */
  readonly hits: number;
  readonly misses: number;
}

/**
 * A value that can be cached. Its octets are its own: nothing else keeps them alive, and they keep nothing else alive.
 */
interface Kept {
  readonly octets: number;
}

/**
 * The memory that all boards share for what can be made again: items' texts, rendered articles, overview. One budget in
 * octets: what was used most recently stays, whatever its kind.
 */
export class SharedMemory {
  readonly #stats = {
    texts: { octets: 0, hits: 0, misses: 0 },
    articles: { octets: 0, hits: 0, misses: 0 },
    overviews: { octets: 0, hits: 0, misses: 0 },
  };
  readonly #cache: LRUCache<number, Kept>;
  /** the kind of each shelf */
  readonly #kinds: Kind[] = [];

  /** @param octets the budget for all of it */
  constructor(octets: number) {
    this.#cache = new LRUCache<number, Kept>({
      maxSize: Math.max(1, octets),
      sizeCalculation: weightOf,
      dispose: (value, key) => {
        const kind = this.#kinds[Math.floor(key / SCOPE)];
        if (kind !== undefined) this.#stats[kind].octets -= weightOf(value);
      },
    });
  }

  /** A separate part, with keys from 0 to 2³² − 1. */
  shelf<V extends Kept>(kind: Kind): Shelf<V> {
    this.#kinds.push(kind);
    return new Shelf(this.#cache, (this.#kinds.length - 1) * SCOPE, this.#stats[kind]);
  }

  /** For metrics. */
  get stats(): Readonly<Record<Kind, CacheStats>> {
    return this.#stats;
  }

  /** octets held, of all kinds */
  get octets(): number {
    return this.#cache.calculatedSize;
  }

  /** octets that may be held */
  get budget(): number {
    return this.#cache.maxSize;
  }

  /** Whether a value can be kept without dropping another. */
  hasRoomFor(value: Kept): boolean {
    return this.octets + weightOf(value) <= this.budget;
  }
}

const SCOPE = 2 ** 32;

function weightOf({ octets }: Kept): number {
  return ENTRY + octets;
}

/** One user's part of the shared memory. */
export class Shelf<V extends Kept> {
  readonly #cache: LRUCache<number, Kept>;
  readonly #base: number;
  readonly #stats: { octets: number; hits: number; misses: number };

  constructor(cache: LRUCache<number, Kept>, base: number, stats: { octets: number; hits: number; misses: number }) {
    this.#cache = cache;
    this.#base = base;
    this.#stats = stats;
  }

  get(key: number): V | undefined {
    // No other shelf has these keys.
    const value = this.#cache.get(this.#base + key) as V | undefined;
    if (value === undefined) this.#stats.misses++;
    else this.#stats.hits++;
    return value;
  }

  /** Like `get`, but does not count as a use. */
  peek(key: number): V | undefined {
    return this.#cache.peek(this.#base + key) as V | undefined;
  }

  /** Does not keep a value larger than the whole budget. */
  set(key: number, value: V): void {
    if (this.peek(key) === value) return;
    this.#cache.set(this.#base + key, value);
    if (this.#cache.has(this.#base + key)) this.#stats.octets += weightOf(value);
  }

  delete(key: number): void {
    this.#cache.delete(this.#base + key);
  }
}

/** What views keep in memory: bounded in octets, shared by all boards. */
import { LRUCache } from 'lru-cache';
import type { Rendered } from '../../news/render.ts';
import type { ItemSummary } from './item-summary.ts';
import type { Segment } from './segment.ts';

export interface CacheLimits {
  /** octets of rendered articles */
  readonly articles: number;
  /** octets of overview lines, and of what they are made from */
  readonly overviews: number;
}

/** What an entry costs besides its own octets: objects, Buffer, map and list entries (measured, rounded up). */
const ENTRY = 400;
/** Octets of overview per octet of the summaries behind it: then both cover about the same posts. */
const SEGMENTS_PER_SUMMARY = 4;

export interface CacheStats {
  /** held now */
  readonly octets: number;
  /** hits and misses since the start */
  readonly hits: number;
  readonly misses: number;
}

export class ViewCaches {
  readonly #asked = {
    articles: { hits: 0, misses: 0 },
    segments: { hits: 0, misses: 0 },
    summaries: { hits: 0, misses: 0 },
  };
  readonly #articles: LRUCache<number, Rendered>;
  readonly #segments: LRUCache<number, Segment>;
  readonly #summaries: LRUCache<number, ItemSummary>;
  #scopes = 0;

  constructor(limits: CacheLimits) {
    const summaries = Math.ceil(limits.overviews / (SEGMENTS_PER_SUMMARY + 1));
    this.#articles = bounded(limits.articles, (article) => article.bytes.length);
    this.#segments = bounded(limits.overviews - summaries, (segment) => segment.octets);
    this.#summaries = bounded(summaries, (summary) => summary.octets);
  }

  /** A separate part of the cache, with keys from 0 to 2³² − 1. */
  articles(): Shelf<Rendered> {
    return new Shelf(this.#articles, this.#scopes++, this.#asked.articles);
  }

  segments(): Shelf<Segment> {
    return new Shelf(this.#segments, this.#scopes++, this.#asked.segments);
  }

  summaries(): Shelf<ItemSummary> {
    return new Shelf(this.#summaries, this.#scopes++, this.#asked.summaries);
  }

  /** For metrics. */
  get stats(): { readonly articles: CacheStats; readonly overviews: CacheStats } {
    return {
      articles: { octets: this.#articles.calculatedSize, ...this.#asked.articles },
      overviews: {
        octets: this.#segments.calculatedSize + this.#summaries.calculatedSize,
        ...this.#asked.segments,
      },
    };
  }
}

function bounded<V extends object>(octets: number, sizeOf: (value: V) => number): LRUCache<number, V> {
  return new LRUCache<number, V>({ maxSize: Math.max(1, octets), sizeCalculation: (value) => ENTRY + sizeOf(value) });
}

/** One user's part of a shared cache. */
export class Shelf<V extends object> {
  readonly #cache: LRUCache<number, V>;
  readonly #base: number;
  readonly #asked: { hits: number; misses: number };

  constructor(cache: LRUCache<number, V>, scope: number, asked: { hits: number; misses: number }) {
    this.#cache = cache;
    this.#asked = asked;
    this.#base = scope * 2 ** 32;
  }

  get(key: number): V | undefined {
    const value = this.#cache.get(this.#base + key);
    if (value === undefined) this.#asked.misses++;
    else this.#asked.hits++;
    return value;
  }

  set(key: number, value: V): void {
    this.#cache.set(this.#base + key, value);
  }

  delete(key: number): void {
    this.#cache.delete(this.#base + key);
  }
}

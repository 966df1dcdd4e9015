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

/** What an entry costs beside its own octets: objects, Buffer, map and list entries (measured, rounded up). */
const ENTRY = 400;
/** Octets of overview for each octet of the summaries it is made from: both then cover about the same posts. */
const SEGMENTS_PER_SUMMARY = 4;

export class ViewCaches {
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

  /** A part of the cache of its own: keys are from 0 to 2³² − 1. */
  articles(): Shelf<Rendered> {
    return new Shelf(this.#articles, this.#scopes++);
  }

  segments(): Shelf<Segment> {
    return new Shelf(this.#segments, this.#scopes++);
  }

  summaries(): Shelf<ItemSummary> {
    return new Shelf(this.#summaries, this.#scopes++);
  }

  /** Octets held now, for metrics. */
  get octets(): { readonly articles: number; readonly overviews: number } {
    return {
      articles: this.#articles.calculatedSize,
      overviews: this.#segments.calculatedSize + this.#summaries.calculatedSize,
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

  constructor(cache: LRUCache<number, V>, scope: number) {
    this.#cache = cache;
    this.#base = scope * 2 ** 32;
  }

  get(key: number): V | undefined {
    return this.#cache.get(this.#base + key);
  }

  set(key: number, value: V): void {
    this.#cache.set(this.#base + key, value);
  }

  delete(key: number): void {
    this.#cache.delete(this.#base + key);
  }
}

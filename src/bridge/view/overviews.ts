import type { Soon } from '../../wire/soon.ts';
import type { Articles } from './articles.ts';
import type { ViewCaches } from './caches.ts';
import type { PostSummary } from './item-summary.ts';
import { Memo } from './memo.ts';
import { Segment } from './segment.ts';

/** Rows of the model covered by one segment: about 64 KiB of lines. */
const SEGMENT_ROWS = 256;

/**
 * The overview of a newsgroup in segments. Each covers fixed rows of the model, whichever of them are in the
 * newsgroup: what comes and goes in one leaves the others valid.
 */
export class Overviews {
  readonly #articles: Articles;
  readonly #rowsWithin: (from: number, to: number) => Uint32Array;
  readonly #numberOf: (row: number) => number;
  readonly #segments: Memo<Segment>;

  /**
   * @param rowsWithin the newsgroup's rows from … to (exclusive) as they are now
   * @param numberOf the article number of a row
   */
  constructor(
    articles: Articles,
    caches: ViewCaches,
    rowsWithin: (from: number, to: number) => Uint32Array,
    numberOf: (row: number) => number,
  ) {
    this.#articles = articles;
    this.#rowsWithin = rowsWithin;
    this.#numberOf = numberOf;
    this.#segments = new Memo(
      caches.segments(),
      (index) => this.#make(index),
      (segment) => segment.complete,
    );
  }

  /** The segment with a row, and the row behind the last that it covers. */
  static at(row: number): { readonly index: number; readonly end: number } {
    const index = Math.floor(row / SEGMENT_ROWS);
    return { index, end: (index + 1) * SEGMENT_ROWS };
  }

  rowsOf(index: number): Uint32Array {
    return this.#rowsWithin(index * SEGMENT_ROWS, (index + 1) * SEGMENT_ROWS);
  }

  /** Without waiting for any text. */
  held(index: number): Segment | undefined {
    return this.#segments.held(index);
  }

  segment(index: number): Soon<Segment | undefined> {
    return this.#segments.get(index);
  }

  /** What was made of a row is stale. */
  forgetRow(row: number): void {
    this.#segments.forget(Overviews.at(row).index);
  }

  #make(index: number): Soon<Segment> {
    const rows = this.rowsOf(index);
    const summaries = Array.from(rows, (row) => this.#articles.summary(row));
    return summaries.some((summary) => summary instanceof Promise)
      ? Promise.all(summaries).then((arrived) => this.#fill(rows, arrived))
      : // None is a promise.
        this.#fill(rows, summaries as (PostSummary | undefined)[]);
  }

  #fill(rows: Uint32Array, summaries: readonly (PostSummary | undefined)[]): Segment {
    const lines = Array.from(rows, (row, at) => this.#articles.overview(row, summaries[at]));
    return new Segment(Array.from(rows, this.#numberOf), lines, !summaries.includes(undefined));
  }
}

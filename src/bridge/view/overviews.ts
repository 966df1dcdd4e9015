import { eventLoop } from '../../wire/fair-share.ts';
import type { Soon } from '../../wire/soon.ts';
import type { SharedMemory } from '../memory.ts';
import type { Articles, Summary } from './articles.ts';
import { Memo } from './memo.ts';
import { Segment } from './segment.ts';

/** Rows per segment: about 64 KiB of lines. */
const SEGMENT_ROWS = 256;
/** Rows between two readings of the clock. */
const LOOKS = 8;

/** The rows of a newsgroup. */
export interface Rows {
  /** from … to (exclusive), ascending */
  within(from: number, to: number): Uint32Array;
  has(row: number): boolean;
  /** article number */
  numberOf(row: number): number;
}

/**
 * The overview of a newsgroup, in segments. Each covers a fixed range of the board's rows, whether in the newsgroup or
 * not, so that a change in one leaves the others valid.
 */
export class Overviews {
  readonly #articles: Articles;
  readonly #rows: Rows;
  readonly #segments: Memo<Segment>;

  constructor(articles: Articles, memory: SharedMemory, rows: Rows) {
    this.#articles = articles;
    this.#rows = rows;
    this.#segments = new Memo(
      memory.shelf('overviews'),
      (index) => this.#make(index),
      (segment) => segment.complete,
    );
  }

  /** The segment that covers a row, and the row after its last. */
  static at(row: number): { readonly index: number; readonly end: number } {
    const index = Math.floor(row / SEGMENT_ROWS);
    return { index, end: (index + 1) * SEGMENT_ROWS };
  }

  rowsOf(index: number): Uint32Array {
    return this.#rows.within(index * SEGMENT_ROWS, (index + 1) * SEGMENT_ROWS);
  }

  /** Does not wait for texts. */
  held(index: number): Segment | undefined {
    return this.#segments.held(index);
  }

  segment(index: number): Soon<Segment | undefined> {
    return this.#segments.get(index);
  }

  /** Drops what was made from a row, which is stale. */
  forgetRow(row: number): void {
    this.#segments.forget(Overviews.at(row).index);
  }

  #make(index: number): Soon<Segment> {
    const rows = this.rowsOf(index);
    const summaries: Soon<Summary | undefined>[] = [];
    if (this.#collect(rows, summaries)) {
      return summaries.some((summary) => summary instanceof Promise)
        ? Promise.all(summaries).then((arrived) => this.#fill(rows, arrived))
        : // None of them is a promise.
          this.#fill(rows, summaries as (Summary | undefined)[]);
    }
    return this.#makeSlowly(rows, summaries);
  }

  async #makeSlowly(rows: Uint32Array, summaries: Soon<Summary | undefined>[]): Promise<Segment> {
    do await eventLoop.next(true);
    while (!this.#collect(rows, summaries));
    return this.#fill(rows, await Promise.all(summaries));
  }

  /** Adds missing summaries until all are there (true) or the turn is over (false). */
  #collect(rows: Uint32Array, summaries: Soon<Summary | undefined>[]): boolean {
    for (const row of rows.subarray(summaries.length)) {
      summaries.push(this.#articles.summary(row));
      if (summaries.length % LOOKS === 0 && eventLoop.over()) break;
    }
    return summaries.length === rows.length;
  }

  #fill(rows: Uint32Array, summaries: readonly (Summary | undefined)[]): Segment {
    const lines: string[] = [];
    const numbers: number[] = [];
    for (const [at, row] of rows.entries()) {
      // Withdrawn while texts were being fetched.
      if (!this.#rows.has(row)) continue;
      numbers.push(this.#rows.numberOf(row));
      lines.push(this.#articles.overview(row, summaries[at]));
    }
    return new Segment(
      numbers,
      lines,
      summaries.every((summary) => summary !== undefined && !summary.passing),
    );
  }
}

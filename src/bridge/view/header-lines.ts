import { overviewColumns } from '../../news/overview.ts';
import { after, type Soon } from '../../wire/soon.ts';
import type { SharedMemory } from '../memory.ts';
import { type HeaderName, Headers } from './headers.ts';
import { Memo } from './memo.ts';
import { Overviews, type Rows } from './overviews.ts';
import { Segment } from './segment.ts';

/** The overview's columns, from 1. */
const fields = [...overviewColumns.keys()];
/** More than there are columns. */
const COLUMNS = fields.length + 1;
/** For fewer lines than this, a whole segment is not made. */
const FEW = 16;

/**
 * One field of each article (HDR), in segments of the same rows as the overview's. Fields that are also in the overview
 * are kept: some newsreaders use HDR in place of OVER.
 */
export class HeaderLines {
  readonly #headers: Headers;
  readonly #overviews: Overviews;
  readonly #rows: Rows;
  /** by segment and column */
  readonly #kept: Memo<Segment>;

  constructor(headers: Headers, overviews: Overviews, memory: SharedMemory, rows: Rows) {
    this.#headers = headers;
    this.#overviews = overviews;
    this.#rows = rows;
    this.#kept = new Memo(
      memory.shelf('overviews'),
      (key) => this.#make(Math.floor(key / COLUMNS), key % COLUMNS, 0, Number.POSITIVE_INFINITY),
      (segment) => segment.complete,
    );
  }

  /**
   * `number SP value CRLF` of at least the articles low … high. Fields that need no text do not wait for one.
   * @param field in lower case
   */
  segment(field: string, index: number, low: number, high: number): Soon<Segment | undefined> {
    const column = overviewColumns.get(field);
    if (column === undefined) return this.#fromIndex(Headers.named(field), index, low, high);
    const key = index * COLUMNS + column;
    if (high - low >= FEW) return this.#kept.get(key);
    return this.#kept.held(key) ?? this.#make(index, column, low, high);
  }

  /** Drops what was made from a row, which is stale. */
  forgetRow(row: number): void {
    const { index } = Overviews.at(row);
    for (const column of overviewColumns.values()) this.#kept.forget(index * COLUMNS + column);
  }

  #make(index: number, column: number, low: number, high: number): Soon<Segment | undefined> {
    const name = Headers.named(fields[column - 1] ?? '');
    const needsText = name === undefined || name === 'From';
    const overview = needsText ? this.#overviews.segment(index) : this.#overviews.held(index);
    if (overview === undefined) return this.#fromIndex(name, index, low, high);
    return after(overview, (whole) => whole?.column(column, low, high));
  }

  /** @param name `undefined`: no article has it */
  #fromIndex(name: HeaderName | undefined, index: number, low: number, high: number): Segment {
    const numbers: number[] = [];
    const lines: string[] = [];
    for (const row of this.#overviews.rowsOf(index)) {
      const number = this.#rows.numberOf(row);
      if (number < low || number > high) continue;
      numbers.push(number);
      lines.push(`${number} ${name === undefined ? '' : this.#headers.value(name, row)}\r\n`);
    }
    return new Segment(numbers, lines, true);
  }
}

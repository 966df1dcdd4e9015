import { Refusal, type RenderedArticle } from '../../nntp/backend.ts';
import { after, type Soon } from '../../wire/soon.ts';
import type { BoardGroup } from '../board.ts';
import { type GroupKind, isIn, levelToPost } from '../group-kinds.ts';
import type { SharedMemory } from '../memory.ts';
import type { BoardModel, PostKind } from '../model.ts';
import type { Articles } from './articles.ts';
import { HeaderLines } from './header-lines.ts';
import type { Headers } from './headers.ts';
import { kindAt } from './kinds.ts';
import { Overviews, type Rows } from './overviews.ts';
import type { PostIds } from './post-ids.ts';
import { lowerBound, RowList } from './row-list.ts';

/** Numbers returned at a time. */
const PIECE = 4096;
const NOTHING = Buffer.alloc(0);

/** The answer while a board's index has never been read. */
export const NOT_READ = "the board's index has not been read yet; try again shortly";

/** The answer for a post that was acknowledged, but that the index does not show yet. */
export const UNREAD = "it was posted, and the board's index has not been read since; try again shortly";

export interface GroupIdentity {
  readonly name: string;
  readonly description: string;
  readonly created: number;
  readonly creator: string;
  readonly groupKind: GroupKind;
  /** seconds */
  readonly overlap: number;
}

export interface GroupParts {
  readonly ids: PostIds;
  readonly headers: Headers;
  readonly articles: Articles;
  readonly memory: SharedMemory;
}

/** One of a board's newsgroups. */
export class GroupView implements BoardGroup {
  readonly name: string;
  readonly description: string;
  created: number;
  readonly creator: string;
  readonly levelToPost: BoardGroup['levelToPost'];
  readonly groupKind: GroupKind;
  readonly #model: BoardModel;
  readonly #ids: PostIds;
  readonly #articles: Articles;
  readonly #overviews: Overviews;
  readonly #headerLines: HeaderLines;
  readonly #overlap: number;
  readonly #list = new RowList();
  returned = 0;

  constructor(model: BoardModel, identity: GroupIdentity, parts: GroupParts) {
    this.name = identity.name;
    this.description = identity.description;
    this.created = identity.created;
    this.creator = identity.creator;
    this.groupKind = identity.groupKind;
    this.levelToPost = levelToPost[identity.groupKind];
    this.#overlap = identity.overlap;
    this.#model = model;
    this.#ids = parts.ids;
    this.#articles = parts.articles;
    const { articles, headers, memory } = parts;
    const rows: Rows = {
      within: (from, to) => this.#rowsWithin(from, to),
      has: (row) => this.#isHere(row),
      numberOf: (row) => this.#numberOf(row),
    };
    this.#overviews = new Overviews(articles, memory, rows);
    this.#headerLines = new HeaderLines(headers, this.#overviews, memory, rows);
    this.#enlist(0);
  }

  /** Rows from `first` on are new. */
  appended(first: number): void {
    this.#enlist(first);
    const { length } = this.#model.posts;
    for (let row = first; row < length; row = Overviews.at(row).end) this.forgetRow(row);
  }

  #enlist(first: number): void {
    const { kinds, length } = this.#model.posts;
    for (let row = first; row < length; row++) {
      // The column holds only kinds.
      if (isIn(this.groupKind, kinds[row] as PostKind)) this.#list.append(row);
    }
  }

  /** Rows became `Gone`. */
  removed(rows: readonly number[]): void {
    this.#list.remove(rows);
    for (const row of rows) this.forgetRow(row);
  }

  /** Rows that were `Gone` are back. */
  restored(rows: readonly number[]): void {
    const here = rows.filter((row) => this.#isHere(row));
    if (here.length > 0) {
      this.#list.insert(here);
      this.returned++;
    }
    for (const row of here) this.forgetRow(row);
  }

  /** Drops what was made from a row, which is stale. */
  forgetRow(row: number): void {
    this.#overviews.forgetRow(row);
    this.#headerLines.forgetRow(row);
  }

  /** Ascending; a snapshot. */
  get rows(): Uint32Array {
    return this.#list.rows;
  }

  get low(): number {
    return this.#model.mark(this.groupKind).low;
  }

  get high(): number {
    return this.#model.mark(this.groupKind).high;
  }

  get known(): number {
    const { numbers, length } = this.#model.posts;
    return length === 0 ? 0 : (numbers[length - 1] ?? 0);
  }

  get count(): number {
    if (this.#model.isRead) return this.#list.length;
    // An estimate, which may be too high (RFC 3977 §6.1.1.2).
    const { low, high } = this.#model.mark(this.groupKind);
    return Math.max(0, high - low + 1);
  }

  messageId(number: number): string | undefined {
    const row = this.#rowOf(number);
    return row < 0 ? undefined : this.#ids.messageId(row);
  }

  atOrAfter(number: number): number | undefined {
    const { rows } = this.#list;
    const row = rows[this.#indexOf(rows, number)];
    return row === undefined ? undefined : this.#numberOf(row);
  }

  atOrBefore(number: number): number | undefined {
    const { rows } = this.#list;
    const row = rows[this.#indexOf(rows, number + 1) - 1];
    return row === undefined ? undefined : this.#numberOf(row);
  }

  *numbers(low: number, high: number): Generator<Uint32Array> {
    const { rows } = this.#list;
    const end = this.#indexOf(rows, high + 1);
    for (let start = this.#indexOf(rows, low); start < end; start += PIECE) {
      // Some may have been withdrawn while earlier pieces were being sent.
      const here = rows.subarray(start, Math.min(end, start + PIECE)).filter((row) => this.#isHere(row));
      if (here.length > 0) yield here.map((row) => this.#numberOf(row));
    }
  }

  article(number: number): Soon<RenderedArticle | undefined> {
    this.#refuseUnread();
    const row = this.#rowOf(number);
    return row < 0 ? undefined : this.#articles.article(row);
  }

  head(number: number): Soon<RenderedArticle | undefined> {
    this.#refuseUnread();
    const row = this.#rowOf(number);
    return row < 0 ? undefined : this.#articles.head(row);
  }

  overview(low: number, high: number): Iterable<Soon<Buffer>> {
    this.#refuseUnread();
    return this.#overview(low, high);
  }

  *#overview(low: number, high: number): Generator<Soon<Buffer>> {
    for (const index of this.#segments(low, high)) {
      yield after(this.#overviews.segment(index), (segment) => segment?.slice(low, high) ?? NOTHING);
    }
  }

  header(field: string, low: number, high: number): Iterable<Soon<Buffer>> {
    this.#refuseUnread();
    return this.#header(field, low, high);
  }

  *#header(field: string, low: number, high: number): Generator<Soon<Buffer>> {
    for (const index of this.#segments(low, high)) {
      yield after(
        this.#headerLines.segment(field, index, low, high),
        (segment) => segment?.slice(low, high) ?? NOTHING,
      );
    }
  }

  /** A Message-ID may lead here before the index has been read (`BoardView.find`). */
  #refuseUnread(): void {
    if (!this.#model.isRead) throw new Refusal('unavailable', NOT_READ);
  }

  *arrivedSince(seconds: number): Generator<string> {
    const { rows } = this.#list;
    const { arrivals } = this.#model.posts;
    // Another bridge on the board may have shown an article earlier: better to list it twice than never.
    const since = seconds - this.#overlap;
    for (
      let at = nextSince(rows, arrivals, since, 0);
      at < rows.length;
      at = nextSince(rows, arrivals, since, at + 1)
    ) {
      const messageId = this.#ids.messageId(rows[at] ?? 0);
      if (messageId !== undefined) yield messageId;
    }
  }

  *returnedSince(above: number, upTo: number): Generator<number> {
    const { rows } = this.#list;
    const arrived = this.#model.posts.arrivals;
    const last = this.#indexOf(rows, upTo + 1) - 1;
    const since = arrived[rows[last] ?? 0] ?? 0;
    for (
      let at = nextSince(rows, arrived, since, this.#indexOf(rows, above + 1));
      at < last;
      at = nextSince(rows, arrived, since, at + 1)
    ) {
      yield this.#numberOf(rows[at] ?? 0);
    }
  }

  /** The segments that cover a range, found one at a time, because articles may come and go in between. */
  *#segments(low: number, high: number): Generator<number> {
    let from = low;
    while (from <= high) {
      const { rows } = this.#list;
      const row = rows[this.#indexOf(rows, from)];
      if (row === undefined || this.#numberOf(row) > high) return;
      const { index, end } = Overviews.at(row);
      yield index;
      from = this.#numberOf(Math.min(end, this.#model.posts.length) - 1) + 1;
    }
  }

  #rowsWithin(from: number, to: number): Uint32Array {
    const { rows } = this.#list;
    return rows.subarray(lowerBound(rows, from, identity), lowerBound(rows, to, identity));
  }

  #rowOf(number: number): number {
    const row = this.#model.rowOf(number);
    return row >= 0 && this.#isHere(row) ? row : -1;
  }

  #isHere(row: number): boolean {
    return isIn(this.groupKind, kindAt(this.#model, row));
  }

  /** The index in `rows` of the first article with at least this number. */
  #indexOf(rows: Uint32Array, number: number): number {
    const { numbers } = this.#model.posts;
    return lowerBound(rows, number, (row) => numbers[row] ?? 0);
  }

  #numberOf(row: number): number {
    return this.#model.posts.numbers[row] ?? 0;
  }
}

const identity = (row: number) => row;

/**
 * The first row from `at` on whose time is at least `seconds`. Times need not ascend (an article may have been
 * restored), so every row is examined; a generator would be slower.
 */
function nextSince(rows: Uint32Array, times: Uint32Array, seconds: number, at: number): number {
  let index = at;
  while (index < rows.length && (times[rows[index] ?? 0] ?? 0) < seconds) index++;
  return index;
}

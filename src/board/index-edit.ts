/**
 * An edit of the index: which rows are removed, and which are added where. The index may have a million rows, so the
 * comparison shares the event loop with everything else, and only what differs is changed.
 */
import { LRUCache } from 'lru-cache';
import { eventLoop } from '../wire/fair-share.ts';
import { type Octets, octets } from '../wire/octets.ts';
import { type Difference, differing } from './differences.ts';
import { ErrorResponse } from './error-response.ts';
import type { IndexLog, Row, RowChanges } from './index-log.ts';
import { KeptRows, keyOf } from './kept-rows.ts';
import { CONTEXT, formatting, hunksOf, type Lines } from './unified-diff.ts';

/** The most rows that one edit may remove or add: they change in one transaction. */
export const MOST_ROWS = 1000;
/** rows read together */
const AT_ONCE = 512;
/** … of which so many are held */
const PAGES = 16;

export interface IndexPlan extends RowChanges {
  /** without labels */
  readonly diff: Octets;
  /** the rows removed, and those added */
  readonly before: readonly Octets[];
  readonly after: readonly Octets[];
  /** where too few positions are free for the rows added: how many more are needed, and before which; last first */
  readonly crowded: readonly { readonly before: number; readonly count: number }[];
  /** rows are added after the last one, so nothing may have been appended since */
  readonly atEnd: boolean;
  /** `index.removals` at the comparison */
  readonly removals: number;
}

/** Compares the rows up to position `end` with the lines to replace them. @throws ErrorResponse 423 if too much differs */
export async function planIndexEdit(index: IndexLog, end: number, lines: Lines): Promise<IndexPlan> {
  const { removals } = index;
  const head = await commonHead(index, end, lines);
  const tail = await commonTail(index, end, lines, head);
  const above = index.rowsBefore(head.position + 1, Math.min(CONTEXT, head.count));
  const present = new PresentRows(index, above);
  for (let page = head.next(); page.length > 0; page = head.next(page.at(-1)?.position)) {
    for (const row of page) if (row.position < tail.position) present.push(row);
    if ((page.at(-1)?.position ?? tail.position) >= tail.position) break;
    if (eventLoop.over()) await eventLoop.next();
  }
  const first = head.count - above.length;
  const wanted = new Part(lines, first, lines.length - tail.count);
  if (Math.abs(present.length - wanted.length) > MOST_ROWS) throw tooManyRows();
  const same = (old: number, next: number) =>
    present.key(old) === wanted.key(next) && present.at(old) === wanted.at(next);
  const differences = await eventLoop.inTurns(
    differing(present.length, wanted.length, same, () => {
      throw tooManyRows();
    }),
  );
  // What follows the last difference is shown, too.
  for (const row of index.rowsAfter(tail.position - 1, Math.min(CONTEXT, tail.count))) present.push(row);
  const diff = await eventLoop.inTurns(formatting(hunksOf(differences, present, wanted, first + 1)));
  const after = tail.count > 0 ? tail.position : (index.rowsAfter(end, 1)[0]?.position ?? Number.POSITIVE_INFINITY);
  const before = head.count > 0 ? head.position : Number.NEGATIVE_INFINITY;
  return { diff, removals, ...(await eventLoop.inTurns(placing(differences, present, wanted, before, after))) };
}

function tooManyRows(): ErrorResponse {
  return new ErrorResponse(
    423,
    octets`Over ${MOST_ROWS} rows leave or come in; confirm so large an edit in several parts.`,
  );
}

/** Finds places for the rows added: free positions between the rows that stay. Yields after each difference. */
function* placing(
  differences: readonly Difference[],
  present: PresentRows,
  wanted: Lines,
  before: number,
  after: number,
): Generator<undefined, Omit<IndexPlan, 'diff' | 'removals'>> {
  const leaving: Octets[] = [];
  const entering: Octets[] = [];
  const removed: number[] = [];
  const added: { position: number | undefined; row: Octets }[] = [];
  const crowded: { before: number; count: number }[] = [];
  let atEnd = false;
  for (const one of differences) {
    for (let n = one.oldAt; n < one.oldAt + one.removed; n++) {
      removed.push(present.position(n) ?? after);
      leaving.push(present.at(n) ?? octets``);
    }
    const coming = Array.from({ length: one.added }, (_, n) => wanted.at(one.newAt + n) ?? octets``);
    entering.push(...coming);
    const last = present.position(one.oldAt - 1) ?? before;
    const next = present.position(one.oldAt + one.removed) ?? after;
    const missing = coming.length - (next - last - 1);
    if (missing > 0) crowded.unshift({ before: next, count: missing });
    const isFree = Number.isFinite(next);
    const first = Number.isFinite(last) ? last + 1 : next - coming.length;
    added.push(...coming.map((row, n) => ({ position: isFree ? first + n : undefined, row })));
    atEnd ||= coming.length > 0 && !isFree;
    yield;
  }
  return { before: leaving, after: entering, removed, added, crowded, atEnd };
}

/**
 * Rows of the index that an edit may change, read again whenever they are looked at: only their positions and keys are
 * kept. Whoever changes the index meanwhile makes the plan void.
 */
class PresentRows implements Lines {
  length = 0;
  readonly #index: IndexLog;
  /** In pieces: where one array of a million grows, copying it takes 20 ms. */
  readonly #pieces: { readonly positions: Float64Array; readonly keys: Uint32Array }[] = [];
  /** rows that were read together, by their first number */
  readonly #pages = new LRUCache<number, readonly Row[]>({ max: PAGES });

  constructor(index: IndexLog, rows: readonly Row[]) {
    this.#index = index;
    for (const row of rows) this.push(row);
  }

  push({ position, row }: Row): void {
    const at = this.length++ % AT_ONCE;
    if (at === 0) this.#pieces.push({ positions: new Float64Array(AT_ONCE), keys: new Uint32Array(AT_ONCE) });
    const piece = this.#pieces.at(-1);
    if (piece === undefined) return;
    piece.positions[at] = position;
    piece.keys[at] = keyOf(row);
  }

  position(number: number): number | undefined {
    if (number < 0 || number >= this.length) return undefined;
    return this.#pieces[Math.floor(number / AT_ONCE)]?.positions[number % AT_ONCE];
  }

  at(number: number): Octets | undefined {
    return this.#page(number - (number % AT_ONCE))[number % AT_ONCE]?.row;
  }

  /** as of `KeptRows` */
  key(number: number): number {
    return this.#pieces[Math.floor(number / AT_ONCE)]?.keys[number % AT_ONCE] ?? 0;
  }

  #page(first: number): readonly Row[] {
    const last = Math.min(first + AT_ONCE, this.length) - 1;
    const known = this.#pages.get(first);
    // Rows may have been added since.
    if (known?.length === last - first + 1) return known;
    const rows = this.#index.rows(this.position(first) ?? 0, this.position(last) ?? 0);
    this.#pages.set(first, rows);
    return rows;
  }
}

/** Some of the lines, one after the other. */
class Part implements Lines {
  readonly length: number;
  readonly #lines: Lines;
  readonly #from: number;

  constructor(lines: Lines, from: number, to: number) {
    this.#lines = lines;
    this.#from = from;
    this.length = to - from;
  }

  at(number: number): Octets | undefined {
    return this.#lines.at(this.#from + number);
  }

  key(number: number): number {
    if (this.#lines instanceof KeptRows) return this.#lines.key(this.#from + number);
    return keyOf(this.at(number) ?? octets``);
  }
}

interface Common {
  readonly count: number;
  /** of the last row of the head; of the first of the tail */
  readonly position: number;
}

async function commonHead(
  index: IndexLog,
  end: number,
  lines: Lines,
): Promise<Common & { next(after?: number): Row[] }> {
  const upTo = (after: number) => index.rowsAfter(after, AT_ONCE).filter(({ position }) => position <= end);
  let position = index.start - 1;
  let count = 0;
  const found = () => ({ count, position, next: (after = position) => upTo(after) });
  for (let page = upTo(position); page.length > 0; page = upTo(position)) {
    for (const row of page) {
      if (lines.at(count) !== row.row) return found();
      position = row.position;
      count++;
    }
    if (eventLoop.over()) await eventLoop.next();
  }
  return found();
}

async function commonTail(index: IndexLog, end: number, lines: Lines, head: Common): Promise<Common> {
  let position = end + 1;
  let count = 0;
  for (let page = index.rowsBefore(position, AT_ONCE); page.length > 0; page = index.rowsBefore(position, AT_ONCE)) {
    for (const row of page.reverse()) {
      const isBehindHead = row.position > head.position && head.count + count < lines.length;
      if (!isBehindHead || lines.at(lines.length - 1 - count) !== row.row) return { count, position };
      position = row.position;
      count++;
    }
    if (eventLoop.over()) await eventLoop.next();
  }
  return { count, position };
}

/**
 * An edit of the index: which rows are removed, and which are added where. The index may have a million rows, so the
 * comparison shares the event loop with everything else, and only what differs is changed.
 */
import { eventLoop } from '../wire/fair-share.ts';
import { type Octets, octets } from '../wire/octets.ts';
import type { IndexLog, Row, RowChanges } from './index-log.ts';
import { Refusal } from './refusal.ts';
import { CONTEXT, type DiffLine, diffing, findingHunks, type Hunk } from './unified-diff.ts';

/** The most rows that one edit may remove or add: they change in one transaction. */
export const MOST_ROWS = 1000;
/** rows read together */
const AT_ONCE = 512;
/** rows compared between two yields */
const STRETCH = 4096;

export interface IndexPlan extends RowChanges {
  readonly hunks: readonly Hunk[];
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

/** Compares the rows up to position `end` with the lines to replace them. @throws Refusal 423 if too much differs */
export async function planIndexEdit(index: IndexLog, end: number, lines: readonly Octets[]): Promise<IndexPlan> {
  const { removals } = index;
  const head = await commonHead(index, end, lines);
  const tail = await commonTail(index, end, lines, head);
  const middle: Row[] = [];
  const present: Octets[] = [];
  for (let page = head.next(); page.length > 0; page = head.next(middle.at(-1)?.position)) {
    for (const row of page) {
      if (row.position >= tail.position) continue;
      middle.push(row);
      present.push(row.row);
    }
    if ((page.at(-1)?.position ?? tail.position) >= tail.position) break;
    if (eventLoop.over()) await eventLoop.next();
  }
  const wanted = lines.slice(head.count, lines.length - tail.count);
  if (Math.abs(middle.length - wanted.length) > MOST_ROWS) throw tooManyRows();
  const differing = await eventLoop.inTurns(
    diffing(present, wanted, () => {
      throw tooManyRows();
    }),
  );
  const context = (rows: readonly Row[]) => rows.map(({ row }): DiffLine => ({ sign: ' ', line: row }));
  const above = context(index.rowsBefore(head.position + 1, Math.min(CONTEXT, head.count)));
  const below = context(index.rowsAfter(tail.position - 1, Math.min(CONTEXT, tail.count)));
  const shown = above.concat(differing, below);
  const hunks = await eventLoop.inTurns(findingHunks(shown, head.count - above.length + 1));
  const after = tail.count > 0 ? tail.position : (index.rowsAfter(end, 1)[0]?.position ?? Number.POSITIVE_INFINITY);
  const before = head.count > 0 ? head.position : Number.NEGATIVE_INFINITY;
  return { hunks, removals, ...(await eventLoop.inTurns(placing(differing, middle, before, after))) };
}

function tooManyRows(): Refusal {
  return new Refusal(423, octets`Over ${MOST_ROWS} rows leave or come in; confirm so large an edit in several parts.`);
}

/** Finds places for the rows added: free positions between the rows that stay. Yields now and then. */
export function* placing(
  lines: readonly DiffLine[],
  middle: readonly Row[],
  before: number,
  after: number,
): Generator<undefined, Omit<IndexPlan, 'hunks' | 'removals'>> {
  const leaving: Octets[] = [];
  const entering: Octets[] = [];
  const removed: number[] = [];
  const added: { position: number | undefined; row: Octets }[] = [];
  const crowded: { before: number; count: number }[] = [];
  let coming: Octets[] = [];
  let last = before;
  let at = 0;
  const settle = (next: number) => {
    const missing = coming.length - (next - last - 1);
    if (missing > 0) crowded.unshift({ before: next, count: missing });
    const first = Number.isFinite(last) ? last + 1 : next - coming.length;
    const isFree = Number.isFinite(next);
    added.push(...coming.map((row, i) => ({ position: isFree ? first + i : undefined, row })));
    coming = [];
    last = next;
  };
  for (const [n, { sign, line }] of lines.entries()) {
    if (n % STRETCH === 0) yield;
    if (sign === '+') {
      coming.push(line);
      entering.push(line);
      continue;
    }
    const { position } = middle[at++] ?? { position: after };
    if (sign === ' ') settle(position);
    else {
      removed.push(position);
      leaving.push(line);
    }
  }
  const atEnd = coming.length > 0 && !Number.isFinite(after);
  settle(after);
  return { before: leaving, after: entering, removed, added, crowded, atEnd };
}

interface Common {
  readonly count: number;
  /** of the last row of the head; of the first of the tail */
  readonly position: number;
}

async function commonHead(
  index: IndexLog,
  end: number,
  lines: readonly Octets[],
): Promise<Common & { next(after?: number): Row[] }> {
  const upTo = (after: number) => index.rowsAfter(after, AT_ONCE).filter(({ position }) => position <= end);
  let position = index.start - 1;
  let count = 0;
  const found = () => ({ count, position, next: (after = position) => upTo(after) });
  for (let page = upTo(position); page.length > 0; page = upTo(position)) {
    for (const row of page) {
      if (lines[count] !== row.row) return found();
      position = row.position;
      count++;
    }
    if (eventLoop.over()) await eventLoop.next();
  }
  return found();
}

async function commonTail(index: IndexLog, end: number, lines: readonly Octets[], head: Common): Promise<Common> {
  let position = end + 1;
  let count = 0;
  for (let page = index.rowsBefore(position, AT_ONCE); page.length > 0; page = index.rowsBefore(position, AT_ONCE)) {
    for (const row of page.reverse()) {
      const isBehindHead = row.position > head.position && head.count + count < lines.length;
      if (!isBehindHead || lines[lines.length - 1 - count] !== row.row) return { count, position };
      position = row.position;
      count++;
    }
    if (eventLoop.over()) await eventLoop.next();
  }
  return { count, position };
}

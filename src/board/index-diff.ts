import { eventLoop } from '../wire/fair-share.ts';
import type { Octets } from '../wire/octets.ts';
import type { IndexLog, Row } from './index-log.ts';
import { CONTEXT, formatting, type Hunk, type Stretch } from './unified-diff.ts';

/** positions counted in one piece */
const COUNTED = 8192;

export interface NumberedRow extends Row {
  /** in the index, counted from 1 */
  readonly line: number;
}

/**
 * The diff for rows removed from the index, without labels. Reads only the rows that it shows: the index may have a
 * million. Yields after each hunk, and now and then.
 */
export function* rowDeletionDiff(index: IndexLog, rows: readonly NumberedRow[]): Generator<undefined, Octets> {
  const hunks: Hunk[] = [];
  let gone = 0;
  for (const group of groups(rows)) {
    const [first] = group;
    const last = group.at(-1);
    if (first === undefined || last === undefined) continue;
    const before = index.rowsBefore(first.position, CONTEXT);
    const deleted = new Set(group.map(({ position }) => position));
    const between = index.rows(first.position, last.position);
    const after = index.rowsAfter(last.position, CONTEXT);
    const shown = [...before, ...between, ...after];
    const file = shown.map(({ row }) => row);
    const stretches = shown.map(({ position }, at): Stretch => {
      return { sign: deleted.has(position) ? '-' : ' ', file, from: at, to: at + 1 };
    });
    const oldStart = first.line - before.length;
    hunks.push({ oldStart, newStart: oldStart - gone, stretches });
    gone += group.length;
    yield;
  }
  return yield* formatting(hunks);
}

/** Rows, ascending, with their places in the index. Valid while `index.removals` does not change. */
export async function numbered(index: IndexLog, rows: readonly Row[]): Promise<NumberedRow[]> {
  const found: NumberedRow[] = [];
  let line = 1;
  let from = index.start;
  for (const row of rows) {
    for (; from < row.position; from = Math.min(from + COUNTED, row.position)) {
      line += index.countBetween(from, Math.min(from + COUNTED, row.position));
      if (eventLoop.over()) await eventLoop.next();
    }
    found.push({ ...row, line });
  }
  return found;
}

/** Rows whose contexts touch share a hunk. */
function groups(rows: readonly NumberedRow[]): NumberedRow[][] {
  const found: NumberedRow[][] = [];
  for (const row of rows) {
    const group = found.at(-1);
    const last = group?.at(-1);
    if (group !== undefined && last !== undefined && row.line - last.line <= 2 * CONTEXT + 1) group.push(row);
    else found.push([row]);
  }
  return found;
}

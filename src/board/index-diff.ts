import { eventLoop } from '../wire/fair-share.ts';
import type { IndexLog, Row } from './index-log.ts';
import { CONTEXT, type Hunk } from './unified-diff.ts';

/** positions counted in one piece */
const COUNTED = 8192;

export interface NumberedRow extends Row {
  /** in the index, counted from 1 */
  readonly line: number;
}

/** The hunks for rows removed from the index. Reads only the rows that the diff shows: the index may have a million. */
export function rowDeletionHunks(index: IndexLog, rows: readonly NumberedRow[]): Hunk[] {
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
    const lines = [...before, ...between, ...after].map(({ position, row }) => ({
      sign: deleted.has(position) ? ('-' as const) : (' ' as const),
      line: row,
    }));
    const oldStart = first.line - before.length;
    hunks.push({ oldStart, newStart: oldStart - gone, lines });
    gone += group.length;
  }
  return hunks;
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

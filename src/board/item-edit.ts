/**
 * An edit or a withdrawal of an item, prepared before its transaction: the item may be long, and so may its diff, so
 * the work shares the event loop with everything else. The transaction makes sure that the item is still what it was.
 */
import { eventLoop } from '../wire/fair-share.ts';
import { inChunks } from '../wire/long-text.ts';
import { type Octets, octets } from '../wire/octets.ts';
import { ErrorResponse } from './error-response.ts';
import { type NumberedRow, numbered, rowDeletionDiff } from './index-diff.ts';
import { MOST_ROWS } from './index-edit.ts';
import type { IndexLog } from './index-log.ts';
import { fileOf, type StoredItem, subjectOf } from './items.ts';
import { diffing } from './unified-diff.ts';

/** Stands for the new status line, which has a number that only the transaction gives. No line is like it. */
const STATUS = octets`\n`;

export interface ItemPlan {
  readonly itemId: string;
  /** the item's file that was compared */
  readonly before: Octets;
  readonly subject: Octets;
  /** the whole new text */
  readonly text: Octets;
  /** without labels. @param status the new status line */
  diff(status: Octets): Octets;
}

export interface WithdrawalPlan {
  readonly itemId: string;
  /** the item's file that was compared, and its rows */
  readonly before: Octets;
  readonly rows: readonly NumberedRow[];
  /** without labels */
  readonly diff: Octets;
  readonly indexDiff: Octets;
  /** `index.removals` when the rows were counted */
  readonly removals: number;
}

/** Compares an item with one that has `text` instead of `sent`, with which it began. @throws ErrorResponse 423 */
export async function planItemEdit(item: StoredItem, sent: Octets, text: Octets): Promise<ItemPlan> {
  const subject = subjectOf(text);
  if (subject === undefined) throw new ErrorResponse(423, octets`Subject line missing from edited version.`);
  // The cookie marks the beginning of the first contribution.
  if (!/^\^[0-9A-Fa-f]{8} [0-9A-Fa-f]{8}\n/.test(text)) {
    throw new ErrorResponse(423, octets`Magic cookie missing from the start of the edited version.`);
  }
  if (!item.text.startsWith(sent)) {
    throw new ErrorResponse(423, octets`The item has changed since EDIT; abort, and edit it again.`);
  }
  const before = fileOf(item);
  const whole = text.concat(item.text.slice(sent.length));
  const [old, present] = [await linesOf(before), await linesOf(whole)];
  const diff = await eventLoop.inTurns(diffing(old, [STATUS, ...present]));
  return { itemId: item.id, before, subject, text: whole, diff: (status) => withStatus(diff, status) };
}

/** @throws ErrorResponse 423 if the item has too many rows */
export async function planWithdrawal(index: IndexLog, item: StoredItem): Promise<WithdrawalPlan> {
  const { removals } = index;
  const found = index.rowsOfItem(item.id, MOST_ROWS + 1);
  if (found.length > MOST_ROWS) {
    throw new ErrorResponse(
      423,
      octets`The item has over ${MOST_ROWS} rows in the index; take some out with EDIX first.`,
    );
  }
  const rows = await numbered(index, found);
  const indexDiff = await eventLoop.inTurns(rowDeletionDiff(index, rows));
  const before = fileOf(item);
  const diff = await eventLoop.inTurns(diffing(await linesOf(before), []));
  return { itemId: item.id, before, rows, indexDiff, diff, removals };
}

/** In turns: an item that came from another board may have a megabyte. */
async function linesOf(text: Octets): Promise<Octets[]> {
  const lines: Octets[] = [];
  for (const chunk of inChunks(text)) {
    if (eventLoop.over()) await eventLoop.next();
    for (const line of chunk.split('\n').slice(0, -1)) lines.push(line);
  }
  return lines;
}

/** Every line of a diff has a sign, so the only empty line is half of the one that stands for the status. */
function withStatus(diff: Octets, status: Octets): Octets {
  const at = diff.indexOf('\n\n');
  return octets`${diff.slice(0, at)}${status}${diff.slice(at + 1)}`;
}

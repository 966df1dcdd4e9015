import { formatEditLogEntry } from '../rgtp/edit-log.ts';
import { formatHex32 } from '../rgtp/hex.ts';
import { formatIndexEntry } from '../rgtp/index-entry.ts';
import { formatTime } from '../rgtp/item-format.ts';
import { formatItemStatus } from '../rgtp/item-status.ts';
import { ascii, join, type Octets, octets } from '../wire/octets.ts';
import { ErrorResponse, noSuchItem } from './error-response.ts';
import { type NumberedRow, numbered, rowDeletionHunks } from './index-diff.ts';
import { type IndexPlan, MOST_ROWS, planIndexEdit } from './index-edit.ts';
import { BLOCK } from './index-log.ts';
import { type StoredItem, subjectOf } from './items.ts';
import type { Records } from './records.ts';
import { formatDiff, type Hunk, hunksBetween, type Lines } from './unified-diff.ts';

/** The edit that EDIT or EDIX opened. */
export type EditInProgress = ItemEdit | IndexEdit;

export interface ItemEdit {
  readonly kind: 'item';
  readonly itemId: string;
  /** the text EDIT sent. What follows it in the item at EDCF was added in the meantime. */
  readonly text: Octets;
}

export interface IndexEdit {
  readonly kind: 'index';
  /** position of the last row EDIX sent: rows may move */
  end: number;
}

/** The editor, and the reason given. */
export interface Editor {
  readonly userid: Octets;
  readonly reason: Octets;
}

interface Change extends Editor {
  readonly sequence: number;
  /** unix seconds */
  readonly time: number;
}

/**
 * What editors change (RGTP 2.2.18, 2.2.20). Each change is one transaction of item, index, edit log, diff and audit
 * entry, on disk once the promise resolves with its sequence number.
 */
export class Editing {
  readonly #records: Records;

  constructor(records: Records) {
    this.#records = records;
  }

  /**
   * Replaces what EDIT sent by `text`. Replies and marks added since follow it.
   * @throws ErrorResponse 410 or 423
   */
  replaceItem(edit: ItemEdit, text: Octets, editor: Editor): Promise<number> {
    const records = this.#records;
    return records.commit(() => {
      const item = records.items.read(edit.itemId);
      if (item === undefined) throw noSuchItem(edit.itemId);
      const subject = subjectOf(text);
      if (subject === undefined) throw new ErrorResponse(423, octets`Subject line missing from edited version.`);
      // The cookie marks the beginning of the first contribution.
      if (!/^\^[0-9A-Fa-f]{8} [0-9A-Fa-f]{8}\n/.test(text)) {
        throw new ErrorResponse(423, octets`Magic cookie missing from the start of the edited version.`);
      }
      if (!item.text.startsWith(edit.text))
        throw new ErrorResponse(423, octets`The item has changed since EDIT; abort, and edit it again.`);
      const change = { ...editor, ...records.stamp() };
      const { itemId } = edit;
      const edited = {
        ...item,
        subject,
        lastEdit: change.sequence,
        text: text.concat(item.text.slice(edit.text.length)),
      };
      const [before, after] = [fileOf(item), fileOf(edited)];
      records.items.write(edited);
      const { sequence, time, userid } = change;
      records.index.append(formatIndexEntry({ sequence, time, itemId, userid, type: 'E', subject }));
      this.#log('edited', itemId, change);
      this.#diff(itemId, itemId, 'Edited', change, hunksBetween(linesOf(before), linesOf(after)));
      records.audit.add({ ...change, action: 'edit', item: itemId, before, after });
      return sequence;
    });
  }

  /** Removes an item and all its rows. @throws ErrorResponse 410, 423 */
  async withdrawItem({ itemId }: ItemEdit, editor: Editor): Promise<number> {
    const { index } = this.#records;
    for (;;) {
      const { removals } = index;
      const [past] = index.rowsOfItem(itemId, MOST_ROWS + 1).slice(MOST_ROWS);
      if (past !== undefined) {
        throw new ErrorResponse(
          423,
          octets`The item has over ${MOST_ROWS} rows in the index; take some out with EDIX first.`,
        );
      }
      const rows = await numbered(index, index.rowsOfItem(itemId, MOST_ROWS));
      const sequence = await this.#withdraw(itemId, editor, rows, removals);
      if (sequence !== undefined) return sequence;
    }
  }

  /** `undefined`: the rows have changed in the meantime. */
  #withdraw(
    itemId: string,
    editor: Editor,
    rows: readonly NumberedRow[],
    removals: number,
  ): Promise<number | undefined> {
    const records = this.#records;
    return records.commit(() => {
      const item = records.items.read(itemId);
      if (item === undefined) throw noSuchItem(itemId);
      const found = records.index.rowsOfItem(itemId, MOST_ROWS + 1);
      if (records.index.removals !== removals || found.length !== rows.length) return undefined;
      const change = { ...editor, ...records.stamp() };
      const before = fileOf(item);
      this.#log('withdrawn', itemId, change);
      this.#diff(undefined, itemId, 'Withdrawn', change, rowDeletionHunks(records.index, rows));
      this.#diff(itemId, itemId, 'Withdrawn', change, hunksBetween(linesOf(before), []));
      records.items.remove(itemId);
      records.index.removeItem(itemId);
      const removed = linesFrom(rows.map(({ row }) => row));
      records.audit.add({ ...change, action: 'withdraw', item: itemId, before: before.concat(removed) });
      return change.sequence;
    });
  }

  /** Replaces the rows EDIX sent by others. Rows added since follow them. @throws ErrorResponse 423 */
  async replaceIndex(edit: IndexEdit, rows: Lines, editor: Editor): Promise<number> {
    for (;;) {
      const plan = await planIndexEdit(this.#records.index, edit.end, rows);
      for (const { before, count } of plan.crowded) await this.#makeRoom(edit, before, count);
      const sequence = plan.crowded.length > 0 ? undefined : await this.#changeIndex(edit, plan, editor);
      if (sequence !== undefined) return sequence;
    }
  }

  /** Moves the rows from position `from` on, a few at a time. Nobody notices: only their order is visible. */
  async #makeRoom(edit: IndexEdit, from: number, count: number): Promise<void> {
    const { index } = this.#records;
    const blocks = Math.ceil(count / BLOCK);
    let to: number | undefined;
    do {
      const end: number | undefined = to;
      to = await this.#records.commit((): number | undefined => index.makeRoom(from, end, blocks));
    } while (to !== undefined);
    if (edit.end >= from) edit.end += blocks * BLOCK;
  }

  /** `undefined`: the rows have changed in the meantime. */
  #changeIndex(edit: IndexEdit, plan: IndexPlan, editor: Editor): Promise<number | undefined> {
    const records = this.#records;
    return records.commit(() => {
      const isStale = plan.atEnd && records.index.rowsAfter(edit.end, 1).length > 0;
      if (isStale || records.index.removals !== plan.removals) return undefined;
      const change = { ...editor, ...records.stamp() };
      this.#log('index', undefined, change);
      this.#diff(undefined, 'index', 'Edited', change, plan.hunks);
      const [before, after] = [linesFrom(plan.before), linesFrom(plan.after)];
      records.audit.add({ ...change, action: 'edit-index', before, after });
      records.index.change(plan);
      return change.sequence;
    });
  }

  /** @param text lines ended by LF, carets doubled */
  setMotd(text: Octets, userid: Octets): Promise<number> {
    const records = this.#records;
    return records.commit(() => {
      const { sequence, time } = records.stamp();
      const before = records.state.motd?.text ?? octets``;
      records.state.motd = { sequence, time, text };
      records.index.append(
        formatIndexEntry({ sequence, time, itemId: undefined, userid, type: 'M', subject: octets`` }),
      );
      records.audit.add({ time, userid, action: 'motd', sequence, before, after: text });
      return sequence;
    });
  }

  #log(kind: 'edited' | 'withdrawn' | 'index', itemId: string | undefined, change: Change): void {
    const { userid, sequence, time, reason } = change;
    const entry = formatEditLogEntry({ kind, itemId, userid, when: formatTime(time), sequence, reason: [reason] });
    this.#records.editLog.append(time, linesFrom(entry));
  }

  #diff(
    item: string | undefined,
    label: string,
    what: 'Edited' | 'Withdrawn',
    change: Change,
    hunks: readonly Hunk[],
  ): void {
    const { sequence, time } = change;
    const labels = {
      before: octets`${ascii(label)} Before ${formatHex32(sequence)} ${formatHex32(time)}`,
      after: octets`${ascii(label)} ${ascii(what)} at ${formatTime(time)}`,
    };
    const text = formatDiff(labels, hunks);
    if (text !== '') this.#records.diffs.append(item, time, text);
  }
}

/** An item in the form of groggsd's files and of ITEM. */
export function fileOf(item: StoredItem): Octets {
  return octets`${formatItemStatus(item)}\n${item.text}`;
}

function linesOf(text: Octets): Octets[] {
  return text.split('\n').slice(0, -1);
}

function linesFrom(lines: readonly Octets[]): Octets {
  return join(
    lines.map((line) => octets`${line}\n`),
    octets``,
  );
}

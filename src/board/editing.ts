import { formatEditLogEntry } from '../rgtp/edit-log.ts';
import { formatHex32 } from '../rgtp/hex.ts';
import { formatIndexEntry } from '../rgtp/index-entry.ts';
import { formatTime } from '../rgtp/item-format.ts';
import { formatItemStatus } from '../rgtp/item-status.ts';
import { ascii, join, type Octets, octets } from '../wire/octets.ts';
import { rowDeletionHunks } from './index-diff.ts';
import { type StoredItem, subjectOf } from './items.ts';
import type { Records } from './records.ts';
import { noSuchItem, Refusal } from './refusal.ts';
import { diffLines, formatDiff, type Hunk, hunksOf } from './unified-diff.ts';

/** The edit that EDIT or EDIX opened. */
export type EditInProgress = ItemEdit | IndexEdit;

export interface ItemEdit {
  readonly kind: 'item';
  readonly itemId: string;
  /** the text EDIT sent. What follows it in the item at EDCF was added meanwhile. */
  readonly text: Octets;
}

export interface IndexEdit {
  readonly kind: 'index';
  /** position of the last row EDIX sent */
  readonly end: number;
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
   * @throws Refusal 410 or 423
   */
  replaceItem(edit: ItemEdit, text: Octets, editor: Editor): Promise<number> {
    const records = this.#records;
    return records.commit(() => {
      const item = records.items.read(edit.itemId);
      if (item === undefined) throw noSuchItem(edit.itemId);
      const subject = subjectOf(text);
      if (subject === undefined) throw new Refusal(423, octets`Subject line missing from edited version.`);
      // The cookie marks where the first contribution begins.
      if (!/^\^[0-9A-Fa-f]{8} [0-9A-Fa-f]{8}\n/.test(text)) {
        throw new Refusal(423, octets`Magic cookie missing from the start of the edited version.`);
      }
      if (!item.text.startsWith(edit.text))
        throw new Refusal(423, octets`The item has changed since EDIT; abort, and edit it again.`);
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
      this.#diff(itemId, itemId, 'Edited', change, hunksOf(diffLines(linesOf(before), linesOf(after))));
      records.audit.add({ ...change, action: 'edit', item: itemId, before, after });
      return sequence;
    });
  }

  /** Removes an item and all its rows. @throws Refusal 410 */
  withdrawItem(edit: ItemEdit, editor: Editor): Promise<number> {
    const records = this.#records;
    return records.commit(() => {
      const { itemId } = edit;
      const item = records.items.read(itemId);
      if (item === undefined) throw noSuchItem(itemId);
      const change = { ...editor, ...records.stamp() };
      const before = fileOf(item);
      const rows = records.index.rowsOfItem(itemId);
      this.#log('withdrawn', itemId, change);
      this.#diff(undefined, itemId, 'Withdrawn', change, rowDeletionHunks(records.index, rows));
      this.#diff(itemId, itemId, 'Withdrawn', change, hunksOf(diffLines(linesOf(before), [])));
      records.items.remove(itemId);
      records.index.removeItem(itemId);
      const removed = linesFrom(rows.map(({ row }) => row));
      records.audit.add({ ...change, action: 'withdraw', item: itemId, before: before.concat(removed) });
      return change.sequence;
    });
  }

  /** Replaces the rows EDIX sent by `text` (rows ended by LF). Rows made since follow them. */
  replaceIndex(edit: IndexEdit, text: Octets, editor: Editor): Promise<number> {
    const records = this.#records;
    return records.commit(() => {
      const change = { ...editor, ...records.stamp() };
      const rows = linesOf(text);
      const lines = diffLines(
        records.index.rows(1, edit.end).map(({ row }) => row),
        rows,
      );
      this.#log('index', undefined, change);
      this.#diff(undefined, 'index', 'Edited', change, hunksOf(lines));
      const changed = (sign: '-' | '+') =>
        linesFrom(lines.filter((line) => line.sign === sign).map(({ line }) => line));
      records.audit.add({ ...change, action: 'edit-index', before: changed('-'), after: changed('+') });
      records.index.replace(edit.end, rows);
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

  #diff(item: string | undefined, label: string, what: 'Edited' | 'Withdrawn', change: Change, hunks: Hunk[]): void {
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

import { formatEditLogEntry } from '../rgtp/edit-log.ts';
import { formatHex32 } from '../rgtp/hex.ts';
import { formatIndexEntry } from '../rgtp/index-entry.ts';
import { formatTime } from '../rgtp/item-format.ts';
import { formatItemStatus } from '../rgtp/item-status.ts';
import type { Octets } from '../wire/octets.ts';
import { rowDeletionHunks } from './index-diff.ts';
import { type StoredItem, subjectOf } from './items.ts';
import { Refusal } from './refusal.ts';
import type { BoardStore } from './store.ts';
import { diffLines, formatDiff, type Hunk, hunksOf } from './unified-diff.ts';

/** What EDIT or EDIX opened. */
export type EditInProgress = ItemEdit | IndexEdit;

export interface ItemEdit {
  readonly kind: 'item';
  readonly itemId: string;
  /** the text EDIT sent: what stands after it in the item by EDCF was added meanwhile */
  readonly text: Octets;
}

export interface IndexEdit {
  readonly kind: 'index';
  /** position of the last row EDIX sent */
  readonly end: number;
}

/** Who edits, and why. */
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
 * What editors change (RGTP 2.2.18, 2.2.20). Each change is one: item, index, edit log, diff and audit entry are on
 * disk together once the promise resolves with the sequence number.
 */
export class Editing {
  readonly #store: BoardStore;

  constructor(store: BoardStore) {
    this.#store = store;
  }

  /**
   * `text` takes the place of what EDIT sent; replies and marks that came since follow it.
   * @throws Refusal 410 or 423
   */
  replaceItem(edit: ItemEdit, text: Octets, editor: Editor): Promise<number> {
    const store = this.#store;
    return store.commit(() => {
      const item = store.items.read(edit.itemId);
      if (item === undefined) throw gone(edit.itemId);
      const subject = subjectOf(text);
      if (subject === undefined) throw new Refusal(423, 'Subject line missing from edited version.');
      // Without a cookie nobody could tell where the first contribution begins.
      if (!/^\^[0-9A-Fa-f]{8} [0-9A-Fa-f]{8}\n/.test(text)) {
        throw new Refusal(423, 'Magic cookie missing from the start of the edited version.');
      }
      if (!item.text.startsWith(edit.text))
        throw new Refusal(423, 'The item has changed since EDIT; abort, and edit it again.');
      const change = { ...editor, ...store.stamp() };
      const { itemId } = edit;
      const edited = { ...item, subject, lastEdit: change.sequence, text: text + item.text.slice(edit.text.length) };
      const [before, after] = [fileOf(item), fileOf(edited)];
      store.items.write(edited);
      const { sequence, time, userid } = change;
      store.index.append(formatIndexEntry({ sequence, time, itemId, userid, type: 'E', subject }));
      this.#log('edited', itemId, change);
      this.#diff(itemId, itemId, 'Edited', change, hunksOf(diffLines(linesOf(before), linesOf(after))));
      store.audit.add({ ...change, action: 'edit', item: itemId, before, after });
      return sequence;
    });
  }

  /** The item and every row of it go. @throws Refusal 410 */
  withdrawItem(edit: ItemEdit, editor: Editor): Promise<number> {
    const store = this.#store;
    return store.commit(() => {
      const { itemId } = edit;
      const item = store.items.read(itemId);
      if (item === undefined) throw gone(itemId);
      const change = { ...editor, ...store.stamp() };
      const before = fileOf(item);
      const rows = store.index.rowsOfItem(itemId);
      this.#log('withdrawn', itemId, change);
      this.#diff(undefined, itemId, 'Withdrawn', change, rowDeletionHunks(store.index, rows));
      this.#diff(itemId, itemId, 'Withdrawn', change, hunksOf(diffLines(linesOf(before), [])));
      store.items.remove(itemId);
      store.index.removeItem(itemId);
      const removed = rows.map(({ row }) => `${row}\n`).join('');
      store.audit.add({ ...change, action: 'withdraw', item: itemId, before: before + removed });
      return change.sequence;
    });
  }

  /** `text` (rows ended by LF) takes the place of the rows EDIX sent; rows made since follow them. */
  replaceIndex(edit: IndexEdit, text: Octets, editor: Editor): Promise<number> {
    const store = this.#store;
    return store.commit(() => {
      const change = { ...editor, ...store.stamp() };
      const rows = linesOf(text);
      const lines = diffLines(
        store.index.rows(1, edit.end).map(({ row }) => row),
        rows,
      );
      this.#log('index', undefined, change);
      this.#diff(undefined, 'index', 'Edited', change, hunksOf(lines));
      const changed = (sign: '-' | '+') => lines.map((line) => (line.sign === sign ? `${line.line}\n` : '')).join('');
      store.audit.add({ ...change, action: 'edit-index', before: changed('-'), after: changed('+') });
      store.index.replace(edit.end, rows);
      return change.sequence;
    });
  }

  /** @param text lines ended by LF, carets doubled */
  setMotd(text: Octets, userid: Octets): Promise<number> {
    const store = this.#store;
    return store.commit(() => {
      const { sequence, time } = store.stamp();
      const before = store.state.motd?.text ?? '';
      store.state.motd = { sequence, time, text };
      store.index.append(formatIndexEntry({ sequence, time, itemId: undefined, userid, type: 'M', subject: '' }));
      store.audit.add({ time, userid, action: 'motd', sequence, before, after: text });
      return sequence;
    });
  }

  #log(kind: 'edited' | 'withdrawn' | 'index', itemId: string | undefined, change: Change): void {
    const { userid, sequence, time, reason } = change;
    const entry = formatEditLogEntry({ kind, itemId, userid, when: formatTime(time), sequence, reason: [reason] });
    this.#store.editLog.append(time, `${entry.join('\n')}\n`);
  }

  #diff(item: string | undefined, label: string, what: 'Edited' | 'Withdrawn', change: Change, hunks: Hunk[]): void {
    const { sequence, time } = change;
    const labels = {
      before: `${label} Before ${formatHex32(sequence)} ${formatHex32(time)}`,
      after: `${label} ${what} at ${formatTime(time)}`,
    };
    const text = formatDiff(labels, hunks);
    if (text !== '') this.#store.diffs.append(item, time, text);
  }
}

/** An item as groggsd keeps it in a file, and ITEM sends it. */
export function fileOf(item: StoredItem): Octets {
  return `${formatItemStatus(item)}\n${item.text}`;
}

function linesOf(text: Octets): Octets[] {
  return text.split('\n').slice(0, -1);
}

function gone(itemId: string): Refusal {
  return new Refusal(410, `Item ${itemId} does not exist or has been archived.`);
}

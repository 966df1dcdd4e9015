import { formatEditLogEntry } from '../rgtp/edit-log.ts';
import { formatHex32 } from '../rgtp/hex.ts';
import { formatIndexEntry } from '../rgtp/index-entry.ts';
import { formatTime } from '../rgtp/item-format.ts';
import { formatItemStatus } from '../rgtp/item-status.ts';
import { ascii, join, type Octets, octets } from '../wire/octets.ts';
import { noSuchItem } from './error-response.ts';
import { type IndexPlan, planIndexEdit } from './index-edit.ts';
import { BLOCK } from './index-log.ts';
import { type ItemPlan, planItemEdit, planWithdrawal, type WithdrawalPlan } from './item-edit.ts';
import { fileOf, type StoredItem } from './items.ts';
import type { Records } from './records.ts';
import { type Lines, labelled } from './unified-diff.ts';

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
  async replaceItem({ itemId, text: sent }: ItemEdit, text: Octets, editor: Editor): Promise<number> {
    for (;;) {
      const plan = await planItemEdit(this.#item(itemId), sent, text);
      const sequence = await this.#changeItem(plan, editor);
      if (sequence !== undefined) return sequence;
      // Somebody replied meanwhile. That ends: an item takes no more than so much.
    }
  }

  /** `undefined`: the item has changed in the meantime. */
  #changeItem(plan: ItemPlan, editor: Editor): Promise<number | undefined> {
    const records = this.#records;
    return records.commit(() => {
      const { itemId, subject, text } = plan;
      const item = this.#item(itemId);
      if (fileOf(item) !== plan.before) return undefined;
      const change = { ...editor, ...records.stamp() };
      const edited = { ...item, subject, lastEdit: change.sequence, text };
      records.items.write(edited);
      const { sequence, time, userid } = change;
      records.index.append(formatIndexEntry({ sequence, time, itemId, userid, type: 'E', subject }));
      this.#log('edited', itemId, change);
      this.#diff(itemId, itemId, 'Edited', change, plan.diff(formatItemStatus(edited)));
      records.audit.add({ ...change, action: 'edit', item: itemId, before: plan.before, after: fileOf(edited) });
      return sequence;
    });
  }

  /** Removes an item and all its rows. @throws ErrorResponse 410, 423 */
  async withdrawItem({ itemId }: ItemEdit, editor: Editor): Promise<number> {
    for (;;) {
      const plan = await planWithdrawal(this.#records.index, this.#item(itemId));
      const sequence = await this.#withdraw(plan, editor);
      if (sequence !== undefined) return sequence;
    }
  }

  /** `undefined`: the item or the rows have changed in the meantime. */
  #withdraw(plan: WithdrawalPlan, editor: Editor): Promise<number | undefined> {
    const records = this.#records;
    return records.commit(() => {
      const { itemId, before, rows } = plan;
      if (fileOf(this.#item(itemId)) !== before || records.index.removals !== plan.removals) return undefined;
      if (records.index.countOfItem(itemId) !== rows.length) return undefined;
      const change = { ...editor, ...records.stamp() };
      this.#log('withdrawn', itemId, change);
      this.#diff(undefined, itemId, 'Withdrawn', change, plan.indexDiff);
      this.#diff(itemId, itemId, 'Withdrawn', change, plan.diff);
      records.items.remove(itemId);
      records.index.removeItem(itemId);
      const removed = linesFrom(rows.map(({ row }) => row));
      records.audit.add({ ...change, action: 'withdraw', item: itemId, before: before.concat(removed) });
      return change.sequence;
    });
  }

  /** @throws ErrorResponse 410 */
  #item(itemId: string): StoredItem {
    const item = this.#records.items.read(itemId);
    if (item === undefined) throw noSuchItem(itemId);
    return item;
  }

  /** Replaces the rows EDIX sent by others. Rows added since follow them. @throws ErrorResponse 423 */
  async replaceIndex(edit: IndexEdit, rows: Lines, editor: Editor): Promise<number> {
    for (;;) {
      const plan = await planIndexEdit(this.#records.index, edit.end, rows);
      await this.#makeRoom(edit, plan.crowded);
      const sequence = plan.crowded.length > 0 ? undefined : await this.#changeIndex(edit, plan, editor);
      if (sequence !== undefined) return sequence;
    }
  }

  /**
   * Moves the rows from the first crowded place on, a few at a time, each of them once: behind all places by what all of
   * them need, between two of them by what those before need. Nobody notices: only their order is visible.
   * @param crowded last first
   */
  async #makeRoom(edit: IndexEdit, crowded: IndexPlan['crowded']): Promise<void> {
    const { index } = this.#records;
    const blocksFor = (count: number) => Math.ceil(count / BLOCK);
    let blocks = crowded.reduce((sum, { count }) => sum + blocksFor(count), 0);
    let to: number | undefined;
    for (const { before: from, count } of crowded) {
      const isEnd = edit.end >= from && edit.end <= (to ?? edit.end);
      let rest: number | undefined = to;
      do {
        const end: number | undefined = rest;
        const by = blocks;
        rest = await this.#records.commit((): number | undefined => index.makeRoom(from, end, by));
      } while (rest !== undefined);
      if (isEnd) edit.end += blocks * BLOCK;
      blocks -= blocksFor(count);
      to = from - 1;
    }
  }

  /** `undefined`: the rows have changed in the meantime. */
  #changeIndex(edit: IndexEdit, plan: IndexPlan, editor: Editor): Promise<number | undefined> {
    const records = this.#records;
    return records.commit(() => {
      const isStale = plan.atEnd && records.index.rowsAfter(edit.end, 1).length > 0;
      if (isStale || records.index.removals !== plan.removals) return undefined;
      const change = { ...editor, ...records.stamp() };
      this.#log('index', undefined, change);
      this.#diff(undefined, 'index', 'Edited', change, plan.diff);
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

  #diff(item: string | undefined, label: string, what: 'Edited' | 'Withdrawn', change: Change, diff: Octets): void {
    const { sequence, time } = change;
    const labels = {
      before: octets`${ascii(label)} Before ${formatHex32(sequence)} ${formatHex32(time)}`,
      after: octets`${ascii(label)} ${ascii(what)} at ${formatTime(time)}`,
    };
    const text = labelled(labels, diff);
    if (text !== '') this.#records.diffs.append(item, time, text);
  }
}

function linesFrom(lines: readonly Octets[]): Octets {
  return join(
    lines.map((line) => octets`${line}\n`),
    octets``,
  );
}

import { RgtpError } from '../../rgtp/errors.ts';
import { parseIndexEntry } from '../../rgtp/index-entry.ts';
import { doubleSpurgeCarets } from '../../rgtp/item.ts';
import { formatItemStatus, parseItemStatus } from '../../rgtp/item-status.ts';
import { ascii, join, type Octets, octets } from '../../wire/octets.ts';
import { messageOf } from '../../wire/trouble.ts';
import { itemFromElsewhere, type StoredItem } from '../items.ts';
import type { BoardStore } from '../store.ts';
import type { Copying } from './copying.ts';
import { isLoss, type OriginBoard } from './origin.ts';
import { TooLargeError, wholeText } from './whole-text.ts';

/** items asked for together */
const BATCH = 64;
/** times that the connection may end at one item before the item is left out */
const TRIES = 3;
/** items that others refer to and the index lacks: a board could make these up without end */
const MOST_UNINDEXED = 1000;

/** Whether items were changed to fit. */
export interface Reformed {
  status: boolean;
  carets: boolean;
}

/** Fetches the items and diffs that are wanted. */
export class CopiedTexts {
  readonly #store: BoardStore;
  readonly #board: OriginBoard;
  readonly #copying: Copying;
  readonly #reformed: Reformed;
  /** items at which the connection ended, and how often; the latest is fetched alone */
  readonly #suspects = new Map<string, number>();
  #suspect: string | undefined;
  #unindexed = 0;

  constructor(store: BoardStore, board: OriginBoard, copying: Copying, reformed: Reformed) {
    this.#store = store;
    this.#board = board;
    this.#copying = copying;
    this.#reformed = reformed;
  }

  async fetch(onProgress: (done: number, total: number) => void): Promise<void> {
    const total = this.#copying.count('ITEM');
    for (let left = total; left > 0; left = this.#copying.count('ITEM')) {
      await this.#fetchSome(this.#suspect === undefined ? this.#copying.next('ITEM', BATCH) : [this.#suspect]);
      onProgress(Math.max(0, total - this.#copying.count('ITEM')), total);
    }
    for (let [item] = this.#copying.next('DIFF', 1); item !== undefined; [item] = this.#copying.next('DIFF', 1)) {
      await this.#fetchDiff(item);
    }
  }

  async #fetchSome(ids: readonly string[]): Promise<void> {
    const connection = await this.#board.connection();
    const answers = await Promise.allSettled(ids.map((id) => wholeText(connection, 'ITEM', ascii(id))));
    const isSpurge = connection.dialect === 'spurge';
    this.#suspect = undefined;
    await this.#store.commit(() => {
      for (const [i, id] of ids.entries()) {
        const answer = answers[i];
        if (answer?.status === 'fulfilled') this.#take(id, answer.value, isSpurge);
        else if (!this.#refused(id, answer?.reason, connection.usable)) break;
      }
    });
    this.#board.check();
  }

  /** Returns false if the connection ended, so that what follows was not answered. */
  #refused(id: string, error: unknown, usable: boolean): boolean {
    if (!(error instanceof RgtpError) && !(error instanceof TooLargeError)) throw error;
    if (error instanceof RgtpError && error.kind === 'no-such-item') {
      this.#store.items.remove(id);
      this.#copying.answered('ITEM', id);
      return true;
    }
    if (!isLoss(error) || usable) {
      this.#copying.answered('ITEM', id, error.message);
      return usable;
    }
    const times = (this.#suspects.get(id) ?? 0) + 1;
    this.#suspects.set(id, times);
    if (times >= TRIES) this.#copying.answered('ITEM', id, `the connection ended each time: ${error.message}`);
    else this.#suspect = id;
    return false;
  }

  #take(id: string, data: Octets, isSpurge: boolean): void {
    let item: StoredItem;
    try {
      item = this.#itemFrom(id, data, isSpurge);
    } catch (error) {
      this.#copying.answered('ITEM', id, messageOf(error));
      return;
    }
    this.#store.items.write(item);
    this.#suspects.delete(id);
    this.#copying.answered('ITEM', id);
    for (const other of [item.continuedFrom, item.continuedIn]) if (other !== undefined) this.#wantLinked(other);
  }

  #itemFrom(id: string, data: Octets, isSpurge: boolean): StoredItem {
    const end = data.indexOf('\n');
    const line = data.slice(0, Math.max(0, end));
    const status = parseItemStatus(line);
    let text = data.slice(end + 1);
    if (isSpurge) {
      const lines = data.split('\n');
      const doubled = join(doubleSpurgeCarets(lines, (sequence) => this.#timeOf(id, sequence)).slice(1), octets`\n`);
      if (doubled !== text) this.#reformed.carets = true;
      text = doubled;
    }
    const item = itemFromElsewhere(id, status, text);
    if (formatItemStatus(status) !== line) this.#reformed.status = true;
    return item;
  }

  /** The time of a post in the index. */
  #timeOf(id: string, sequence: number): number | undefined {
    const rows = this.#store.index.rowsOfItem(id).map(({ row }) => parseIndexEntry(row));
    return rows.find((entry) => entry.sequence === sequence)?.time;
  }

  /** Asks for an item that the index lacks: it may exist nevertheless. */
  #wantLinked(id: string): void {
    const { items, index } = this.#store;
    if (index.rowsOfItem(id, 1).length > 0 || items.read(id) !== undefined || this.#unindexed >= MOST_UNINDEXED) return;
    this.#unindexed++;
    this.#copying.want('ITEM', id);
  }

  async #fetchDiff(item: string): Promise<void> {
    let text = octets``;
    let reason: string | undefined;
    try {
      text = await this.#board.ask((connection) => wholeText(connection, 'DIFF', ascii(item)));
    } catch (error) {
      if (!(error instanceof RgtpError) && !(error instanceof TooLargeError)) throw error;
      // groggsd closes the connection if there is none.
      if (!isLoss(error) && !(error instanceof RgtpError && error.kind === 'no-such-item')) reason = error.message;
      await this.#board.connection();
    }
    await this.#store.commit(() => {
      this.#store.db.prepare('DELETE FROM diffs WHERE item IS ?').run(item === '' ? null : item);
      if (text !== '') this.#store.diffs.append(item === '' ? undefined : item, undefined, text);
      this.#copying.answered('DIFF', item, reason);
    });
  }
}

/** Lines ended by LF, with each caret at the beginning of a line doubled. */
export function doubledCarets(text: Octets): Octets {
  return join(
    text.split('\n').map((line) => (line.startsWith('^') ? octets`^${line}` : line)),
    octets`\n`,
  );
}

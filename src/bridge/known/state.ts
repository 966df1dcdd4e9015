import { isAfter } from '../../rgtp/sequence.ts';
import type { Epoch } from '../../store/permanent-records.ts';
import type { GroupKind } from '../group-kinds.ts';
import type { ItemRecord, Notice } from '../model.ts';
import { PostColumns } from './columns.ts';
import { Epochs, generationAt } from './epochs.ts';
import type { Publishing } from './publishing.ts';
import { Records, Users } from './records.ts';

/**
 * Everything known about a board except the texts: rows, items, notices, numbering. Only `mirror/commit.ts` changes it.
 */
export class BoardState {
  readonly posts = new PostColumns();
  readonly records = new Records(this.posts);
  readonly users = new Users();
  readonly notices = new Map<number, Notice>();
  epochs: Epochs;

  readonly publishing: Publishing;
  /** the index has been read to its end once, and is here: until then nothing is shown */
  isRead = false;
  /** The highest number shown before the cache began: taken for good, whether or not the index still has its row. */
  floor = 0;
  readonly #knownEpochs: number;

  constructor(epochs: readonly Epoch[], publishing: Publishing) {
    this.epochs = new Epochs(epochs);
    this.publishing = publishing;
    this.#knownEpochs = epochs.length;
  }

  /** No number has been given yet, not even before the cache was lost. */
  get isNew(): boolean {
    return this.#knownEpochs === 0 && this.posts.length === 0;
  }

  /**
   * The highest number that may have been shown. While an index is read again, its posts keep the numbers they had. The
   * marks do not count: they are raised before rows are shown, and a bridge killed in between has shown none.
   */
  get highest(): number {
    const last = this.posts.length === 0 ? 0 : (this.posts.numbers[this.posts.length - 1] ?? 0);
    return this.isRead ? Math.max(last, this.floor) : last;
  }

  get marked(): number {
    return this.publishing.highest;
  }

  /** The marks of a newsgroup: the low one is the number of the first existing article. */
  mark(group: GroupKind): { readonly low: number; readonly high: number } {
    const { low, high } = this.publishing.mark(group);
    if (!this.isRead) return { low, high };
    const { kinds, numbers, length } = this.posts;
    const row = this.posts.presence.first(group, kinds, length);
    return { low: row < length ? (numbers[row] ?? 0) : high + 1, high };
  }

  /** the last sequence number with a row, `undefined` before the first */
  get lastSequence(): number | undefined {
    return this.posts.length === 0 ? undefined : this.posts.sequences[this.posts.length - 1];
  }

  /** The number of existing posts, and of items that have any. */
  count(): { readonly posts: number; readonly items: number } {
    return this.posts.presence;
  }

  /** Marks everything to be stored again. */
  touchAll(): void {
    for (const part of [this.posts, this.records, this.users]) part.touchAll();
  }

  /** The row that a sequence number means now, −1 if none. */
  rowOfSequence(sequence: number): number {
    const { posts, epochs } = this;
    const last = posts.length - 1;
    const newest = posts.sequences[last] ?? 0;
    const generation = generationAt(last, this);
    const rowIn = (of: number) => {
      const epoch = epochs.covering(of, sequence);
      return epoch === undefined ? -1 : this.rowIn(epoch.number, sequence);
    };
    const row = rowIn(generation);
    // From before the wrap: one generation back.
    return row < 0 && sequence > newest && isAfter(newest, sequence) ? rowIn(generation - 1) : row;
  }

  /** Was this number ever given to a row, in any epoch? */
  knows(sequence: number): boolean {
    return this.epochs.all.some(({ number }) => this.rowIn(number, sequence) >= 0);
  }

  /** The row of a sequence number in an epoch, −1 if none. */
  rowIn(epoch: number, sequence: number): number {
    // All epochs share one column of numbers: the row there may be of another epoch.
    const row = this.posts.rowOf((this.epochs.all[epoch - 1]?.base ?? 0) + sequence);
    return row >= 0 && this.posts.epochs[row] === epoch && this.posts.sequences[row] === sequence ? row : -1;
  }

  hasPosts(record: ItemRecord): boolean {
    return this.posts.presence.has(record.index);
  }
}

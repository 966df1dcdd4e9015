import { RgtpError } from '../../rgtp/errors.ts';
import type { Item } from '../../rgtp/item.ts';
import { isNewer } from '../../rgtp/sequence.ts';
import type { Charset } from '../../wire/charset.ts';
import type { Log } from '../../wire/log.ts';
import type { Soon } from '../../wire/soon.ts';
import type { BoardLine } from '../board-line.ts';
import { ItemText } from '../item-text.ts';
import type { BoardTexts, Change, ItemRecord, Listener, PostSummary } from '../model.ts';
import { GONE, Hearsay } from './hearsay.ts';
import { HeldTexts, type HeldTextsOptions } from './held-texts.ts';
import { isForeign, learnLinks, saysOtherwise } from './item-facts.ts';
import { FetchQueue, type TextSource } from './queue.ts';
import { TextState } from './states.ts';

export interface ItemTextsOptions extends HeldTextsOptions {
  readonly line: BoardLine;
  readonly log: Log;
  readonly depth: number;
  readonly background: boolean;
  readonly tell: Listener;
  /** the connection was lost: fetching continues with the next `resume` */
  readonly onFailure: () => void;
}

/** The texts of a board's items: has them fetched, and learns from them what the index does not show. */
export class ItemTexts implements BoardTexts, TextSource {
  readonly #options: ItemTextsOptions;
  readonly charset: Charset;
  readonly #queue: FetchQueue;
  readonly #held: HeldTexts;
  readonly #waiting: PromiseWithResolvers<void>[] = [];
  /** items given up, since the start */
  skipped = 0;
  readonly #hearsay = new Hearsay();

  constructor(options: ItemTextsOptions) {
    this.#options = options;
    this.charset = options.charset;
    this.#queue = new FetchQueue(this, options.state.posts, options.depth);
    this.#held = new HeldTexts(options, this.#queue.states);
    this.#queue.lookAgain();
  }

  /** items whose text is held and up to date */
  get held(): number {
    return this.#queue.states.held;
  }

  /** Of the items that have posts: how many have no text, and how many texts are still to be fetched. */
  count(): { readonly missing: number; readonly queued: number } {
    return this.#queue.states.count;
  }

  /** nothing is left to fetch, as far as is known */
  get settled(): boolean {
    return this.#queue.settled;
  }

  text(item: ItemRecord, post?: number): Soon<ItemText | undefined> {
    const { index } = item;
    if (!this.#options.state.hasPosts(item)) return undefined;
    const state = this.#queue.states.of(index);
    if (state === TextState.Absent) return undefined;
    if (state === TextState.Held) {
      const text = this.#held.get(item, post);
      if (text !== undefined) return text;
      this.#queue.touch(index, true);
    }
    const fetched = this.#queue.now(index).then((text) => text && (this.#held.peek(index) ?? ItemText.of(text)));
    return fetched.catch((error: unknown) => {
      // An old text, but nothing in it has been revoked: better than none while the board is away.
      const stale = this.#held.getStale(item);
      if (stale === undefined) throw error;
      return stale;
    });
  }

  isUpToDate({ index }: ItemRecord): boolean {
    return this.#queue.states.of(index) === TextState.Held;
  }

  summary(row: number): PostSummary | undefined {
    return this.#held.summary(row);
  }

  /**
   * Takes in the changes found by a poll, within the transaction that writes them.
   *
   * @returns whether text was deleted of which no trace may remain in the file
   */
  take(changes: readonly Change[]): boolean {
    const { posts, records } = this.#options.state;
    const revoked = new Set<number>();
    const grown = new Set<number>();
    const touch = (rows: Iterable<number>) => {
      for (const row of rows) grown.add(posts.items[row] ?? -1);
    };
    for (const change of changes) {
      if (change.kind === 'removed' || change.kind === 'restored') touch(change.rows);
      else if (change.kind === 'text') (change.revoked ? revoked : grown).add(change.item.index);
      else if (change.kind === 'appended') for (let row = change.first; row < posts.length; row++) touch([row]);
    }
    const dropped: number[] = [];
    for (const index of new Set([...revoked, ...grown])) {
      const record = records.list[index];
      if (record === undefined) continue;
      const isGone = !this.#options.state.hasPosts(record);
      if (isGone || revoked.has(index)) dropped.push(index);
      if (isGone) this.#queue.drop(index);
      else this.#queue.touch(index, revoked.has(index));
    }
    this.#held.drop(dropped);
    const removed = changes.flatMap((change) => (change.kind === 'removed' ? change.rows : []));
    this.#held.forget(removed);
    this.#held.save();
    return dropped.length > 0 || removed.length > 0;
  }

  pollBegins(): void {
    this.#hearsay.pollBegins();
  }

  /** A poll has succeeded. */
  polled(): void {
    const { cache } = this.#options;
    const unproven = this.#hearsay.polled();
    for (const { item, said, isDue } of unproven) {
      if (isDue) this.#askAgain(item, said);
      // Only an index read later tells whether an item is gone.
      else if (said === GONE) cache.deleteFact('compared');
    }
    // A text stored as absent would not be fetched after a restart.
    if (unproven.length > 0) this.#held.saveStates();
    this.resume();
  }

  /** The board answers again: fetches what is missing, newest first. */
  resume(): void {
    if (this.#options.background || this.#waiting.length > 0) this.#queue.resume();
  }

  /** The cache file is new and empty: fetches what it held again. To be called within a transaction. */
  restore(): void {
    this.#held.restore();
    this.#queue.lookAgain();
  }

  /** Resolves when nothing is left to fetch; rejects if the board cannot be asked for the rest. */
  complete(): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.#waiting.push(done);
    this.resume();
    return done.promise;
  }

  close(): void {
    this.#queue.close();
    this.#held.close();
    for (const { reject } of this.#waiting.splice(0)) reject(new RgtpError('unavailable', 'closed'));
  }

  fetch(item: number): Promise<Item> {
    const { state, line } = this.#options;
    const record = state.records.list[item];
    if (record === undefined) throw new RangeError(`no item ${item}`);
    const { posts, users } = state;
    const rowOf = (sequence: number) => {
      const row = state.rowOfSequence(sequence);
      return posts.items[row] === item ? row : -1;
    };
    const useridOf = (sequence: number) => users.list[posts.users[rowOf(sequence)] ?? -1];
    const timeOf = (sequence: number) => posts.times[rowOf(sequence)];
    return line.run(async (board) => {
      const text = await board.item(record.id, { useridOf, timeOf });
      // Answers are out of step with requests, so nothing from this connection can be trusted.
      if (isForeign(text, record, state))
        throw new RgtpError('internal', `the answer to ITEM ${record.id} is another item`);
      return text;
    });
  }

  arrived(item: number, text: Item | undefined): void {
    const { state, cache, tell } = this.#options;
    const record = state.records.list[item];
    if (record === undefined || !state.hasPosts(record)) {
      this.#queue.states.set(item, TextState.Absent);
      return;
    }
    if (text === undefined) {
      this.#queue.states.set(item, TextState.Absent);
      cache.transaction(() => this.#held.drop([item]));
      if (this.#hearsay.hear(item, GONE)) return;
      // Withdrawn or archived: the next poll reads the whole index to find out.
      cache.deleteFact('compared');
      tell([{ kind: 'text', item: record, revoked: true }]);
      return;
    }
    const { lastEdit } = text;
    const isAhead = lastEdit !== undefined && isNewer(lastEdit, state.lastSequence);
    if (!isAhead) this.#hearsay.drop(item);
    const isStale = isAhead && !this.#hearsay.hear(item, lastEdit);
    const before = this.#held.peek(item);
    const now = ItemText.of(text);
    this.#queue.states.set(item, isStale ? TextState.Stale : TextState.Held);
    this.#held.put(record, now);
    const changes: Change[] = [];
    if (before !== undefined && saysOtherwise(before, now))
      changes.push({ kind: 'text', item: record, revoked: false });
    if (learnLinks(state, item, text)) changes.push({ kind: 'links', item: record });
    this.#held.writeSoon();
    if (changes.length > 0) tell(changes);
  }

  gaveUp(item: number, err: unknown): void {
    const record = this.#options.state.records.list[item];
    this.#options.log.warn({ item: record?.id, err }, 'item given up: the board sends nonsense for it');
    this.skipped++;
    this.#held.writeSoon();
  }

  idle(failure: unknown): void {
    if (failure !== undefined) {
      this.#queue.lookAgain();
      this.#options.onFailure();
    }
    for (const { resolve, reject } of this.#waiting.splice(0)) {
      if (failure === undefined) resolve();
      else reject(failure);
    }
  }

  #askAgain(item: number, said: number): void {
    const { state, cache } = this.#options;
    const record = state.records.list[item];
    const textState = this.#queue.states.of(item);
    if (record === undefined || !state.hasPosts(record)) this.#hearsay.drop(item);
    else if (said !== GONE && textState === TextState.Stale) this.#queue.touch(item);
    else if (said === GONE && textState === TextState.Absent && cache.fact('compared') !== undefined)
      this.#queue.touch(item, true);
  }
}

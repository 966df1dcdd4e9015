import { RgtpError } from '../../rgtp/errors.ts';
import type { Item } from '../../rgtp/item.ts';
import type { Cache } from '../../store/cache.ts';
import type { Log } from '../../wire/log.ts';
import type { Soon } from '../../wire/soon.ts';
import type { ItemRecord } from '../model.ts';
import type { BoardLine } from './board-line.ts';
import { isIndexed } from './columns.ts';
import { changedPosts, digestsOf } from './digests.ts';
import { Fetcher } from './fetcher.ts';
import { saveState } from './persistence.ts';
import type { BoardState, Changes } from './state.ts';
import { TextState, Texts } from './texts.ts';
import { Wanted } from './wanted.ts';

export interface ItemTextsOptions {
  readonly line: BoardLine;
  readonly state: BoardState;
  readonly cache: Cache;
  readonly log: Log;
  readonly now: () => number;
  readonly depth: number;
  readonly memory: number;
  readonly background: boolean;
  readonly onChanged: (item: ItemRecord) => void;
  readonly onSkipped: () => void;
  readonly onMissing: () => void;
  /** the connection was lost: fetching goes on with the next `resume` */
  readonly onFailure: () => void;
}

/** How long fetched texts may wait for others before they are written, ms. */
const WRITE_DELAY = 100;

/** The texts of a board's items: what is held, what has to be fetched, and what an edit changed. */
export class ItemTexts {
  readonly #options: ItemTextsOptions;
  readonly #texts: Texts;
  readonly #fetcher: Fetcher;
  readonly #wanted: Wanted;
  readonly #waiting: PromiseWithResolvers<void>[] = [];
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: ItemTextsOptions) {
    this.#options = options;
    this.#texts = new Texts(options.cache, options.memory, options.now);
    this.#texts.load();
    this.#wanted = new Wanted(options.state.posts, (item) => this.#texts.isWanted(item));
    this.#wanted.lookAgain();
    this.#fetcher = new Fetcher({
      depth: options.depth,
      fetch: (item) => this.#fetch(item),
      next: () => this.#wanted.next((item) => this.#fetcher.isUnderWay(item)),
      onItem: (item, text) => this.#onItem(item, text),
      onAgain: (item) => this.#wanted.touch([item]),
      onBroken: (item, error) => this.#onBroken(item, error),
      onIdle: (failure) => this.#onIdle(failure),
    });
  }

  get held(): number {
    return this.#texts.held;
  }

  get missing(): number {
    const { state } = this.#options;
    return state.records.list.filter(({ index }) => this.#texts.isMissing(index)).filter((each) => state.hasPosts(each))
      .length;
  }

  /** nothing is left to fetch, as far as we know */
  get settled(): boolean {
    return this.#wanted.none && !this.#fetcher.busy;
  }

  text(item: ItemRecord): Soon<Item | undefined> {
    if (!this.#options.state.hasPosts(item)) return undefined;
    const state = this.#texts.state(item.index);
    if (state === TextState.Absent) return undefined;
    if (state === TextState.Held) {
      const text = this.#texts.get(item.index);
      if (text !== undefined) return text;
      this.#texts.setState(item.index, TextState.Wanted);
      this.#wanted.touch([item.index]);
    }
    const fetched = this.#fetcher.now(item.index);
    if (state !== TextState.Stale) return fetched;
    // Old text, but nothing in it was taken back: better than none while the board is away.
    return fetched.catch((error: unknown) => {
      const stale = this.#texts.get(item.index);
      if (stale === undefined) throw error;
      return stale;
    });
  }

  /**
   * Takes in what a poll has found, and writes it with what `save` writes, in one transaction.
   *
   * @returns whether text was deleted that must be nowhere any more
   */
  apply(changes: Changes, save: () => void): boolean {
    const { cache } = this.#options;
    const dropped: number[] = [];
    const touched = new Set<number>();
    for (const { index } of changes.grown) {
      touched.add(index);
      const held = this.#texts.state(index);
      if (held === TextState.Held) this.#texts.setState(index, TextState.Stale);
      else if (held !== TextState.Stale) this.#texts.setState(index, TextState.Wanted);
    }
    for (const { index } of changes.edited) {
      touched.add(index);
      this.#texts.setState(index, TextState.Wanted);
      dropped.push(index);
    }
    for (const { index } of changes.withdrawn) {
      touched.add(index);
      this.#texts.setState(index, TextState.Absent);
      dropped.push(index);
    }
    for (const item of touched) this.#fetcher.touch(item);
    this.#wanted.touch(touched);
    cache.transaction(() => {
      this.#texts.drop(dropped);
      this.#texts.write();
      save();
    });
    for (const record of changes.edited) this.#options.onChanged(record);
    return dropped.length > 0;
  }

  /** The board answers: fetches what is missing, newest first. */
  resume(): void {
    if (this.#options.background || this.#waiting.length > 0) this.#fetcher.resume();
  }

  /** The cache file is there again, and empty: what it held is fetched anew. In a transaction. */
  restore(): void {
    this.#texts.restore(this.#options.state.records.list.length);
    this.#wanted.lookAgain();
  }

  /** Resolves when nothing is left to fetch, rejects when the board can't be asked for the rest. */
  complete(): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.#waiting.push(done);
    this.resume();
    return done.promise;
  }

  close(): void {
    this.#fetcher.close();
    this.#closed = true;
    this.#write();
    for (const { reject } of this.#waiting.splice(0)) reject(new RgtpError('unavailable', 'closed'));
  }

  #fetch(item: number): Promise<Item> {
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
      // Then the answers have come out of step with the questions: not a word more over this connection.
      if (this.#isForeign(text, record))
        throw new RgtpError('internal', `the answer to ITEM ${record.id} is another item`);
      return text;
    });
  }

  /** Is this what another item says? (An editor may have changed anything but the id; index and text need not agree.) */
  #isForeign({ contributions }: Item, { id, index }: ItemRecord): boolean {
    const { posts } = this.#options.state;
    const named = /^Item ([A-Za-z][0-9]{7}) /.exec(contributions[0]?.header[0] ?? '')?.[1];
    if (named !== undefined) return named.toUpperCase() !== id;
    return contributions.some(({ sequence }) => {
      const row = this.#options.state.rowOfSequence(sequence);
      return row >= 0 && isIndexed(posts.kinds[row]) && posts.items[row] !== index;
    });
  }

  #onItem(item: number, text: Item | undefined): void {
    const { state, onChanged, onMissing } = this.#options;
    const record = state.records.list[item];
    if (record === undefined || !state.hasPosts(record)) return;
    const before = this.#texts.state(item) === TextState.Stale ? this.#texts.peek(item) : undefined;
    if (text === undefined) {
      this.#texts.setState(item, TextState.Absent);
      this.#options.cache.transaction(() => this.#texts.drop([item]));
      onMissing();
      onChanged(record);
      return;
    }
    let changed = before !== undefined && changedPosts(digestsOf(before), digestsOf(text)).length > 0;
    this.#texts.setState(item, TextState.Held);
    this.#texts.put(item, text);
    changed = this.#learnLinks(item, text) || changed;
    this.#writeSoon();
    if (changed) onChanged(record);
  }

  /** Links that the index does not show (their rows are gone), and a subject it lacks. */
  #learnLinks(item: number, text: Item): boolean {
    const { records } = this.#options.state;
    const record = records.list[item];
    if (record === undefined) return false;
    let changed = false;
    if (record.continues < 0 && text.continuedFrom !== undefined) {
      changed = records.setContinues(record, records.intern(text.continuedFrom).index);
    }
    const next = text.mark?.itemId ?? text.continuedIn;
    if (record.continuedIn < 0 && next !== undefined) {
      changed = records.setContinuedIn(record, records.intern(next).index) || changed;
    }
    if (record.subject === '' && text.subject !== '') changed = records.setSubject(record, text.subject) || changed;
    return changed;
  }

  #onBroken(item: number, error: unknown): void {
    const record = this.#options.state.records.list[item];
    this.#options.log.warn({ item: record?.id, err: error }, 'item given up: the board sends nonsense for it');
    this.#options.onSkipped();
    this.#texts.setState(item, TextState.Broken);
    this.#writeSoon();
  }

  #onIdle(failure: unknown): void {
    if (failure !== undefined) {
      this.#wanted.lookAgain();
      this.#options.onFailure();
    }
    for (const { resolve, reject } of this.#waiting.splice(0)) {
      if (failure === undefined) resolve();
      else reject(failure);
    }
  }

  #writeSoon(): void {
    // An answer that was on its way when everything was closed: the cache is no longer there to take it.
    if (this.#closed) return;
    if (this.#texts.full) this.#write();
    else this.#timer ??= setTimeout(() => this.#write(), WRITE_DELAY);
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#texts.dirty) return;
    const { cache, state } = this.#options;
    cache.transaction(() => {
      this.#texts.write();
      saveState(cache, state);
    });
    if (this.#texts.evict()) cache.transaction(() => this.#texts.write());
  }
}

import type { Cache } from '../../store/cache.ts';
import type { Charset } from '../../wire/charset.ts';
import { eventLoop } from '../../wire/fair-share.ts';
import type { ItemText } from '../item-text.ts';
import { saveState } from '../known/persistence.ts';
import type { BoardState } from '../known/state.ts';
import type { SharedMemory } from '../memory.ts';
import type { ItemRecord, PostSummary } from '../model.ts';
import { TextState, type TextStates } from './states.ts';
import { Summaries } from './summaries.ts';
import { Texts } from './texts.ts';

export interface HeldTextsOptions {
  readonly state: BoardState;
  readonly cache: Cache;
  readonly now: () => number;
  readonly memory: SharedMemory;
  readonly charset: Charset;
}

/** How long fetched texts may wait to be written together with others, in ms. */
const WRITE_DELAY = 100;

/** The texts that are held, what overview needs from them, and the state of each: in memory, and in the cache. */
export class HeldTexts {
  readonly #state: BoardState;
  readonly #cache: Cache;
  readonly #states: TextStates;
  readonly #texts: Texts;
  readonly #summaries: Summaries;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor({ state, cache, now, memory, charset }: HeldTextsOptions, states: TextStates) {
    this.#state = state;
    this.#cache = cache;
    this.#states = states;
    this.#texts = new Texts(cache, memory, now);
    this.#summaries = new Summaries(cache, state.posts, charset);
    const isCompared = cache.fact('compared') !== undefined;
    states.load(cache.blocks('text-states'), state.records.list.length, isCompared);
    this.saveStates();
    this.#loadSummaries();
  }

  /** An item's text as it was last fetched, or only what this post of it needs. */
  get(item: ItemRecord, post?: number): ItemText | undefined {
    const { index } = item;
    const isKnown = this.#summaries.knows(index);
    const text = post !== undefined && isKnown ? this.#texts.getPost(index, post) : this.#texts.get(index);
    if (text !== undefined && !isKnown) this.#learn(item, text);
    if (this.#texts.dirty) this.writeSoon();
    return text;
  }

  /** Like `get`, but takes nothing from a text that may be out of date. */
  getStale({ index }: ItemRecord): ItemText | undefined {
    return this.#texts.get(index);
  }

  /** Like `get`, but does not count as reading: it protects nothing from eviction. */
  peek(item: number): ItemText | undefined {
    return this.#texts.peek(item);
  }

  summary(row: number): PostSummary | undefined {
    return this.#summaries.of(row);
  }

  put(item: ItemRecord, text: ItemText): void {
    this.#texts.put(item.index, text);
    this.#learn(item, text);
  }

  /** Deletes what an editor has removed, within the caller's transaction. */
  drop(items: readonly number[]): void {
    this.#texts.drop(items);
    for (const item of items) {
      const record = this.#state.records.list[item];
      if (record !== undefined) this.#summaries.drop(record);
    }
  }

  /** Posts are gone. To be called within a transaction. */
  forget(rows: readonly number[]): void {
    if (rows.length > 0) this.#summaries.forget(rows, this.#state.records.list);
  }

  /**
   * Writes texts, their states, and what was learnt from them, within the caller's transaction: what counts as held is
   * not read again for its links.
   */
  save(): void {
    this.#texts.write();
    this.#summaries.write(this.#state.records.list);
    for (const { number, data } of this.#states.takeChanges()) this.#cache.putBlock('text-states', number, data);
    saveState(this.#cache, this.#state);
  }

  /** Writes at once, if the state of any text has changed. */
  saveStates(): void {
    if (this.#states.dirty) this.#cache.transaction(() => this.save());
  }

  /** Writes within a moment, together with others. */
  writeSoon(): void {
    // An answer may arrive after everything has been closed: nothing can be written to the cache then.
    if (this.#closed) return;
    if (this.#texts.full) this.#write();
    else this.#timer ??= setTimeout(() => this.#write(), WRITE_DELAY);
  }

  /** The cache file is new and empty: only what is in memory is held. To be called within a transaction. */
  restore(): void {
    this.#texts.forgetUnwritten();
    this.#summaries.restore();
    this.#states.forget(this.#state.records.list.length);
    this.save();
  }

  close(): void {
    this.#closed = true;
    do this.#write();
    while (this.#summaries.dirty && !this.#cache.lost);
  }

  #learn(record: ItemRecord, text: ItemText): void {
    this.#summaries.learn(record, text);
    this.writeSoon();
  }

  /** Until this is done, texts are used instead. */
  async #loadSummaries(): Promise<void> {
    const work = this.#summaries.load(this.#state.records.list.length);
    while (!this.#closed && !work.next().done) await eventLoop.next();
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#texts.dirty && !this.#states.dirty && !this.#summaries.dirty) return;
    this.#cache.transaction(() => this.save());
    if (this.#summaries.dirty) this.writeSoon();
    const evicted = this.#texts.evict();
    if (evicted.length === 0) return;
    for (const item of evicted) {
      const state = this.#states.of(item);
      if (state === TextState.Held || state === TextState.Stale) this.#states.set(item, TextState.Evicted);
    }
    this.#cache.transaction(() => this.save());
  }
}

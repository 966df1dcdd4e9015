import type { EditLogEntry } from '../../rgtp/edit-log.ts';
import type { Item } from '../../rgtp/item.ts';
import type { Epoch } from '../../store/permanent.ts';
import { type Log, silent } from '../../wire/log.ts';
import type { Octets } from '../../wire/octets.ts';
import type { Soon } from '../../wire/soon.ts';
import {
  type BoardModel,
  type ItemRecord,
  type ModelEvents,
  type Motd,
  type Notice,
  PostKind,
  type Posts,
} from '../model.ts';
import { BoardLine } from './board-line.ts';
import { Follower } from './follower.ts';
import { ItemTexts } from './item-texts.ts';
import { Listeners } from './listeners.ts';
import { type BeforePublish, INTERVALS, type Intervals, type MirrorOptions, type MirrorProgress } from './options.ts';
import { loadEpochs, loadMotd, loadState, saveMotd, saveNotice, saveState } from './persistence.ts';
import { Poller } from './poller.ts';
import { isAfter } from './snapshot.ts';
import { BoardState, type Changes } from './state.ts';
import type { BoardMotd } from './upstream.ts';

/**
 * A board, followed: what is known of it in memory and in its cache file, kept up to date over RGTP. Serves from
 * the cache at once after `open`; asks the board after `start`. Several mirrors know nothing of each other.
 */
export class Mirror implements BoardModel {
  readonly #options: MirrorOptions;
  readonly #intervals: Intervals;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #state: BoardState;
  readonly #line: BoardLine;
  readonly #poller: Poller;
  readonly #follower: Follower;
  readonly #texts: ItemTexts;
  readonly #listeners = new Listeners();
  #motd: KnownMotd | undefined;
  #beforePublish: BeforePublish | undefined;
  #readers = 0;
  #lastPoll: number | undefined;
  #lastError: { readonly message: string; readonly at: number } | undefined;
  /** a sequence number that the next poll has to account for */
  #expected: number | undefined;
  #skipped = 0;
  /** `undefined` when it has changed. Counted when somebody asks: for a large board that takes milliseconds. */
  #count: { readonly posts: number; readonly items: number } | undefined;

  /** @throws StoreError where the permanent store can't be read or written */
  static async open(options: MirrorOptions): Promise<Mirror> {
    const { cache, permanent, log = silent } = options;
    const known = await permanent.epochs();
    let mirror: Mirror;
    try {
      mirror = Mirror.#load(options, known);
    } catch (error) {
      log.warn({ path: cache.path, err: error }, 'the cache is damaged: it is made anew');
      cache.rebuild();
      mirror = Mirror.#load(options, known);
    }
    // The permanent store may be yesterday's: what the cache knows of the numbering has to outlive the cache.
    await permanent.addEpochs(mirror.#state.epochs.all);
    return mirror;
  }

  /** Throws where the cache makes no sense. */
  static #load(options: MirrorOptions, known: readonly Epoch[]): Mirror {
    const seen = loadEpochs(options.cache);
    if (known.some((epoch) => JSON.stringify(seen[epoch.number - 1] ?? epoch) !== JSON.stringify(epoch))) {
      throw new RangeError('its numbers were given in other epochs');
    }
    const state = new BoardState(seen.length > known.length ? seen : known);
    loadState(options.cache, state);
    return new Mirror(options, state);
  }

  private constructor(options: MirrorOptions, state: BoardState) {
    this.#options = options;
    this.#intervals = { ...INTERVALS, ...options.intervals };
    this.#log = (options.log ?? silent).child({ newsgroup: options.newsgroup });
    this.#now = options.now ?? Date.now;
    this.#state = state;
    const motd = loadMotd(options.cache);
    this.#motd = motd && { number: this.#numberOfMotd(motd), ...motd };
    const { retryFirst, retryLongest, quiet } = this.#intervals;
    this.#line = new BoardLine({ pool: options.pool, quiet, pause: Math.min(1000, retryFirst), now: this.#now });
    this.#texts = new ItemTexts({
      line: this.#line,
      state,
      cache: options.cache,
      log: this.#log,
      now: this.#now,
      depth: options.depth ?? 64,
      memory: options.memory ?? 16 * 2 ** 20,
      background: options.background ?? true,
      onChanged: (item) => this.#listeners.itemChanged(item),
      onSkipped: () => this.#skipped++,
      // Withdrawn, or archived: the whole index tells, with the next poll.
      onMissing: () => options.cache.deleteFact('compared'),
      onFailure: () => this.#poller.soon(),
    });
    this.#follower = new Follower({
      line: this.#line,
      state,
      permanent: options.permanent,
      log: this.#log,
      beforePublish: (rows) => this.#beforePublish?.(rows),
      now: this.#now,
      onChanges: (changes, log) => this.#onChanges(changes, log),
      onMotd: (motd) => this.#onMotd(motd),
      onSkipped: (count) => {
        this.#skipped += count;
      },
    });
    this.#poller = new Poller({
      poll: () => this.#poll(),
      interval: () => (this.#readers > 0 ? this.#intervals.reading : this.#intervals.idle),
      retry: [retryFirst, retryLongest],
      random: options.random ?? Math.random,
      now: this.#now,
    });
  }

  get posts(): Posts {
    return this.#state.posts;
  }

  get items(): readonly ItemRecord[] {
    return this.#state.records.list;
  }

  get userids(): readonly Octets[] {
    return this.#state.users.list;
  }

  get highest(): number {
    return this.#state.highest;
  }

  get progress(): MirrorProgress {
    const { held, missing } = this.#texts;
    this.#count ??= this.#state.count();
    const items = { held, total: this.#count.items, missing };
    return {
      phase: this.#phase(),
      ready: this.#state.posts.length > 0 || this.#lastPoll !== undefined,
      reachable: this.#lastPoll !== undefined && this.#lastError === undefined,
      items,
      posts: this.#count.posts,
      sequence: this.#state.lastSequence,
      lastPoll: this.#lastPoll,
      lastError: this.#lastError,
      skipped: this.#skipped,
    };
  }

  /** From now on new rows are published when the promise that `wait` returns resolves. For posting; see there. */
  publishAfter(wait: BeforePublish): void {
    this.#beforePublish = wait;
  }

  /** Begins to follow the board. Returns at once: see `progress`. */
  start(): void {
    this.#poller.start();
  }

  /** Stops, writes what is not written, and closes the cache. Nothing may be asked afterwards. */
  async close(): Promise<void> {
    this.#line.close();
    await this.#poller.close();
    this.#texts.close();
    this.#options.cache.close();
  }

  itemById(id: string): ItemRecord | undefined {
    return this.#state.records.byId(id);
  }

  rowOf(number: number): number {
    return this.#state.posts.rowOf(number);
  }

  rowOfSequence(sequence: number): number {
    return this.#state.rowOfSequence(sequence);
  }

  text(item: ItemRecord): Soon<Item | undefined> {
    return this.#texts.text(item);
  }

  notice(row: number): Notice | undefined {
    return this.#state.notices.get(row);
  }

  motd(): Motd | undefined {
    const motd = this.#motd;
    return motd && { row: this.#state.posts.rowOf(motd.number), time: motd.time, lines: motd.lines };
  }

  subscribe(listener: Partial<ModelEvents>): () => void {
    return this.#listeners.add(listener);
  }

  readerArrived(): () => void {
    let here = true;
    this.#readers++;
    if (this.#readers === 1) this.#poller.reschedule();
    return () => {
      if (here) this.#readers--;
      here = false;
    };
  }

  refresh(upTo?: number): Promise<void> {
    this.#expect(upTo);
    return this.#poller.refresh();
  }

  /** As `refresh`, for whoever does not wait: the embedded board has changed. */
  poke(upTo?: number): void {
    this.refresh(upTo).catch(() => {});
  }

  /** Resolves when no item is left to fetch (`rgtp-nntp sync`); rejects where the board is away. */
  async complete(): Promise<void> {
    await this.refresh();
    await this.#texts.complete();
  }

  async #poll(): Promise<void> {
    const now = this.#now();
    const { cache } = this.#options;
    if (cache.lost && cache.rebuild()) this.#restore();
    const lastWhole = Number(cache.fact('compared') ?? 0);
    const whole = now - lastWhole >= this.#intervals.reconcile || now < lastWhole;
    const upTo = this.#expected;
    this.#expected = undefined;
    try {
      await this.#follower.poll(whole, upTo);
    } catch (error) {
      this.#expect(upTo);
      const message = error instanceof Error ? error.message : String(error);
      if (this.#lastError === undefined) this.#log.warn({ err: error }, 'the board is away');
      this.#lastError = { message, at: this.#now() };
      throw error;
    }
    if (whole) cache.setFact('compared', String(now));
    if (this.#lastError !== undefined) this.#log.info({}, 'the board is back');
    this.#lastError = undefined;
    this.#lastPoll = this.#now();
    this.#texts.resume();
  }

  /** The cache file was lost and is there again, empty: everything but the texts is in memory. */
  #restore(): void {
    const { cache } = this.#options;
    const state = this.#state;
    this.#log.info({ path: cache.path }, 'the cache is made anew');
    state.touchAll();
    cache.transaction(() => {
      saveState(cache, state);
      for (const [row, notice] of state.notices) saveNotice(cache, row, notice);
      saveMotd(cache, this.#motd);
      this.#texts.restore();
    });
  }

  #expect(upTo: number | undefined): void {
    if (this.#expected === undefined || (upTo !== undefined && isAfter(upTo, this.#expected))) this.#expected = upTo;
  }

  #onChanges(changes: Changes, log: readonly EditLogEntry[]): void {
    const { cache } = this.#options;
    const state = this.#state;
    const notices = state.note(log);
    if (notices.length === 0 && isNothing(changes, state.posts.length)) return;
    const purge = this.#texts.apply(changes, () => {
      saveState(cache, state);
      for (const row of notices) saveNotice(cache, row, state.notices.get(row));
      for (const row of changes.removed) saveNotice(cache, row, undefined);
    });
    if (purge) cache.purge();
    this.#count = undefined;
    if (changes.removed.length > 0) this.#listeners.removed(changes.removed);
    if (changes.restored.length > 0) this.#listeners.restored(changes.restored);
    for (const item of changes.changed) this.#listeners.itemChanged(item);
    if (changes.appended < state.posts.length) this.#listeners.appended(changes.appended);
    // What readers will open next.
    this.#texts.resume();
  }

  #onMotd(asked: BoardMotd | undefined): void {
    const motd = asked && { ...asked, number: this.#numberOfMotd(asked) };
    if (JSON.stringify(motd) === JSON.stringify(this.#motd)) return;
    this.#motd = motd;
    saveMotd(this.#options.cache, motd);
    this.#options.cache.purge();
    this.#listeners.motdChanged();
  }

  #numberOfMotd({ sequence }: BoardMotd): number {
    const { posts } = this.#state;
    const row = this.#state.rowOfSequence(sequence);
    return posts.kinds[row] === PostKind.Motd ? (posts.numbers[row] ?? 0) : 0;
  }

  #phase(): MirrorProgress['phase'] {
    if (this.#lastError !== undefined) return 'away';
    if (this.#lastPoll === undefined) return this.#state.posts.length > 0 ? 'index' : 'starting';
    return this.#texts.settled ? 'following' : 'items';
  }
}

/** The message of the day as it is kept: with the article number of its post, 0 while the index has none. */
export interface KnownMotd extends BoardMotd {
  readonly number: number;
}

function isNothing(changes: Changes, length: number): boolean {
  const { appended, removed, restored, changed, grown, edited } = changes;
  const touched = removed.length + restored.length + changed.size + grown.size + edited.size;
  return appended === length && touched === 0;
}

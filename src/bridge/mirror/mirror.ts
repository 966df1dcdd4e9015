import { SharedConnection } from '../../rgtp/client/shared-connection.ts';
import type { Charset } from '../../wire/charset.ts';
import { type Log, silent } from '../../wire/log.ts';
import type { Octets } from '../../wire/octets.ts';
import type { Soon } from '../../wire/soon.ts';
import type { BoardLine } from '../board-line.ts';
import type { GroupKind } from '../group-kinds.ts';
import type { ItemText } from '../item-text.ts';
import { MAX_NUMBER } from '../known/epochs.ts';
import { MessageOfTheDay } from '../known/motd.ts';
import { opened } from '../known/opening.ts';
import { saveAll } from '../known/persistence.ts';
import type { BoardState } from '../known/state.ts';
import { SharedMemory } from '../memory.ts';
import type { BoardModel, Change, ItemRecord, Listener, Notice, PostKind, PostSummary, Posts } from '../model.ts';
import { Poller } from '../poller.ts';
import { type Gate, HeldBack } from '../ports.ts';
import { ItemTexts } from '../texts/item-texts.ts';
import { Company } from './company.ts';
import { Follower } from './follower.ts';
import { INTERVALS, type MirrorOptions, type MirrorProgress } from './options.ts';
import { Pace } from './pace.ts';

/**
 * A board, followed: what is known of it, in memory and in its cache file, is kept up to date over RGTP. Serves from
 * the cache as soon as it is open; asks the board after `start`. Mirrors know nothing of each other.
 */
export class Mirror implements BoardModel {
  readonly #options: MirrorOptions;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #state: BoardState;
  readonly #motd: MessageOfTheDay;
  readonly #line: BoardLine;
  readonly #poller: Poller;
  readonly #follower: Follower;
  readonly #texts: ItemTexts;
  readonly #listeners = new Set<Listener>();
  #gate: Gate | undefined;
  readonly #company: Company | undefined;
  readonly #pace: Pace;
  #lastPoll: number | undefined;
  #lastError: { readonly message: string; readonly at: number } | undefined;

  /**
   * Opens a mirror behind a gate, which new rows pass before they are shown.
   *
   * @param gateOf makes the gate from what the cache has, before the board is asked
   * @throws StoreError as `open` does
   */
  static async behind<G extends Gate>(
    options: MirrorOptions,
    gateOf: (model: BoardModel) => Promise<G>,
  ): Promise<{ readonly mirror: Mirror; readonly gate: G }> {
    const mirror = await Mirror.open(options);
    try {
      const gate = await gateOf(mirror);
      mirror.#gate = gate;
      return { mirror, gate };
    } catch (error) {
      await mirror.close();
      throw error;
    }
  }

  /** @throws StoreError if the permanent store can't be read or written */
  static async open(options: MirrorOptions): Promise<Mirror> {
    const { made: mirror, state } = await opened(options, (known) => new Mirror(options, known));
    // Without a cache, the permanent store has at least the newest rows.
    if (state.posts.length === 0) mirror.#follower.remember(await options.permanent.recent());
    return mirror;
  }

  private constructor(options: MirrorOptions, state: BoardState) {
    const { cache, permanent } = options;
    this.#options = options;
    this.#log = (options.log ?? silent).child({ newsgroup: options.newsgroup });
    this.#now = options.now ?? Date.now;
    this.#state = state;
    this.#motd = new MessageOfTheDay(cache, state);
    const intervals = { ...INTERVALS, ...options.poll };
    const { retryFirst, retryLongest, quiet, reconcile } = intervals;
    const clock = () => performance.now();
    this.#line = new SharedConnection({ pool: options.pool, quiet, pause: Math.min(1000, retryFirst), clock });
    const shared = { line: this.#line, state, cache, log: this.#log, now: this.#now, tell: this.#tell };
    this.#texts = new ItemTexts({
      ...shared,
      depth: options.depth ?? 64,
      memory: options.memory ?? new SharedMemory(16 * 2 ** 20),
      charset: options.charset ?? 'auto',
      background: options.background ?? true,
      onFailure: () => this.#poller.soon(),
    });
    const take = (changes: readonly Change[]) => this.#texts.take(changes);
    this.#follower = new Follower({ ...shared, motd: this.#motd, permanent, reconcile, take });
    this.#poller = new Poller({
      poll: () => this.#poll(),
      interval: () => this.#pace.interval,
      retry: [retryFirst, retryLongest],
      random: options.random ?? Math.random,
      clock,
    });
    const refresh = () => this.refresh();
    const trouble = () => this.#lastError?.message;
    const seen = () => this.#follower.seen;
    this.#company = permanent.shared && new Company({ shared: permanent.shared, refresh, trouble, seen });
    const onShorter = () => this.#poller.reschedule();
    this.#pace = new Pace({ intervals, cache, shared: permanent.shared, onShorter });
    cache.whenLost = onShorter;
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

  /** Whether the board answered last time. */
  get reachable(): boolean {
    return this.#lastPoll !== undefined && this.#lastError === undefined;
  }

  get progress(): MirrorProgress {
    const { posts, items: total } = this.#state.count();
    const items = { held: this.#texts.held, total, ...this.#texts.count() };
    return {
      phase: this.#phase(),
      ready: this.#state.isRead,
      reachable: this.reachable,
      items,
      posts,
      sequence: this.#state.lastSequence,
      lastPoll: this.#lastPoll,
      lastError: this.#lastError,
      withheld: this.#follower.leftOut.withheld,
      skipped: this.#follower.leftOut.skipped + this.#texts.skipped,
    };
  }

  /** Begins to follow the board. Returns at once: see `progress`. */
  start(): void {
    this.#options.permanent.shared?.onHint((about) => {
      if (about === 'rows') this.poke();
    });
    this.#poller.start();
  }

  /** Stops, writes what has not been written yet, and closes the cache. The mirror must not be used afterwards. */
  async close(): Promise<void> {
    this.#follower.close();
    this.#line.close();
    await this.#poller.close();
    this.#texts.close();
    this.#options.cache.close();
  }

  get isRead(): boolean {
    return this.#state.isRead;
  }

  get catchUp(): (() => Promise<void>) | undefined {
    return this.#company?.catchUp;
  }

  get isFull(): boolean {
    return this.#follower.leftOut.isFull || this.#state.highest >= MAX_NUMBER;
  }

  mark(group: GroupKind): { readonly low: number; readonly high: number } {
    return this.#state.mark(group);
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

  rowIn(epoch: number, sequence: number): number {
    return this.#state.rowIn(epoch, sequence);
  }

  lastShown(epoch: number, sequence: number): { readonly number: number; readonly kind: PostKind } | undefined {
    return this.#follower.lastShown(epoch, sequence);
  }

  text(item: ItemRecord, post?: number): Soon<ItemText | undefined> {
    return this.#texts.text(item, post);
  }

  isUpToDate(item: ItemRecord): boolean {
    return this.#texts.isUpToDate(item);
  }

  get charset(): Charset {
    return this.#texts.charset;
  }

  summary(row: number): PostSummary | undefined {
    return this.#texts.summary(row);
  }

  dated(): Soon<number> {
    return this.#state.publishing.asked(this.#now());
  }

  notice(row: number): Notice | undefined {
    return this.#state.notices.get(row);
  }

  motd(): ReturnType<BoardModel['motd']> {
    return this.#motd.current;
  }

  get isMotdDue(): boolean {
    return this.#motd.isDue;
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  readerArrived(): () => void {
    return this.#pace.readerArrived();
  }

  refresh(upTo?: number): Promise<void> {
    this.#follower.expect(upTo);
    return this.#poller.refresh();
  }

  /** Like `refresh`, for callers that do not wait: the embedded board has changed. */
  poke(upTo?: number): void {
    this.refresh(upTo).catch(() => {});
  }

  /** Resolves when no items are left to fetch (`rgtp-nntp sync`); rejects if the board is away. */
  async complete(): Promise<void> {
    await this.refresh();
    await this.#texts.complete();
  }

  async #poll(): Promise<void> {
    const { cache } = this.#options;
    if (cache.lost && cache.rebuild()) this.#restore();
    this.#texts.pollBegins();
    try {
      await this.#follower.poll(this.#gate);
    } catch (err) {
      const message = err instanceof Error ? err.message : String(err);
      if (err instanceof HeldBack) this.#log.warn({}, err.message);
      else if (this.#lastError === undefined) this.#log.warn({ err }, 'the board is away');
      this.#lastError = { message, at: this.#now() };
      this.#pace.polled(false);
      throw err;
    }
    if (this.#lastError !== undefined) this.#log.info({}, 'the board is back');
    this.#lastError = undefined;
    this.#lastPoll = performance.now();
    this.#company?.polled();
    this.#pace.polled(true);
    this.#texts.polled();
  }

  /** The cache file was lost and the new one is empty, but everything except the texts is still in memory. */
  #restore(): void {
    const { cache } = this.#options;
    this.#log.info({ path: cache.path }, 'the cache file can be written again');
    cache.transaction(() => {
      saveAll(cache, this.#state);
      this.#motd.save();
      this.#texts.restore();
    });
  }

  readonly #tell = (changes: readonly Change[]): void => {
    for (const listener of this.#listeners) listener(changes);
    // Readers will open these items next. During the first reading nothing is shown, and each row would fetch its item again.
    if (this.#state.isRead && changes.some(({ kind }) => kind === 'appended')) this.#texts.resume();
  };

  #phase(): MirrorProgress['phase'] {
    if (this.#lastError !== undefined) return 'away';
    if (this.#lastPoll === undefined) return this.#state.posts.length > 0 ? 'index' : 'starting';
    return this.#texts.settled ? 'following' : 'items';
  }
}

import type { EditLogEntry } from '../../rgtp/edit-log.ts';
import { RgtpError } from '../../rgtp/errors.ts';
import type { Motd } from '../../rgtp/motd.ts';
import { isAfter, isNewer, later } from '../../rgtp/sequence.ts';
import type { Cache } from '../../store/cache.ts';
import type { Permanent } from '../../store/permanent.ts';
import type { RecentRow } from '../../store/permanent-records.ts';
import type { Shown } from '../../store/shared.ts';
import { eventLoop } from '../../wire/fair-share.ts';
import type { Log } from '../../wire/log.ts';
import type { BoardLine } from '../board-line.ts';
import { Epochs, keepBegun, MAX_NUMBER } from '../known/epochs.ts';
import type { MessageOfTheDay } from '../known/motd.ts';
import { saveChanges, saveIsRead } from '../known/persistence.ts';
import { keepRecent } from '../known/recent.ts';
import type { BoardState } from '../known/state.ts';
import { type Change, type Listener, PostKind } from '../model.ts';
import type { Gate } from '../ports.ts';
import { Agreement, rowsOf } from './agreement.ts';
import { type ArrivalOf, commit } from './commit.ts';
import type { Seen } from './comparison.ts';
import { type Decision, decide, highs, newestRows, newRows } from './decision.ts';
import { EditLog, isOtherEdit } from './edit-log.ts';
import { Evidence } from './evidence.ts';
import { type Fetched, Fetcher, newPoll, type Poll } from './fetching.ts';
import { IndexReader } from './reading.ts';
import { Recall } from './recall.ts';

export interface FollowerOptions {
  readonly line: BoardLine;
  readonly state: BoardState;
  readonly motd: MessageOfTheDay;
  readonly cache: Cache;
  readonly permanent: Permanent;
  readonly log: Log;
  /** unix ms */
  readonly now: () => number;
  /** ms between comparisons of the whole index */
  readonly reconcile: number;
  /** see `saveChanges` */
  readonly take: (changes: readonly Change[]) => boolean;
  readonly tell: Listener;
}

/** Rounds of a poll before the rest is left to the next one: somebody may edit faster than we read. */
const MAX_ROUNDS = 8;

/**
 * Brings the state up to date with the board. One poll is INDX from the last known row on, which must come back
 * unchanged; then ELOG, if something happened that leaves no row; and the whole index, if rows may have changed.
 */
export class Follower {
  readonly #options: FollowerOptions;
  readonly #evidence: Evidence;
  readonly #index: IndexReader;
  readonly #editLog: EditLog;
  readonly #fetcher: Fetcher;
  #seen = -1n;
  readonly #agreement: Agreement | undefined;
  /** something has been removed or restored */
  #touched = false;
  /** a sequence number that the next poll must account for */
  #expected: number | undefined;
  /** as in `Poll` */
  #given: number | undefined;
  readonly #closed = new AbortController();
  readonly #recall: Recall;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#evidence = new Evidence(options.line);
    this.#index = new IndexReader({ ...options, evidence: this.#evidence, closed: this.#closed.signal });
    this.#editLog = new EditLog(options);
    const { shared } = options.permanent;
    this.#agreement = shared && new Agreement(shared, options.state);
    const inTurns = <T>(work: Iterator<unknown, T>) => this.#inTurns(work);
    const reading = { ...options, index: this.#index, editLog: this.#editLog, inTurns };
    this.#fetcher = new Fetcher({ ...reading, evidence: this.#evidence, agreement: this.#agreement });
    this.#recall = new Recall({ ...reading, take: (slices) => this.#commit(slices) });
  }

  get leftOut(): IndexReader['leftOut'] {
    return this.#index.leftOut;
  }

  /** The version of what any bridge has shown that is shown here, after a successful poll. */
  get seen(): bigint {
    return this.#seen;
  }

  /** Makes the next poll find what happened up to this sequence number, even if the index does not show it. */
  expect(upTo: number | undefined): void {
    if (this.#expected === undefined || (upTo !== undefined && isAfter(upTo, this.#expected))) this.#expected = upTo;
  }

  /** The cache was lost: these are the last rows that it held. */
  remember(rows: readonly RecentRow[]): void {
    this.#recall.remember(rows);
  }

  /** The article that last had a sequence number, for use before the index has been read. */
  lastShown(epoch: number, sequence: number): { readonly number: number; readonly kind: PostKind } | undefined {
    return this.#recall.lastShown(epoch, sequence);
  }

  /** Ends a poll under way as soon as possible. */
  close(): void {
    this.#closed.abort(new RgtpError('unavailable', 'closed'));
  }

  /**
   * Fetches, decides, commits, tells; and repeats this if what was fetched asks for more. Rejects if the board is away.
   *
   * @param gate new rows pass it before they are shown
   */
  async poll(gate?: Gate): Promise<void> {
    const { line, state, cache, motd } = this.#options;
    const { publishing } = state;
    const poll = this.#begin(gate);
    try {
      // Another bridge may have shown the last rows, and died before its posts among them had their epochs.
      await this.#recall.run(this.#agreement && gate);
      if (poll.isDue && !poll.whole) poll.whole = !(await this.#index.isUnchanged());
      while (poll.round < MAX_ROUNDS && (await this.#goesOn(poll))) poll.round++;
      // What is already gone has raised the others' marks, but has no row here.
      if (poll.others !== undefined) publishing.follow(poll.others.marks);
      if (!state.isRead) {
        state.isRead = true;
        state.floor = publishing.highest;
        saveIsRead(cache, state);
      }
      await publishing.keepLows((group) => state.mark(group).low);
      if (motd.isDue && motd.take(await line.run((board) => board.motd(), { anyway: true })))
        this.#options.tell([{ kind: 'motd' }]);
    } catch (error) {
      this.expect(poll.expected);
      throw error;
    }
    this.#evidence.clear();
    if (!this.#editLog.isOverdue) this.#given = undefined;
    if (poll.isCompared) cache.setFact('compared', String(poll.began));
  }

  #begin(gate: Gate | undefined): Poll {
    const { state, cache, now, reconcile } = this.#options;
    const expected = this.#expected;
    this.#expected = undefined;
    this.#given = later(expected, this.#given);
    this.#editLog.begin();
    const why = { began: now(), expected, given: this.#given, gate };
    const poll = newPoll(state, why, Number(cache.fact('compared') ?? 0), reconcile);
    poll.whole ||= this.#agreement?.isToCompare === true;
    return poll;
  }

  /** One round. Returns whether another is needed. */
  async #goesOn(poll: Poll): Promise<boolean> {
    // Fetch.
    const fetched = await this.#fetcher.fetch(poll);
    if (fetched === undefined) {
      poll.whole = true;
      return true;
    }
    const { state, permanent, motd, now } = this.#options;
    const { seen, log, ahead } = fetched;
    const { sighting, logged } = seen;
    const { publishing } = state;

    // Decide.
    const decision = await this.#decide(seen, log ?? []);
    this.#index.leaveOut(decision, sighting);
    // The message's text comes with its row if possible; otherwise it is asked for until it comes.
    const hasMotd = sighting.hasNew(PostKind.Motd, state.lastSequence);
    const asked = hasMotd ? await this.#motd() : undefined;
    await poll.gate?.beforePublish(newestRows(seen, decision));

    // Commit: first the epochs, before any of their numbers is given.
    const hasNew = decision.first < decision.numbers.length;
    const begun = decision.epochs.all.slice(state.isNew ? 0 : state.epochs.all.length);
    // An index without rows does not show where its numbering will begin.
    if (!hasNew) begun.length = 0;
    const marks = await this.#inTurns(highs(state.posts, seen, decision));
    if (this.#agreement !== undefined && !state.isRead) await publishing.lookAgain();
    const clock = () => publishing.now(now());
    const arrivals = new Map<number, number>();
    const arrivalOf: ArrivalOf = (number, time) =>
      arrivals.get(number) ?? (state.isRead ? clock() : publishing.arrivalOf(number, time, clock()));
    const rows = this.#agreement === undefined ? [] : rowsOf(seen, decision, arrivalOf);
    const epochs = rows.length > 0 ? decision.epochs.all : state.epochs.all;
    const refused = await this.#agreement?.publish(rows, epochs, marks, ahead, arrivals);
    if (refused !== undefined) return await this.#adopt(refused, poll);
    await keepBegun(permanent, begun, this.#options.log);
    // With several bridges, the agreement raises the marks.
    const announced = this.#agreement === undefined ? publishing.announce(marks) : undefined;
    await Promise.all([announced, poll.gate?.numbered(newRows(seen, decision))]);
    poll.motdDue ||= hasMotd;
    if (poll.motdDue) motd.expect();
    if (asked !== undefined) motd.take(asked.motd);
    await this.#commitAll(poll, fetched, commit(state, seen, decision, log ?? [], arrivalOf));
    if (asked !== undefined && motd.take(asked.motd)) this.#options.tell([{ kind: 'motd' }]);
    if (this.#touched && !hasNew) await this.#agreement?.changed();
    await Promise.all([keepRecent(permanent, state), publishing.arrived(state.highest, clock())]);

    // An index that was read after the log has the row of an edit, or will never have it.
    const told = new Set(poll.pending.map(({ sequence }) => sequence));
    const isOver = (sequence: number) =>
      told.has(sequence) || state.knows(sequence) || decision.exhausted.includes(sequence);
    poll.pending = (log ?? []).filter(
      ({ sequence }) => !sighting.isBeyond(sequence) && isNewer(sequence, state.lastSequence) && !isOver(sequence),
    );
    const hasRoom = state.highest < MAX_NUMBER;
    const isToConfirm = await this.#evidence.isToConfirm(sighting, seen.lastIndexEdit, logged, hasRoom);
    poll.whole = isToConfirm && seen.whole;
    if (poll.pending.length > 0 || isToConfirm) return true;
    // What others had shown before we asked the board, but is not there, is gone, or was not believed here.
    if (ahead !== undefined && this.#agreement?.lacks(ahead)) return await this.#adopt(ahead, poll);
    this.#seen = this.#agreement?.seen ?? this.#seen;
    poll.others = ahead;
    return false;
  }

  /** Writes and tells what a decision changes, and notes what has been compared and read with it. */
  async #commitAll(poll: Poll, { seen, isFresh }: Fetched, slices: Iterable<readonly Change[]>): Promise<void> {
    // If this is cut off half-way, the index is compared again at the next start.
    if (seen.whole) {
      this.#options.cache.deleteFact('compared');
      this.#index.comparing();
      poll.isCompared = true;
    }
    this.#touched = false;
    await this.#inTurns(this.#commit(slices));
    if (seen.whole) this.#agreement?.compared();
    if (seen.whole && seen.logged) await this.#index.compared(seen.sighting);
    if (isFresh) this.#editLog.taken();
  }

  /** If only its time in the index suggests that a row is a different post, its item's text or the edit log decides. */
  async #decide(seen: Seen, log: readonly EditLogEntry[]): Promise<Decision> {
    const { state } = this.#options;
    const { sighting, restored } = seen;
    const decision = await this.#inTurns(decide(state, seen));
    const isOther = (row: number) => isOtherEdit(state, sighting, row, log);
    const others = await this.#evidence.otherPosts(sighting, decision.retimed, restored, isOther);
    return others === undefined ? decision : this.#inTurns(decide(state, { ...seen, others }));
  }

  /** `undefined`: the board can't send it now. What the index shows does not wait for it. */
  async #motd(): Promise<{ readonly motd: Motd | undefined } | undefined> {
    try {
      return { motd: await this.#options.line.run((board) => board.motd(), { anyway: true }) };
    } catch (error) {
      if (error instanceof RgtpError) return undefined;
      throw error;
    }
  }

  /**
   * Commits the rows that other bridges have shown, as they were shown. A comparison finds what is no longer true: it
   * takes another round.
   */
  async #adopt(shown: Shown, poll: Poll): Promise<true> {
    const { state, log } = this.#options;
    const { epochs } = shown;
    const unknown = this.#agreement?.unknown(shown) ?? [];
    log.info({ rows: unknown.length, epochs: epochs.length }, 'other bridges have shown rows that were not found here');
    if (epochs.length > 0) state.epochs = new Epochs(epochs);
    this.#agreement?.takenIn(unknown);
    this.#recall.remember(unknown);
    await this.#recall.run(poll.gate);
    poll.whole = true;
    return true;
  }

  *#commit(slices: Iterable<readonly Change[]>): Generator<undefined, void> {
    const { cache, state, take, tell } = this.#options;
    for (const changes of slices) {
      if (changes.length > 0) {
        this.#touched ||= changes.some(({ kind }) => kind === 'removed' || kind === 'restored');
        saveChanges(cache, state, changes, take);
        // Tell.
        tell(changes);
      }
      yield;
    }
  }

  #inTurns<T>(work: Iterator<unknown, T>): Promise<T> {
    return eventLoop.promptly(work, this.#closed.signal);
  }
}

import type { EditLogEntry } from '../../rgtp/edit-log.ts';
import { RgtpError } from '../../rgtp/errors.ts';
import type { IndexEntry } from '../../rgtp/index-entry.ts';
import type { Permanent } from '../../store/permanent.ts';
import type { Log, LogFields } from '../../wire/log.ts';
import { octets } from '../../wire/octets.ts';
import { PostKind } from '../model.ts';
import type { BoardLine } from './board-line.ts';
import { contradicts, isForgetful } from './evidence.ts';
import { hasGaps, type Sighting } from './merge.ts';
import type { BeforePublish, NewRow } from './options.ts';
import { IndexSnapshot, isAfter } from './snapshot.ts';
import type { BoardState, Changes } from './state.ts';
import type { BoardConnection, BoardMotd } from './upstream.ts';

export interface FollowerOptions {
  readonly line: BoardLine;
  readonly state: BoardState;
  readonly permanent: Permanent;
  readonly log: Log;
  readonly beforePublish?: BeforePublish | undefined;
  /** unix ms */
  readonly now: () => number;
  /** `log`: the edit log as far as it was read, for notices */
  readonly onChanges: (changes: Changes, log: readonly EditLogEntry[]) => void;
  readonly onMotd: (motd: BoardMotd | undefined) => void;
  /** rows that make no sense, and rows that came too late for a number */
  readonly onSkipped: (count: number) => void;
}

/** Rounds of a poll before it is left to the next: a board where somebody edits faster than we read. */
const MAX_ROUNDS = 8;
/** New rows that are shown to `beforePublish`: our own posts are among the newest. */
const MAX_NEW_ROWS = 1000;
/** Skipped rows that a poll logs; beyond it they are only counted. */
const LOGGED = 5;

/**
 * Brings the state up to the board's: one `poll` is INDX from the last known row on, which must come back
 * unchanged, and where that shows that something happened which leaves no row, ELOG; the whole index where rows
 * may have changed.
 */
export class Follower {
  readonly #options: FollowerOptions;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /**
   * @param whole compare the whole index and the edit log, whether or not anything seems to have happened
   * @param upTo a sequence number the board is known to have given: where the index ends before it, the log tells why
   */
  async poll(whole: boolean, upTo?: number): Promise<void> {
    const { state } = this.#options;
    let pending: readonly EditLogEntry[] = [];
    let compare = whole || state.posts.lastIndexed() < 0;
    let motdDue = compare;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const snapshot = await this.#index(compare);
      if (snapshot === undefined) {
        compare = true;
        continue;
      }
      const newest = later(newestOf(snapshot), state.lastSequence);
      const needsLog =
        compare ||
        (round === 0 && upTo !== undefined && (newest === undefined || isAfter(upTo, newest))) ||
        hasGaps(snapshot, state.lastSequence) ||
        hasNew(snapshot, state.lastSequence, PostKind.Edit);
      const log = needsLog ? await this.#editLog() : pending;
      const restored = log !== undefined && log !== pending && (contradicts(state, log) || isForgetful(state, log));
      const indexEdited = log === undefined || (!restored && this.#isIndexEdited(log));
      // Without a log, nothing but the index itself tells what became of a missing number.
      if (!compare && (restored || indexEdited)) {
        compare = true;
        continue;
      }
      // What the log told before this INDX is complete with it; what it told after, up to the newest row.
      const past = (log ?? []).filter(({ sequence }) => newest !== undefined && !isAfter(sequence, newest));
      const events = log === undefined ? undefined : [...pending, ...past];
      motdDue ||= hasNew(snapshot, state.lastSequence, PostKind.Motd);
      const now = Math.floor(this.#options.now() / 1000);
      const from = compare && !restored ? this.#unchanged(snapshot) : 0;
      const sighting = { snapshot, whole: compare && from === 0, from, events, indexEdited, restored, now };
      await this.#apply({ ...sighting, userOf: this.#userOf }, log ?? []);
      const last = state.lastSequence;
      pending = (log ?? []).filter((entry) => last === undefined || isAfter(entry.sequence, last));
      compare = false;
      if (pending.length === 0) break;
    }
    if (motdDue) this.#options.onMotd(await this.#ask((board) => board.motd()));
  }

  /** The index from the last known row on, or all of it. `undefined`: the last known row is not what it was. */
  async #index(whole: boolean): Promise<IndexSnapshot | undefined> {
    const { state, log } = this.#options;
    let skipped = 0;
    const skip = (why: string, shown: LogFields) => {
      if (skipped++ < LOGGED) log.warn(shown, `index row skipped: ${why}`);
    };
    const snapshot = new IndexSnapshot(state.records, state.users, (why, row) => skip(why, { row }));
    const last = whole ? -1 : state.posts.lastIndexed();
    const sequence = state.posts.sequences[last];
    const from = sequence === undefined ? undefined : { sequence };
    const onEntry = (entry: IndexEntry) => snapshot.add(entry);
    await this.#ask((board) =>
      board.index(from, onEntry, (bad, error) => skip('malformed', { err: error, octets: bad.length })),
    );
    if (skipped > 0) this.#options.onSkipped(skipped);
    if (from === undefined) return snapshot;
    const { posts } = state;
    const first = snapshot.length > 0 ? snapshot.row(0) : undefined;
    const asKnown =
      first !== undefined &&
      first.sequence === sequence &&
      first.time === posts.times[last] &&
      first.item === posts.items[last] &&
      first.kind === posts.kinds[last];
    if (!asKnown) return undefined;
    // Rows between the last one in the index and the last one of all (a withdrawal, say) would come in too late.
    const lastOfAll = state.lastSequence ?? sequence;
    const second = snapshot.length > 1 ? snapshot.row(1) : undefined;
    return second !== undefined && !isAfter(second.sequence, lastOfAll) ? undefined : snapshot;
  }

  /** Polls have their own waits after failures. */
  #ask<T>(request: (board: BoardConnection) => Promise<T>): Promise<T> {
    return this.#options.line.run(request, { anyway: true });
  }

  /** `undefined` where the board has no edit log for us. */
  async #editLog(): Promise<readonly EditLogEntry[] | undefined> {
    try {
      return await this.#ask((board) => board.editLog());
    } catch (error) {
      if (error instanceof RgtpError && (error.kind === 'unsupported' || error.kind === 'no-access')) return undefined;
      if (error instanceof RgtpError && error.kind === 'no-such-item') return [];
      throw error;
    }
  }

  async #apply(sighting: Sighting, log: readonly EditLogEntry[]): Promise<void> {
    const { state, permanent } = this.#options;
    const epochs = state.plan(sighting);
    const begun = epochs.all.slice(state.epochs.all.length);
    if (begun.length > 0) {
      // Before any number of theirs is given to anybody.
      await permanent.addEpochs(begun);
      for (const epoch of begun) this.#options.log.warn({ epoch }, 'the board numbers anew: a new epoch begins');
    }
    await this.#options.beforePublish?.(this.#newRows(sighting));
    const changes = state.apply(sighting, epochs);
    if (changes.late > 0) {
      this.#options.log.warn({ rows: changes.late }, 'index rows skipped: they came in below numbers already given');
      this.#options.onSkipped(changes.late);
    }
    this.#options.onChanges(changes, log);
  }

  /** What a sighting brings that nobody has seen: the newest, where that is everything. */
  #newRows({ snapshot, events = [] }: Sighting): NewRow[] {
    const { state } = this.#options;
    const last = state.lastSequence;
    const isNew = ({ sequence }: { readonly sequence: number }) => last === undefined || isAfter(sequence, last);
    const rows: NewRow[] = events.filter(isNew).map(({ userid, sequence }) => ({ userid, sequence }));
    for (let index = snapshot.length - 1; index >= 0 && rows.length < MAX_NEW_ROWS; index--) {
      const row = snapshot.row(index);
      if (!isNew(row)) break;
      rows.push({ userid: state.users.list[row.user] ?? octets``, sequence: row.sequence });
    }
    return rows;
  }

  /** Does the log tell of an edit of the index that we have not seen? */
  #isIndexEdited(log: readonly EditLogEntry[]): boolean {
    const { state } = this.#options;
    return log.some(
      ({ kind, sequence }) =>
        kind === 'index' && (state.lastSequence === undefined || isAfter(sequence, state.lastSequence)),
    );
  }

  /** How many rows of the whole index are as they were, if all that were there are: no need to compare one by one. */
  #unchanged(snapshot: IndexSnapshot): number {
    const { state } = this.#options;
    const from = snapshot.agreesWith(state.posts) ?? 0;
    // A new row below numbers that are given already: they were given to something else.
    const last = state.lastSequence;
    const isBelow = from < snapshot.length && last !== undefined && !isAfter(snapshot.row(from).sequence, last);
    return isBelow ? 0 : from;
  }

  readonly #userOf = (event: EditLogEntry) => this.#options.state.users.intern(event.userid);
}

function newestOf(snapshot: IndexSnapshot): number | undefined {
  return snapshot.length === 0 ? undefined : snapshot.row(snapshot.length - 1).sequence;
}

function later(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return isAfter(b, a) ? b : a;
}

/** Is there a row of that kind after the last known one? */
function hasNew(snapshot: IndexSnapshot, last: number | undefined, kind: PostKind): boolean {
  for (let index = snapshot.length - 1; index >= 0; index--) {
    const row = snapshot.row(index);
    if (last !== undefined && !isAfter(row.sequence, last)) return false;
    if (row.kind === kind) return true;
  }
  return false;
}

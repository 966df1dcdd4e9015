/**
 * What a poll is about, and what each of its rounds fetches: the index, the edit log where something may have left no
 * row, and other bridges' rows.
 */
import type { EditLogEntry } from '../../rgtp/edit-log.ts';
import { isAfter, isNewer, later } from '../../rgtp/sequence.ts';
import type { Shown } from '../../store/shared.ts';
import { rowDetails } from '../known/recent.ts';
import type { BoardState } from '../known/state.ts';
import { PostKind } from '../model.ts';
import type { Gate } from '../ports.ts';
import type { Agreement } from './agreement.ts';
import type { Seen } from './comparison.ts';
import { contradicts, type EditLog, isForgetful, together } from './edit-log.ts';
import type { Evidence } from './evidence.ts';
import type { IndexReader } from './reading.ts';

/** Why a poll is made, and what its rounds have found so far. */
export interface Poll {
  /** unix ms: when it began */
  readonly began: number;
  /** the whole index is to be compared */
  readonly isDue: boolean;
  /** a sequence number that it must account for */
  readonly expected: number | undefined;
  /** the last number given by the board itself, until the edit log says what came with it */
  readonly given: number | undefined;
  /** new rows pass it before they are shown */
  readonly gate: Gate | undefined;
  /** 0 for the first */
  round: number;
  /** the next round reads the whole index */
  whole: boolean;
  /** the whole index has been compared */
  isCompared: boolean;
  /** the message of the day is to be asked for */
  motdDue: boolean;
  /** what the edit log said of the time after the newest row */
  pending: readonly EditLogEntry[];
  /** what other bridges have shown, all of which is shown here now */
  others: Shown | undefined;
}

/** How many of the last numbers before a wrap may have left no row. */
const NEAR_WRAP = 8;

/** @param compared unix ms: when the whole index was compared last; 0: it has not been */
export function newPoll(
  state: BoardState,
  why: Pick<Poll, 'began' | 'expected' | 'given' | 'gate'>,
  compared: number,
  reconcile: number,
): Poll {
  const isDue = why.began - compared >= reconcile || why.began < compared;
  const whole = state.posts.lastIndexed() < 0 || isAtWrap(state.lastSequence, why.expected);
  const found = { isCompared: isDue, motdDue: whole || isDue, pending: [], others: undefined };
  return { ...why, isDue, round: 0, whole, ...found };
}

/** A board that compares plain numbers, asked for the rows from one before a wrap on, does not send those after it. */
function isAtWrap(last: number | undefined, expected: number | undefined): boolean {
  if (last === undefined) return false;
  return last >= 2 ** 32 - NEAR_WRAP || (expected !== undefined && expected < last && isAfter(expected, last));
}

/** What one round has fetched. */
export interface Fetched {
  readonly seen: Seen;
  /** what the edit log says, or what it said before if nothing calls for another reading; `undefined`: it can't be read */
  readonly log: readonly EditLogEntry[] | undefined;
  /** it was read in this round */
  readonly isFresh: boolean;
  /** what other bridges had shown before the board was asked */
  readonly ahead: Shown | undefined;
}

export interface FetcherOptions {
  readonly state: BoardState;
  readonly index: IndexReader;
  readonly editLog: EditLog;
  readonly evidence: Evidence;
  readonly agreement: Agreement | undefined;
  /** unix ms */
  readonly now: () => number;
  readonly inTurns: <T>(work: Iterator<unknown, T>) => Promise<T>;
}

export class Fetcher {
  readonly #options: FetcherOptions;

  constructor(options: FetcherOptions) {
    this.#options = options;
  }

  /** `undefined`: the whole index must be read. */
  async fetch({ round, whole, isDue, expected, given, pending }: Poll): Promise<Fetched | undefined> {
    const { state, index, editLog, evidence, agreement, now, inTurns } = this.#options;
    const last = state.lastSequence;
    const ahead = await agreement?.ahead();
    const sighting = await index.read(whole, given);
    // If rows are left out, equal octets prove nothing about them.
    if (sighting === undefined || (isDue && !whole && sighting.withheld > 0)) return undefined;
    const newest = later(sighting.newest, last);
    const needsLog =
      whole ||
      (isDue && round === 0) ||
      evidence.isNew(sighting.doubted) ||
      editLog.isOverdue ||
      (round === 0 && expected !== undefined && (newest === undefined || isAfter(expected, newest))) ||
      (await inTurns(sighting.hasGaps(last))) ||
      sighting.hasNew(PostKind.Edit, last) ||
      ahead?.rows.some(({ details }) => rowDetails(details).kind > PostKind.Motd) === true;
    const isUrgent = needsLog && !editLog.isDue && (await inTurns(sighting.hasWideGaps(last)));
    const log = needsLog ? await editLog.read(last, isUrgent) : pending;
    const isFresh = needsLog && log !== undefined;
    const restored = isFresh && ((await inTurns(contradicts(state, log))) || (await inTurns(isForgetful(state, log))));
    const indexEdited =
      log === undefined ||
      agreement?.isEdited === true ||
      log.some((entry) => isIndexEdit(entry, restored ? undefined : last) || isRevealed(state, entry));
    // What is known already does not wait, wherever the rows around it are.
    const isAhead = ({ sequence }: EditLogEntry) => sighting.isBeyond(sequence) && !state.knows(sequence);
    // Without a log, only the index itself tells what became of a missing number, or what a waiting event did.
    if (!whole && (restored || indexEdited || log.some(isAhead))) return undefined;
    // What the log said before this INDX is complete with it; what it said afterwards is complete up to the newest row.
    const isPast = (sequence: number) => !isNewer(sequence, sighting.newest) || !isNewer(sequence, last);
    const past = (log ?? []).filter(({ sequence }) => isPast(sequence) || state.knows(sequence));
    const events = together(pending, past).filter((entry) => !isAhead(entry));
    await inTurns(sighting.include(events, Math.floor(now() / 1000)));
    const lastIndexEdit = log?.findLast(({ kind }) => kind === 'index')?.sequence;
    const logged = log !== undefined;
    const reserves = !logged && editLog.isOverdue;
    const { takenBack, firstTold } = editLog;
    const how = { logged, takenBack, firstTold, reserves, indexEdited, lastIndexEdit, restored };
    const seen = { sighting, whole, expected, ...how };
    return { seen, log, isFresh, ahead };
  }
}

function isIndexEdit({ kind, sequence }: EditLogEntry, last: number | undefined): boolean {
  return kind === 'index' && isNewer(sequence, last);
}

/** It is a change of the index whose number was reserved for what the edit log would say. */
function isRevealed(state: BoardState, { kind, sequence }: EditLogEntry): boolean {
  if (kind !== 'index') return false;
  const { posts, notices } = state;
  const row = state.rowOfSequence(sequence);
  return row >= 0 && posts.was[row] === PostKind.Gone && posts.items[row] === -1 && notices.get(row) === undefined;
}

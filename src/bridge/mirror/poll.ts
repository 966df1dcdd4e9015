/** One poll of the board. */
import type { EditLogEntry } from '../../rgtp/edit-log.ts';
import { isAfter } from '../../rgtp/sequence.ts';
import type { Shown } from '../../store/shared.ts';
import type { BoardState } from '../known/state.ts';
import type { Gate } from '../ports.ts';

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

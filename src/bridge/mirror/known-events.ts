/** What the edit log reports, against what is known. */
import { type EditLogEntry, mayBeAt } from '../../rgtp/edit-log.ts';
import type { BoardState } from '../known/state.ts';
import { PostKind } from '../model.ts';
import { STRETCH } from './row-order.ts';
import type { Sighting } from './sighting.ts';

/** entries of the log that are examined in one piece: each is looked for by its number */
const EVENTS = 256;

/** Does the log report something at a number that we know as something else? */
export function* contradicts(state: BoardState, log: readonly EditLogEntry[]): Generator<undefined, boolean> {
  for (const [at, event] of log.entries()) {
    if (at % EVENTS === 0) yield;
    if (event.kind === 'edited') continue;
    const known = state.rowOfSequence(event.sequence);
    if (known >= 0 && !isSameEvent(state, known, event)) return true;
  }
  return false;
}

/** Does the log lack something that it reported before? */
export function* isForgetful(state: BoardState, log: readonly EditLogEntry[]): Generator<undefined, boolean> {
  const { kinds, sequences, length } = state.posts;
  const logged = new Set(log.map(({ sequence }) => sequence));
  for (let row = 0; row < length; row++) {
    if (row % STRETCH === 0) yield;
    const kind = kinds[row];
    const isEvent = kind === PostKind.Withdrawal || kind === PostKind.IndexEdit;
    if (isEvent && !logged.has(sequences[row] ?? 0)) return true;
  }
  return false;
}

/** Does the log say that an edit was made at the time in its row, and not at that of the edit known by its number? */
export function isOtherEdit(state: BoardState, sighting: Sighting, row: number, log: readonly EditLogEntry[]): boolean {
  const sequence = sighting.sequences[row] ?? 0;
  const entry = log.find((one) => one.kind === 'edited' && one.sequence === sequence);
  if (entry === undefined) return false;
  const known = state.posts.times[state.rowOfSequence(sequence)] ?? 0;
  return mayBeAt(entry.when, sighting.times[row] ?? 0) && !mayBeAt(entry.when, known);
}

/** Is what we know under that number the event that the log reports? */
export function isSameEvent(state: BoardState, known: number, { kind, itemId, userid, when }: EditLogEntry): boolean {
  const { posts } = state;
  const was = posts.was[known];
  const notice = state.notices.get(known);
  // Gone and unknown: its number was reserved for what the log might say.
  if (was === PostKind.Gone && notice === undefined) return posts.items[known] === -1;
  if (was !== PostKind.Gone && was !== (kind === 'index' ? PostKind.IndexEdit : PostKind.Withdrawal)) return false;
  // On a restored board an editor may do the same again, under the same number.
  if (was !== PostKind.Gone && !mayBeAt(when, posts.times[known] ?? 0)) return false;
  return notice === undefined || (notice.itemId === itemId && notice.userid === userid);
}

/** What tells that a number means something else now than what it was given for: the board was restored from a backup. */
import type { EditLogEntry } from '../../rgtp/edit-log.ts';
import { PostKind } from '../model.ts';
import type { MergedRow } from './merge.ts';
import type { BoardState } from './state.ts';

/** Is the known post at `known` the same as this row? An index edit may have changed when and by whom, never what. */
export function isSame(state: BoardState, known: number, row: MergedRow, indexEdited: boolean): boolean {
  if (row.event !== undefined) return isSameEvent(state, known, row.event);
  const { kinds, items, times } = state.posts;
  const kind = kinds[known];
  if (items[known] !== row.item || (kind !== row.kind && kind !== PostKind.Gone)) return false;
  return indexEdited || times[known] === row.time;
}

/** Does the log tell of something at a number that we know for something else? */
export function contradicts(state: BoardState, log: readonly EditLogEntry[]): boolean {
  return log.some((event) => {
    if (event.kind === 'edited') return false;
    const known = state.rowOfSequence(event.sequence);
    return known >= 0 && !isSameEvent(state, known, event);
  });
}

/** Does the log lack something that it told of before? */
export function isForgetful(state: BoardState, log: readonly EditLogEntry[]): boolean {
  const { kinds, sequences, length } = state.posts;
  const logged = new Set(log.map(({ sequence }) => sequence));
  for (let row = 0; row < length; row++) {
    const kind = kinds[row];
    const isEvent = kind === PostKind.Withdrawal || kind === PostKind.IndexEdit;
    if (isEvent && !logged.has(sequences[row] ?? 0)) return true;
  }
  return false;
}

function isSameEvent(state: BoardState, known: number, { kind, itemId, userid }: EditLogEntry): boolean {
  // An event is gone where the log had lost it: its notice is forgotten, and it may be any.
  const was = state.posts.kinds[known];
  if (was === PostKind.Gone) return state.posts.items[known] === -1;
  if (was !== (kind === 'index' ? PostKind.IndexEdit : PostKind.Withdrawal)) return false;
  const notice = state.notices.get(known);
  return notice === undefined || (notice.itemId === itemId && notice.userid === userid);
}

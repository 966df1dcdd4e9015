/** Rows of the board's index as posts. */
import type { EntryType } from '../rgtp/index-entry.ts';
import { PostKind } from './model.ts';

/** The kind of each row of the index. An F row only accompanies the C row of the same number. */
export const ROW_KINDS = {
  I: PostKind.Item,
  R: PostKind.Reply,
  C: PostKind.Continuation,
  F: PostKind.Gone,
  E: PostKind.Edit,
  M: PostKind.Motd,
} as const satisfies Record<EntryType, PostKind>;

/** Is a post of this kind a row of the board's index? (Others are gone, or come from the edit log.) */
export function isIndexed(kind: number | undefined): boolean {
  return kind !== undefined && kind >= PostKind.Item && kind <= PostKind.Motd;
}

/** Does a post of this kind begin an item? */
export function isFirst(kind: number | undefined): boolean {
  return kind === PostKind.Item || kind === PostKind.Continuation;
}

/** Is this a post in an item: does it have a text there, and can one reply to it? */
export function isInItem(kind: number | undefined): boolean {
  return isFirst(kind) || kind === PostKind.Reply;
}

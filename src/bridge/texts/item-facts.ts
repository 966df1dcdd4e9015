/** What an item's text says about the item, which the index may not show. */
import type { Item } from '../../rgtp/item.ts';
import type { ItemText } from '../item-text.ts';
import type { BoardState } from '../known/state.ts';
import type { ItemRecord } from '../model.ts';
import { isIndexed } from '../row-kinds.ts';

/** Is this another item's text? (An editor may have changed anything but the id; index and text need not agree.) */
export function isForeign({ contributions }: Item, { id, index }: ItemRecord, state: BoardState): boolean {
  const named = /^Item ([A-Za-z][0-9]{7}) /.exec(contributions[0]?.header[0] ?? '')?.[1];
  if (named !== undefined) return named.toUpperCase() !== id;
  return contributions.some(({ sequence }) => {
    const row = state.rowOfSequence(sequence);
    return row >= 0 && isIndexed(state.posts.kinds[row]) && state.posts.items[row] !== index;
  });
}

/** Learns links that the index does not show (their rows are gone, or were never shown) from the item itself. */
export function learnLinks({ records }: Pick<BoardState, 'records'>, item: number, text: Item): boolean {
  const record = records.list[item];
  if (record === undefined) return false;
  let changed = false;
  if (!record.linked) {
    const previous = text.continuedFrom === undefined ? -1 : records.intern(text.continuedFrom).index;
    changed = records.setContinues(record, previous, false);
  }
  if (!records.isContinuationShown(record)) {
    const next = text.mark?.itemId ?? text.continuedIn;
    changed = records.setContinuedIn(record, next === undefined ? -1 : records.intern(next).index) || changed;
  }
  if (record.subject === '' && text.subject !== '') changed = records.setSubject(record, text.subject) || changed;
  return changed;
}

/** Whether a post's text has changed, or the post is no longer there. */
export function saysOtherwise(before: ItemText, after: ItemText): boolean {
  for (const post of before.posts()) {
    const now = after.post(post.sequence);
    if (now === undefined || !now.equals(post)) return true;
  }
  return false;
}

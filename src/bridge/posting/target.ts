import { PostingError } from '../../news/posting/error.ts';
import type { Posting } from '../../news/posting/posting.ts';
import { type BoardModel, type ItemRecord, PostKind } from '../model.ts';
import type { PostIndex, PostReference } from '../ports.ts';

/**
 * The item an article replies to: that of its newest known reference, or where that one goes on. `undefined`: it has no
 * references, and begins a new item.
 */
export function itemRepliedTo(
  { references }: Posting,
  newsgroup: string,
  index: PostIndex,
  model: Pick<BoardModel, 'items'>,
): ItemRecord | undefined {
  if (references.length === 0) return undefined;
  const known = references.map((id) => index.locate(id)).filter((reference) => reference?.newsgroup === newsgroup);
  const newest: PostReference | undefined = known.at(-1);
  if (newest === undefined) {
    throw new PostingError('References: none of these articles is known here (withdrawn, or of another newsgroup)');
  }
  if (newest.item === undefined || newest.kind === PostKind.Motd) {
    throw new PostingError('References: this article takes no replies');
  }
  return newestPart(newest.item, model.items);
}

/** The last of the items in which an item is continued, as far as the index tells. */
function newestPart(item: ItemRecord, items: readonly ItemRecord[]): ItemRecord {
  let part = item;
  for (let step = 0; step < items.length; step++) {
    const next = items[part.continuedIn];
    // What went on in an item that was withdrawn: the board knows what may be replied to.
    if (next === undefined || next.first < 0) break;
    part = next;
  }
  return part;
}

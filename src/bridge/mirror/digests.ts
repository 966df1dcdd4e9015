import { hash } from 'node:crypto';
import type { Item } from '../../rgtp/item.ts';

/** What an item's posts said, by sequence number, as digests: enough to see later which of them an editor changed. */
export function digestsOf(item: Item): Map<number, string> {
  return new Map(
    item.contributions.map(({ sequence, grogname, lines }) => [
      sequence,
      hash('sha256', `${grogname}\n${lines.join('\n')}`, 'base64url').slice(0, 16),
    ]),
  );
}

/** Sequence numbers of the posts that say something else now, or are not there any more. */
export function changedPosts(before: ReadonlyMap<number, string>, after: ReadonlyMap<number, string>): number[] {
  const changed: number[] = [];
  for (const [sequence, digest] of before) if (after.get(sequence) !== digest) changed.push(sequence);
  return changed;
}

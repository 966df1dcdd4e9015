import { PostingError } from '../../news/posting/error.ts';
import type { Posting } from '../../news/posting/posting.ts';
import { Refusal } from '../../nntp/backend.ts';
import { type BoardModel, type ItemRecord, PostKind } from '../model.ts';
import type { PostIndex } from '../ports.ts';
import type { PostedBoard } from './posted-board.ts';

/** The article that this one is about is not here. */
export class NotHere extends PostingError {}

/** The article that a follow-up follows is not here. */
export class UnknownReferences extends NotHere {}

/** The article that a follow-up follows. */
export interface RepliedTo {
  readonly id: string;
  /** the item that takes the reply */
  readonly item: ItemRecord;
}

/**
 * The item that an article replies to: that of its newest known reference, otherwise of In-Reply-To, or the item that
 * continues it. `undefined`: the article is not a follow-up, and begins an item. Throws `UnknownReferences` if it
 * follows something unknown, because a reply must not become an item by accident; and a `Refusal` if it is not known
 * yet whether that is here.
 */
export function itemRepliedTo(
  posting: Pick<Posting, 'references' | 'cut' | 'inReplyTo' | 'isFollowUp'>,
  { newsgroup, domain, host = domain }: Pick<PostedBoard, 'newsgroup' | 'domain' | 'host'>,
  index: PostIndex,
  model: Pick<BoardModel, 'items'>,
): RepliedTo | undefined {
  const { references, cut, inReplyTo, isFollowUp } = posting;
  if (!isFollowUp) return undefined;
  const ids = [...inReplyTo, ...references, ...completed(cut, [domain, host])];
  for (const id of ids.reverse()) {
    const found = index.locate(id);
    if (found?.newsgroup !== newsgroup) continue;
    if (found.item === undefined || found.kind === PostKind.Motd) {
      throw new PostingError('References: this article takes no replies');
    }
    return { id: found.messageId, item: newestPart(found.item, model.items) };
  }
  for (const id of ids) {
    const later = index.later(id);
    if (later !== undefined) throw new Refusal('unavailable', `References: ${later}`);
  }
  throw new UnknownReferences('References: none of these articles is known here (withdrawn, or of another newsgroup)');
}

/** Completes one of our own Message-IDs that a newsreader has truncated. */
function completed(cut: string | undefined, domains: readonly string[]): string[] {
  const [local, start] = cut?.split('@') ?? [];
  if (local === undefined || start === undefined) return [];
  return domains.filter((domain) => domain.startsWith(start)).map((domain) => `${local}@${domain}>`);
}

/** The last item in the chain of continuations, according to the index. */
function newestPart(item: ItemRecord, items: readonly ItemRecord[]): ItemRecord {
  let part = item;
  for (let step = 0; step < items.length; step++) {
    const next = items[part.continuedIn];
    // The continuation was withdrawn: let the board decide which item takes the reply.
    if (next === undefined || next.first < 0) break;
    part = next;
  }
  return part;
}

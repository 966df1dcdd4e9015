import { type BoardLimits, groggsLimits } from '../../news/posting/board-limits.ts';
import { boardLines, boardReason, boardSubject } from '../../news/posting/board-text.ts';
import { PostingError } from '../../news/posting/error.ts';
import type { TextLine } from '../../news/posting/flowed.ts';
import type { Posting } from '../../news/posting/posting.ts';
import { sameSubject, withoutRe } from '../../news/posting/subject.ts';
import { Refusal } from '../../nntp/backend.ts';
import { type Charset, decode, oneCharset } from '../../wire/charset.ts';
import { type Octets, octets } from '../../wire/octets.ts';
import type { BoardModel } from '../model.ts';
import type { PostIndex, PostReference } from '../ports.ts';
import { hashOf } from '../posting/plan.ts';
import type { Order } from '../posting/sender.ts';
import { NotHere } from '../posting/target.ts';
import { isInItem } from '../row-kinds.ts';
import { editPost, withdrawItem } from './edit.ts';

export interface ModeratedBoard {
  readonly newsgroup: string;
  readonly charset: Charset;
  readonly limits?: BoardLimits;
  /** the width in columns to which the author's own text is wrapped */
  readonly wrap?: number;
  readonly model: Pick<BoardModel, 'items'>;
}

/** What to do, as part of an order. */
export type Moderated = Pick<Order, 'deed' | 'hash' | 'perform'>;

/** Octets of a reason, which is sent on a command line of 300. */
const MAX_REASON = 200;

/**
 * What an editor's `Control: cancel` or `Supersedes` asks for; `undefined`: the article is neither. The caller has
 * checked that the poster is an editor. Throws `PostingError`.
 *
 * An item is cancelled as a whole. Of a reply only the text is removed, because its number stays on the board.
 */
export function moderate(
  posting: Posting,
  board: ModeratedBoard,
  editor: Octets,
  index: PostIndex,
): Moderated | undefined {
  const { cancels, supersedes } = posting;
  const header = cancels !== undefined ? 'Control' : 'Supersedes';
  const messageId = cancels ?? supersedes;
  if (messageId === undefined) return undefined;
  const target = index.locate(messageId);
  const later = target === undefined ? index.later(messageId) : undefined;
  if (later !== undefined) throw new Refusal('unavailable', `${header}: ${later}`);
  if (target === undefined || target.newsgroup !== board.newsgroup) {
    throw new NotHere(`${header}: ${messageId} is not here`);
  }
  const reason = reasonOf(posting, board.charset);
  if (cancels !== undefined && isFirst(target, board.model)) return withdrawal(itemOf(target, header), reason);
  const { charset, limits = groggsLimits } = board;
  const first = isFirst(target, board.model);
  const text: readonly TextLine[] =
    cancels === undefined ? posting.text : [{ text: `[Withdrawn by ${decode(editor, 'latin1')}.]`, flowed: false }];
  const one = oneCharset([posting.subject, ...text.map((line) => line.text)], charset);
  const lines = boardLines(text, one, limits, first ? 'contribution' : 'reply', board.wrap);
  const subject = first ? newSubject(posting, target, board, one) : undefined;
  const itemId = itemOf(target, header);
  const replacement = { sequence: target.sequence, lines, subject };
  return {
    deed: { kind: 'edit', itemId },
    hash: hashOf(lines),
    perform: (connection) => editPost(connection, itemId, replacement, reason),
  };
}

function withdrawal(itemId: string, reason: Octets): Moderated {
  return {
    deed: { kind: 'withdrawal', itemId },
    hash: itemId,
    perform: (connection) => withdrawItem(connection, itemId, reason),
  };
}

function isFirst({ item, row }: PostReference, { items }: Pick<BoardModel, 'items'>): boolean {
  return item !== undefined && items[item.index]?.first === row;
}

/** The item a post is in. Notices and messages of the day are in none, and can't be changed. */
function itemOf({ item, kind }: PostReference, header: string): string {
  if (item === undefined || !isInItem(kind)) throw new PostingError(`${header}: this article can't be changed`);
  return item.id;
}

/** The reason for the edit log: X-RGTP-Reason, or the subject. */
function reasonOf({ reason, subject, supersedes }: Posting, charset: Charset): Octets {
  const text = reason ?? (supersedes === undefined ? subject.replace(/^cmsg cancel\s*/i, '') : subject);
  const line = boardReason(text, charset, MAX_REASON);
  return line === '' || line.startsWith('<') ? octets`cancelled` : line;
}

/** The item's new subject: an item takes its subject from its first post. */
function newSubject(
  posting: Posting,
  { item }: PostReference,
  { charset, limits = groggsLimits }: ModeratedBoard,
  one: Charset,
): Octets | undefined {
  if (posting.supersedes === undefined || item === undefined) return undefined;
  if (sameSubject(posting.subject, decode(item.subject, charset))) return undefined;
  return boardSubject(withoutRe(posting.subject), one, limits);
}

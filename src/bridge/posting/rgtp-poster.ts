import {
  type BoardLimits,
  boardGrogname,
  boardLines,
  boardSubject,
  groggsLimits,
} from '../../news/posting/board-text.ts';
import { PostingError } from '../../news/posting/error.ts';
import type { Posting } from '../../news/posting/posting.ts';
import { sameSubject, withoutRe } from '../../news/posting/subject.ts';
import { type Charset, decode } from '../../wire/charset.ts';
import { type Octets, octets } from '../../wire/octets.ts';
import type { BoardPosting, Member, Submitted } from '../board.ts';
import type { BoardModel, ItemRecord } from '../model.ts';
import { moderate } from '../moderation/moderate.ts';
import { newsgroupName } from '../places.ts';
import type { OwnPosts, PostIndex } from '../ports.ts';
import type { BoardPoster, Order } from './board-poster.ts';
import type { Author } from './connection.ts';
import { deliver } from './deliver.ts';
import { type Deed, hashOf } from './plan.ts';
import { itemRepliedTo } from './target.ts';

/** What posting needs to know of a board's configuration. */
export interface PostedBoard {
  /** the main one */
  readonly newsgroup: string;
  readonly charset: Charset;
  /** for every post; empty: the member's, or the display name of From */
  readonly grogname: string;
  /** what the board takes; default: groggsd's */
  readonly limits?: BoardLimits;
}

export interface RgtpPosterParts {
  readonly model: Pick<BoardModel, 'items'>;
  /** the board's view */
  readonly index: PostIndex;
  readonly own: Pick<OwnPosts, 'find'>;
  /** lends a member's connections */
  readonly login: { author(member: Member): Author };
  readonly submitter: Pick<BoardPoster, 'submit' | 'isPending' | 'settle'>;
}

/** Turns articles into what an RGTP board takes: items, replies, continuations, edits, messages of the day. */
export class RgtpPoster implements BoardPosting {
  readonly #board: PostedBoard;
  readonly #parts: RgtpPosterParts;

  constructor(board: PostedBoard, parts: RgtpPosterParts) {
    this.#board = board;
    this.#parts = parts;
  }

  post(article: Submitted): Promise<void> {
    return this.#parts.submitter.submit(this.#order(article));
  }

  has(messageId: string): boolean {
    const { own, index } = this.#parts;
    return own.find(messageId) !== undefined || index.locate(messageId) !== undefined;
  }

  isPending(messageId: string): boolean {
    return this.#parts.submitter.isPending(messageId);
  }

  settle(): Promise<void> {
    return this.#parts.submitter.settle();
  }

  /** Throws `PostingError`. */
  #order({ posting, messageId, newsgroup, member }: Submitted): Order {
    const { charset, limits = groggsLimits } = this.#board;
    const { index, model, login } = this.#parts;
    const author = login.author(member);
    const common = { messageId, author, references: posting.references.join(' ') };
    const moderated = moderate(posting, { ...this.#board, model }, author.userid, index);
    if (moderated !== undefined) return { ...common, ...moderated };

    const isMotd = newsgroup === newsgroupName(this.#board.newsgroup, 'motd');
    const item = isMotd ? undefined : itemRepliedTo(posting, newsgroup, index, model);
    const lines = boardLines(posting.text, charset, limits, item === undefined ? 'contribution' : 'reply');
    const grogname = boardGrogname(this.#board.grogname || (author.grogname ?? posting.from.name), charset, limits);
    const deed: Deed = isMotd
      ? { kind: 'motd' }
      : item === undefined
        ? { kind: 'item', subject: boardSubject(withoutRe(posting.subject), charset, limits) }
        : { kind: 'reply', itemId: item.id };
    const continuationSubject = () => (item === undefined ? octets`` : continuationOf(posting, item, this.#board));
    return {
      ...common,
      deed,
      hash: hashOf(lines),
      perform: (connection, revise) => deliver(connection, deed, { grogname, lines, continuationSubject, revise }),
    };
  }
}

/** The article's subject where its author changed it and the board takes it; else the item's. */
function continuationOf(
  { subject }: Posting,
  item: ItemRecord,
  { charset, limits = groggsLimits }: PostedBoard,
): Octets {
  if (sameSubject(subject, decode(item.subject, charset))) return item.subject;
  try {
    return boardSubject(withoutRe(subject), charset, limits);
  } catch (error) {
    if (error instanceof PostingError) return item.subject;
    throw error;
  }
}

import { groggsLimits } from '../../news/posting/board-limits.ts';
import { boardGrogname, boardLines, boardSubject } from '../../news/posting/board-text.ts';
import { PostingError } from '../../news/posting/error.ts';
import type { TextRules } from '../../news/posting/mime.ts';
import type { Posting } from '../../news/posting/posting.ts';
import { sameSubject, topicOf, withoutRe } from '../../news/posting/subject.ts';
import { Refusal } from '../../nntp/backend.ts';
import { type Charset, decode, oneCharset } from '../../wire/charset.ts';
import { type Octets, octets } from '../../wire/octets.ts';
import type { BoardPosting, Member, Submitted } from '../board.ts';
import { newsgroupName } from '../group-kinds.ts';
import type { BoardModel, ItemRecord } from '../model.ts';
import { moderate } from '../moderation/moderate.ts';
import type { OwnPosts, PostIndex } from '../ports.ts';
import { NOT_READ } from '../view/group-view.ts';
import type { BoardPoster } from './board-poster.ts';
import type { Author } from './connection.ts';
import { deliver } from './deliver.ts';
import { type Deed, hashOf } from './plan.ts';
import type { PostedBoard } from './posted-board.ts';
import type { Order } from './sender.ts';
import { itemRepliedTo, NotHere } from './target.ts';

export interface RgtpPosterParts {
  readonly model: Pick<BoardModel, 'items' | 'isRead' | 'isFull'> & { readonly reachable: boolean };
  /** the board's view */
  readonly index: PostIndex;
  readonly own: Pick<OwnPosts, 'find'>;
  /** lends a member's connections */
  readonly login: { author(member: Member): Author };
  readonly submitter: Pick<BoardPoster, 'submit' | 'isPending' | 'doubtOf' | 'settle'>;
}

/** Turns articles into items, replies, continuations, edits and messages of the day of an RGTP board. */
export class RgtpPoster implements BoardPosting {
  readonly #board: PostedBoard;
  readonly #parts: RgtpPosterParts;

  constructor(board: PostedBoard, parts: RgtpPosterParts) {
    this.#board = board;
    this.#parts = parts;
  }

  get textRules(): TextRules {
    const { limits = groggsLimits, attachments = 'refuse' } = this.#board;
    return { maxText: limits.contribution, attachments };
  }

  get isAway(): boolean {
    const { isRead, reachable } = this.#parts.model;
    return !isRead || !reachable;
  }

  async post(article: Submitted): Promise<void> {
    const { isRead, isFull } = this.#parts.model;
    // Before that, neither the articles it refers to nor an equal post could be found.
    if (!isRead) throw new Refusal('unavailable', NOT_READ);
    if (isFull) throw new Refusal('unavailable', 'the newsgroup has no article number left for it');
    return this.#parts.submitter.submit(await this.#orderFor(article));
  }

  /** Another bridge may just have shown what the article is about. */
  async #orderFor(article: Submitted): Promise<Order> {
    const { index } = this.#parts;
    try {
      return this.#order(article);
    } catch (error) {
      const mayBeHere = error instanceof NotHere || error instanceof Refusal;
      if (!mayBeHere || index.catchUp === undefined) throw error;
      await index.catchUp();
      return this.#order(article);
    }
  }

  has(messageId: string): boolean {
    const { own, index } = this.#parts;
    return own.find(messageId) !== undefined || index.locate(messageId) !== undefined;
  }

  doubtOf(messageId: string): Refusal | undefined {
    return this.#parts.submitter.doubtOf(messageId);
  }

  isPending(messageId: string): boolean {
    return this.#parts.submitter.isPending(messageId);
  }

  settle(): Promise<void> {
    return this.#parts.submitter.settle();
  }

  /** Throws `PostingError`. */
  #order({ posting, messageId, newsgroup, member }: Submitted): Order {
    const { limits = groggsLimits, wrap } = this.#board;
    const { index, model, login } = this.#parts;
    const author = login.author(member);
    const common = { messageId, author, references: posting.references.join(' '), path: posting.path };
    const moderated = moderate(posting, { ...this.#board, model }, author.userid, index);
    if (moderated !== undefined) return { ...common, ...moderated };

    const isMotd = newsgroup === newsgroupName(this.#board.newsgroup, 'motd');
    const repliedTo = isMotd ? undefined : itemRepliedTo(posting, this.#board, index, model);
    const item = repliedTo?.item;
    const name = this.#board.grogname || (author.grogname ?? posting.from.name);
    // The name, the subject and the text of one post are in the same character set.
    const written = [name, ...(item && isAbout(posting, item, this.#board) ? [] : [posting.subject]), textOf(posting)];
    const charset = oneCharset(written, this.#board.charset);
    const lines = boardLines(posting.text, charset, limits, item ? 'reply' : 'contribution', wrap);
    const grogname = boardGrogname(name, charset, limits);
    const deed: Deed = isMotd
      ? { kind: 'motd' }
      : item === undefined
        ? { kind: 'item', subject: boardSubject(withoutRe(posting.subject), charset, limits) }
        : { kind: 'reply', itemId: item.id };
    const continuationSubject = () =>
      item === undefined ? octets`` : continuationOf(posting, item, this.#board, charset);
    return {
      ...common,
      references: withReference(named(posting.references, index), repliedTo?.id).join(' '),
      deed,
      hash: hashOf(lines),
      perform: (connection, revise) => deliver(connection, deed, { grogname, lines, continuationSubject, revise }),
    };
  }
}

/** References, by the articles' Message-IDs here. */
function named(references: readonly string[], index: PostIndex): readonly string[] {
  return [...new Set(references.map((id) => index.locate(id)?.messageId ?? id))];
}

/** Adds the article replied to if only In-Reply-To or a truncated reference named it. */
function withReference(references: readonly string[], id: string | undefined): readonly string[] {
  return id === undefined || references.includes(id) ? references : [...references, id];
}

function textOf({ text }: Posting): string {
  return text.map((line) => line.text).join('\n');
}

/** Whether the subject is the item's. */
function isAbout({ subject }: Posting, item: ItemRecord, { charset }: PostedBoard): boolean {
  return sameSubject(subject, decode(item.subject, charset));
}

/** The article's subject if the author changed it and the board accepts it, otherwise the item's. */
function continuationOf(posting: Posting, item: ItemRecord, board: PostedBoard, charset: Charset): Octets {
  if (isAbout(posting, item, board)) return item.subject;
  try {
    return boardSubject(topicOf(posting.subject), charset, board.limits ?? groggsLimits);
  } catch (error) {
    if (error instanceof PostingError) return item.subject;
    throw error;
  }
}

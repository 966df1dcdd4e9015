import { randomBytes } from 'node:crypto';
import { parseDerivedId } from '../../news/message-id.ts';
import {
  type BoardLimits,
  boardGrogname,
  boardLines,
  boardSubject,
  groggsLimits,
} from '../../news/posting/board-text.ts';
import { PostingError } from '../../news/posting/error.ts';
import { type Posting, readPosting } from '../../news/posting/posting.ts';
import { sameSubject, withoutRe } from '../../news/posting/subject.ts';
import { Refusal } from '../../nntp/backend.ts';
import { type Charset, decode } from '../../wire/charset.ts';
import { type Log, silent } from '../../wire/log.ts';
import { type Octets, octets } from '../../wire/octets.ts';
import type { Logins } from '../login/logins.ts';
import type { BoardModel, ItemRecord } from '../model.ts';
import { type Moderated, moderate } from '../moderation/moderate.ts';
import type { Person, Poster, PostIndex, Submission } from '../ports.ts';
import type { BoardPoster, Order } from './board-poster.ts';
import type { Author } from './connection.ts';
import { deliver } from './deliver.ts';
import { KeyedQueue } from './keyed-queue.ts';
import type { OwnPostRegister } from './own-posts.ts';
import { type Deed, hashOf } from './plan.ts';
import { destinationOf, itemRepliedTo } from './target.ts';

export interface PosterBoard {
  /** the main one */
  readonly newsgroup: string;
  readonly charset: Charset;
  /** of the Message-IDs made here */
  readonly domain: string;
  /** for every post; empty: the account's, or the display name of From */
  readonly grogname: string;
  /** what the board takes; default: groggsd's */
  readonly limits?: BoardLimits;
  readonly model: BoardModel;
  readonly poster: Pick<BoardPoster, 'submit' | 'isPending' | 'settle'>;
}

export type PostOutcome = 'posted' | 'duplicate' | 'refused' | 'unavailable';

export interface ArticlePosterOptions {
  readonly boards: readonly PosterBoard[];
  readonly logins: Pick<Logins, 'access' | 'level' | 'author'>;
  /** of all boards */
  readonly index: PostIndex;
  readonly own: OwnPostRegister;
  /** domain of the Message-IDs suggested to posters: a name of this server's own */
  readonly domain: string;
  readonly log?: Log;
  /** ms */
  readonly now?: () => number;
  /** `newsgroup` is undefined where an article was refused before it was known */
  readonly onPost?: (newsgroup: string | undefined, outcome: PostOutcome) => void;
}

/** Takes articles from the front end, decides what each is to be on which board, and has it done. */
export class ArticlePoster implements Poster {
  readonly #options: ArticlePosterOptions;
  readonly #log: Log;
  readonly #now: () => number;
  /** One Message-ID at a time: of two at once the second learns what became of the first. */
  readonly #ids = new KeyedQueue();
  #boards: readonly PosterBoard[];
  #suggested = 0;

  constructor(options: ArticlePosterOptions) {
    this.#options = options;
    this.#boards = options.boards;
    this.#log = options.log ?? silent;
    this.#now = options.now ?? Date.now;
  }

  /** From now on these boards take posts. */
  setBoards(boards: readonly PosterBoard[]): void {
    this.#boards = boards;
    void this.start();
  }

  async post(article: Buffer, { person, peer, suggested, feed }: Submission): Promise<string> {
    let newsgroup: string | undefined;
    try {
      const posting = readPosting(article, { now: this.#now(), feed });
      const messageId = posting.messageId ?? suggested ?? this.suggestMessageId();
      if (feed && messageId !== suggested) {
        throw new PostingError(`Message-ID: ${messageId} is not the one that was offered`);
      }
      const { board, place } = destinationOf(posting, this.#boards);
      newsgroup = board.newsgroup;
      const author = this.#author(person, board, place === 'motd' || isModeration(posting) ? 3 : 2);
      await this.#ids.run(messageId, async () => {
        this.#refuseKnown(messageId);
        await board.poster.submit(this.#order(posting, messageId, board, place, author));
      });
      this.#log.info({ messageId, newsgroup, user: person?.name, peer: peer.address }, 'posted');
      this.#options.onPost?.(newsgroup, 'posted');
      return messageId;
    } catch (error) {
      const refusal = error instanceof PostingError ? new Refusal('rejected', error.message, { cause: error }) : error;
      const reason = error instanceof Error ? error.message : String(error);
      this.#log.info({ newsgroup, user: person?.name, peer: peer.address, reason }, 'post refused');
      this.#options.onPost?.(newsgroup, outcomeOf(refusal));
      throw refusal;
    }
  }

  offer(messageId: string): 'yes' | 'held' | 'later' {
    if (this.#options.own.find(messageId) !== undefined) return 'held';
    if (this.#options.index.locate(messageId) !== undefined) return 'held';
    const busy = this.#ids.has(messageId) || this.#boards.some(({ poster }) => poster.isPending(messageId));
    return busy ? 'later' : 'yes';
  }

  /** Looks for what an earlier run of this process left in the middle. Never rejects: what can't be settled yet waits. */
  async start(): Promise<void> {
    await Promise.all(
      this.#boards.map(({ poster, newsgroup }) =>
        poster.settle().catch((err: unknown) => this.#log.warn({ newsgroup, err }, 'posts left in the middle wait')),
      ),
    );
  }

  suggestMessageId(): string {
    const time = Math.floor(this.#now()).toString(36);
    const unique = `${time}.${(++this.#suggested).toString(36)}.${randomBytes(5).toString('hex')}`;
    return `<${unique}@${this.#options.domain}>`;
  }

  #author(person: Person | undefined, { newsgroup }: PosterBoard, wanted: 2 | 3): Author {
    const { logins } = this.#options;
    const level = logins.level(person, newsgroup);
    const author = logins.author(person, newsgroup);
    if (author !== undefined && level >= wanted) return author;
    if (person === undefined && logins.access(undefined, newsgroup).loginHelps) {
      throw new Refusal('login-required', `Newsgroups: log in to post to ${newsgroup}`);
    }
    throw new Refusal(
      'rejected',
      wanted === 3 && level === 2
        ? `only editors of ${newsgroup} may do this`
        : `Newsgroups: you may not post to ${newsgroup}`,
    );
  }

  #refuseKnown(messageId: string): void {
    const { index, own } = this.#options;
    if (own.find(messageId) !== undefined || index.locate(messageId) !== undefined) {
      throw new Refusal('duplicate', `Message-ID: ${messageId} is posted already`);
    }
    if (this.#boards.some(({ domain }) => parseDerivedId(messageId, domain) !== undefined)) {
      throw new PostingError(`Message-ID: ${messageId} is of a form that only the server gives`);
    }
  }

  #order(posting: Posting, messageId: string, board: PosterBoard, place: 'board' | 'motd', author: Author): Order {
    const { charset, limits = groggsLimits, model } = board;
    const common = { messageId, author, references: posting.references.join(' ') };
    const moderated: Moderated | undefined = moderate(posting, board, author.userid, this.#options.index);
    if (moderated !== undefined) return { ...common, ...moderated };

    const item = place === 'board' ? itemRepliedTo(posting, board.newsgroup, this.#options.index, model) : undefined;
    const lines = boardLines(posting.text, charset, limits, item === undefined ? 'contribution' : 'reply');
    const grogname = boardGrogname(board.grogname || (author.grogname ?? posting.from.name), charset, limits);
    const deed: Deed =
      place === 'motd'
        ? { kind: 'motd' }
        : item === undefined
          ? { kind: 'item', subject: boardSubject(withoutRe(posting.subject), charset, limits) }
          : { kind: 'reply', itemId: item.id };
    const continuationSubject = () => (item === undefined ? octets`` : continuationOf(posting, item, board));
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
  { charset, limits = groggsLimits }: PosterBoard,
): Octets {
  if (sameSubject(subject, decode(item.subject, charset))) return item.subject;
  try {
    return boardSubject(withoutRe(subject), charset, limits);
  } catch (error) {
    if (error instanceof PostingError) return item.subject;
    throw error;
  }
}

function isModeration({ cancels, supersedes }: Posting): boolean {
  return cancels !== undefined || supersedes !== undefined;
}

function outcomeOf(error: unknown): PostOutcome {
  if (!(error instanceof Refusal)) return 'unavailable';
  return error.kind === 'duplicate' ? 'duplicate' : error.kind === 'unavailable' ? 'unavailable' : 'refused';
}

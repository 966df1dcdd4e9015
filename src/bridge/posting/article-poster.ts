import { randomBytes } from 'node:crypto';
import { parseDerivedId } from '../../news/message-id.ts';
import { PostingError } from '../../news/posting/error.ts';
import { type TextRules, usualTextRules } from '../../news/posting/mime.ts';
import { type Posting, readPosting } from '../../news/posting/posting.ts';
import { Refusal } from '../../nntp/backend.ts';
import { addressKey } from '../../wire/address.ts';
import { boundedLog } from '../../wire/bounded-log.ts';
import { eventLoop } from '../../wire/fair-share.ts';
import { type Log, silent } from '../../wire/log.ts';
import { reasonOf } from '../../wire/trouble.ts';
import type { BoardGroup, BridgedBoard, Member } from '../board.ts';
import type { Logins } from '../login/logins.ts';
import type { Person, Poster, Submission } from '../ports.ts';
import { destinationOf } from './destination.ts';
import { EarlyArticles } from './early-articles.ts';
import { KeyedQueue } from './keyed-queue.ts';
import { Offers } from './offers.ts';
import { duplicate } from './refusals.ts';
import { type Reason, refusedBecause } from './refused-because.ts';
import { UnknownReferences } from './target.ts';

/** What posting needs from each board. */
export type PostableBoard = Pick<BridgedBoard, 'poster'> & {
  readonly login: Pick<BridgedBoard['login'], 'name'>;
  readonly view: Pick<BridgedBoard['view'], 'newsgroup' | 'domain'> & {
    readonly groups: readonly Pick<BoardGroup, 'name' | 'levelToPost'>[];
  };
};

export type PostOutcome = 'posted' | 'duplicate' | 'refused' | 'unavailable';

/** @param board its name, `undefined` if an article was refused before its board was known */
export type OnPost = (board: string | undefined, outcome: PostOutcome, because?: Reason) => void;

export interface ArticlePosterOptions {
  readonly boards: readonly PostableBoard[];
  readonly logins: Pick<Logins, 'access' | 'level' | 'member' | 'elsewhere'>;
  /** domain of the Message-IDs suggested to posters: a name that belongs to this server */
  readonly domain: string;
  readonly log?: Log;
  /** ms */
  readonly now?: () => number;
  /** monotonic, in ms */
  readonly clock?: (() => number) | undefined;
  readonly onPost?: OnPost;
}

/** characters of a reason in the log: it may quote the article */
const LONGEST_REASON = 300;

/**
 * Takes articles from the front end, checks the posters' rights, and passes each article to its board. Each Message-ID
 * is posted only once.
 */
export class ArticlePoster implements Poster {
  readonly #options: ArticlePosterOptions;
  readonly #log: Log;
  /** bounded: any client can cause refusals */
  readonly #refusals: Log;
  readonly #now: () => number;
  /** One article per Message-ID at a time, so that the second learns what became of the first. */
  readonly #ids = new KeyedQueue();
  readonly #offers: Offers;
  readonly #early: EarlyArticles;
  #boards: readonly PostableBoard[];
  #suggested = 0;

  constructor(options: ArticlePosterOptions) {
    this.#options = options;
    this.#boards = options.boards;
    this.#log = options.log ?? silent;
    this.#refusals = boundedLog(this.#log);
    this.#now = options.now ?? Date.now;
    this.#offers = new Offers(options.clock);
    this.#early = new EarlyArticles(options.clock);
  }

  /** Replaces the boards that accept posts. */
  setBoards(boards: readonly PostableBoard[]): void {
    this.#boards = boards;
    void this.start();
  }

  async post(article: Buffer, { person, peer, suggested, feed }: Submission): Promise<string> {
    let board: PostableBoard | undefined;
    let judging = false;
    let messageId = feed ? suggested : undefined;
    const from = { connection: peer.connection, address: peer.address };
    // Reading or wrapping a hostile article can take a whole turn.
    const turn = () => (eventLoop.over() ? eventLoop.next(true, addressKey(peer.address)) : undefined);
    try {
      await turn();
      const posting = readPosting(article, {
        now: this.#now(),
        feed,
        textRules: (newsgroups) => this.#textRules(newsgroups),
      });
      const id = posting.messageId ?? suggested ?? this.suggestMessageId();
      messageId = id;
      if (feed && id !== suggested) {
        throw new PostingError(`Message-ID: ${id} is not the one that was offered`);
      }
      const destination = destinationOf(posting, this.#boards);
      const { group } = destination;
      board = destination.board;
      const { poster, view } = board;
      judging = true;
      const member = this.#member(person, view.newsgroup, isModeration(posting) ? 3 : group.levelToPost);
      judging = false;
      await this.#ids.run(id, async () => {
        await turn();
        this.#refuseKnown(id);
        await poster.post({ posting, messageId: id, newsgroup: group.name, member });
      });
      this.#early.posted(id);
      this.#log.info({ ...from, messageId, newsgroup: view.newsgroup, user: person?.name }, 'posted');
      this.#options.onPost?.(board.login.name, 'posted');
      return id;
    } catch (error) {
      const isEarly = feed && error instanceof UnknownReferences && this.#early.mayComeAgain(suggested ?? '');
      const kind = isEarly ? 'early' : 'rejected';
      const refusal = error instanceof PostingError ? new Refusal(kind, error.message, { cause: error }) : error;
      // The front end reports bugs.
      if (refusal instanceof Refusal) {
        const reason = reasonOf(error).slice(0, LONGEST_REASON);
        const newsgroup = board?.view.newsgroup;
        this.#refusals.info({ ...from, messageId, newsgroup, user: person?.name, reason }, 'post refused');
      }
      this.#options.onPost?.(board?.login.name, outcomeOf(refusal), refusedBecause(refusal, judging));
      throw refusal;
    }
  }

  #textRules([newsgroup]: readonly string[]): TextRules {
    const board = this.#boards.find(({ view }) => view.groups.some(({ name }) => name === newsgroup));
    return board?.poster.textRules ?? usualTextRules;
  }

  offer(messageId: string, by: object): 'yes' | 'held' | 'later' {
    if (this.#boards.some(({ poster }) => poster.has(messageId)) || this.#isOurs(messageId)) return 'held';
    const busy = this.#ids.has(messageId) || this.#boards.some(({ poster }) => poster.isPending(messageId));
    const canPost = this.#boards.some(({ poster }) => poster.isAway !== true);
    if (busy || !canPost || this.#offers.isElsewhere(messageId, by)) return 'later';
    this.#offers.promise(messageId, by);
    return 'yes';
  }

  arriving(messageId: string, by: object): () => void {
    return this.#offers.arriving(messageId, by);
  }

  left(by: object): void {
    this.#offers.left(by);
  }

  /** Settles what an earlier run left unfinished. Never rejects: what can't be settled yet is settled later. */
  async start(): Promise<void> {
    await Promise.all(
      this.#boards.map(({ poster, view: { newsgroup } }) =>
        poster.settle().catch((err: unknown) => this.#log.warn({ newsgroup, err }, 'unfinished posts wait')),
      ),
    );
  }

  suggestMessageId(): string {
    const time = Math.floor(this.#now()).toString(36);
    const unique = `${time}.${(++this.#suggested).toString(36)}.${randomBytes(5).toString('hex')}`;
    return `<${unique}@${this.#options.domain}>`;
  }

  #member(person: Person | undefined, newsgroup: string, wanted: 2 | 3): Member {
    const { logins } = this.#options;
    const level = logins.level(person, newsgroup);
    const member = logins.member(person, newsgroup);
    if (member !== undefined && level >= wanted) return member;
    if (person === undefined && logins.access(undefined, newsgroup).loginHelps) {
      throw new Refusal('login-required', `Newsgroups: log in to post to ${newsgroup}`);
    }
    const elsewhere = logins.elsewhere(person, newsgroup);
    if (elsewhere !== undefined)
      throw new Refusal('rejected', `Newsgroups: you may not post to ${newsgroup}: ${elsewhere}`);
    throw new Refusal(
      'rejected',
      wanted === 3 && level === 2
        ? `only editors of ${newsgroup} may do this`
        : `Newsgroups: you may not post to ${newsgroup}`,
    );
  }

  #refuseKnown(messageId: string): void {
    const board = this.#boards.find(({ poster }) => poster.has(messageId));
    if (board !== undefined) throw board.poster.doubtOf?.(messageId) ?? duplicate(messageId);
    if (this.#isOurs(messageId)) {
      throw new PostingError(`Message-ID: ${messageId} has a form that only this server may use`);
    }
  }

  /** Whether this is the Message-ID of one of our own articles. */
  #isOurs(messageId: string): boolean {
    return this.#boards.some(({ view }) => parseDerivedId(messageId, view.domain) !== undefined);
  }
}

function isModeration({ cancels, supersedes }: Posting): boolean {
  return cancels !== undefined || supersedes !== undefined;
}

function outcomeOf(error: unknown): PostOutcome {
  if (!(error instanceof Refusal)) return 'unavailable';
  if (error.kind === 'duplicate' || error.kind === 'unavailable') return error.kind;
  return error.kind === 'early' ? 'unavailable' : 'refused';
}

import { Refusal } from '../../nntp/backend.ts';
import { storeTrouble } from '../../store/errors.ts';
import type { Permanent } from '../../store/permanent.ts';
import { type Log, silent } from '../../wire/log.ts';
import { type BoardModel, PostKind } from '../model.ts';
import type { Gate, NewRow } from '../ports.ts';
import type { SearchPool } from './connection.ts';
import { Flights } from './flights.ts';
import { KeyedQueue } from './keyed-queue.ts';
import { KnownRows, type RowModel } from './known-rows.ts';
import { LostPosts } from './lost-posts.ts';
import { OtherBridges } from './other-bridges.ts';
import type { OwnPostRegister } from './own-posts.ts';
import { parsePlan, textKey } from './plan.ts';
import { ReadingBack } from './reading-back.ts';
import { refusalFor } from './refusals.ts';
import { RowGate } from './row-gate.ts';
import { type Order, Sender, type Sent } from './sender.ts';
import { UnreadPosts } from './unread-posts.ts';

export interface BoardPosterOptions {
  readonly newsgroup: string;
  readonly model: RowModel & Pick<BoardModel, 'refresh' | 'isFull'>;
  readonly permanent: Permanent;
  /** connections for looking for posts whose answer never came */
  readonly reader: SearchPool;
  readonly own: OwnPostRegister;
  readonly log?: Log;
  /** ms */
  readonly now?: () => number;
  /**
   * ms to wait after a connection is lost before looking for what was sent over it: the board may still be working on
   * it (it executes a complete command even if the sender is gone). Default 2000
   */
  readonly grace?: number;
  /** ms, monotonic */
  readonly clock?: () => number;
  /**
   * ms that new rows of the index may be held back at a time while posts that may be among them are looked for. Default
   * 10,000
   */
  readonly hold?: number;
}

/** ms */
const HOLD = 10_000;

/**
 * Posts to one board, each Message-ID once, whatever fails. The store has the plan before the command that commits a
 * post is sent, and its sequence number after 220. In between only the board knows, so the post is looked for there
 * before anything is sent again: at once, at a retry, or after a crash.
 */
export class BoardPoster implements Gate {
  readonly #options: BoardPosterOptions;
  readonly #log: Log;
  readonly #flights = new Flights();
  readonly #readingBack: ReadingBack;
  /** Two posts with the same author and text can't be told apart on the board, so they are sent one after the other. */
  readonly #texts = new KeyedQueue();
  readonly #rows: KnownRows;
  readonly #lost: LostPosts;
  readonly #sender: Sender;
  readonly #unread: UnreadPosts;
  readonly #gate: RowGate;
  readonly #others: OtherBridges | undefined;
  /** Message-IDs of posts that may have an intent by now, but no outcome */
  readonly #intended = new Set<string>();

  private constructor(options: BoardPosterOptions, newestEpoch: number) {
    const { newsgroup, model, permanent, reader, own, log = silent, hold = HOLD, now = Date.now } = options;
    const clock = options.clock ?? (() => performance.now());
    this.#options = options;
    this.#readingBack = new ReadingBack(
      (upTo) => this.#refresh(upTo),
      () => this.#flights.size,
    );
    this.#log = log;
    const { shared } = permanent;
    const rows = new KnownRows(newsgroup, model, own, () => permanent.recent(), newestEpoch, shared !== undefined);
    const unread = new UnreadPosts(reader);
    const isOurs = (messageId: string) => this.#intended.has(messageId) || this.#lost.has(messageId);
    const others = shared && new OtherBridges({ newsgroup, shared, own, unread, isOurs });
    const lost = new LostPosts({
      ...{ permanent, reader, log, rows },
      grace: options.grace ?? 2000,
      clock,
      texts: this.#texts,
      ...(others && { catchUp: () => others.catchUp() }),
      onFound: async (messageId, plan, found) => {
        await this.#finish(messageId, { ...found, plan });
        this.#unread.found(messageId);
      },
      underWayElsewhere: () => others?.texts() ?? [],
    });
    this.#rows = rows;
    this.#lost = lost;
    this.#unread = unread;
    this.#others = others;
    this.#sender = new Sender({ permanent, rows, lost, others, log, now, clock, hold });
    const flights = this.#flights;
    const gate = { newsgroup, permanent, own, rows, flights, lost, unread, others };
    this.#gate = new RowGate({ ...gate, hold });
  }

  /**
   * Reads the store. Unfinished posts are looked for by `settle`, by `beforePublish`, or when they are posted again.
   */
  static async open(options: BoardPosterOptions): Promise<BoardPoster> {
    const { newsgroup, permanent, own } = options;
    const poster = new BoardPoster(options, (await permanent.epochs()).at(-1)?.number ?? 1);
    await poster.#others?.start();
    // In this order: if another process that is shutting down finishes a post in the meantime, one of the two has it.
    const intents = await permanent.intents();
    const posts = await permanent.ownPosts();
    own.load(newsgroup, posts);
    const plans = new Map(intents.map(({ messageId, details }) => [messageId, parsePlan(details)]));
    for (const { messageId, epoch, sequence } of posts) {
      if (epoch !== 0) continue;
      poster.#unread.add(messageId, plans.get(messageId), sequence);
      poster.#unread.overdue(messageId);
    }
    for (const intent of intents) {
      if (intent.elsewhere === true || own.find(intent.messageId) !== undefined) continue;
      const pending = poster.#lost.leave(intent);
      if (poster.#others !== undefined) void poster.#lost.settleAlone(pending);
    }
    poster.#joinOthers();
    return poster;
  }

  /** Stops looking for posts. */
  close(): void {
    this.#lost.close();
  }

  #joinOthers(): void {
    const { shared } = this.#options.permanent;
    shared?.onHint((about) => {
      if (about === 'posts') this.#others?.hinted();
    });
    shared?.onTaken((intents) => {
      for (const intent of intents) {
        this.#log.info({ messageId: intent.messageId }, 'another bridge left a post unfinished: looking for it');
        const pending = this.#lost.leave(intent, shared.patience);
        void this.#lost.settleAlone(pending);
      }
    });
    shared?.onRejoined((own) => {
      for (const { intent } of this.#lost.all()) if (!own.has(intent.messageId)) this.#lost.drop(intent.messageId);
    });
  }

  /** The numbers of posts under way, and of posts whose outcome is unknown. */
  get open(): { readonly underWay: number; readonly inDoubt: number } {
    return { underWay: this.#flights.size, inDoubt: this.#lost.size };
  }

  /** Whether the outcome of this post is unknown. */
  isPending(messageId: string): boolean {
    return this.#lost.has(messageId) || this.#others?.isOpen(messageId) === true;
  }

  /** If this post was taken for one that an editor has changed. */
  doubtOf(messageId: string): Refusal | undefined {
    return this.#lost.doubtOf(messageId);
  }

  /** Looks for all unfinished posts. Rejects if the board is away. */
  settle(): Promise<void> {
    return this.#lost.settle();
  }

  beforePublish(rows: readonly NewRow[]): Promise<void> | undefined {
    return this.#gate.pass(rows);
  }

  numbered(rows: Iterable<NewRow>): Promise<void> | undefined {
    return this.#gate.numbered(rows);
  }

  /**
   * Resolves once the post is on the board and readers can see it. Rejects with a `Refusal`; `duplicate`: it has been
   * posted before.
   */
  async submit(order: Order): Promise<void> {
    const land = this.#flights.depart(order.author.userid);
    let posted: Posted;
    try {
      posted = await this.#texts.run(textKey(order.author.userid, order.hash), () => this.#submit(order));
    } catch (error) {
      throw refusalFor(error);
    } finally {
      land();
    }
    await posted.read;
    if (posted.trouble !== undefined) await this.#storeAgain(order.messageId);
    this.#unread.overdue(order.messageId);
    const { model, own, newsgroup } = this.#options;
    const row = model.rowOfSequence(posted.sequence);
    // The row with its number may be another: reserved for what the edit log reports, or made up by an editor.
    const isThere = row >= 0 && model.posts.kinds[row] !== PostKind.Gone;
    const isOwn = own.idOf(newsgroup, model.posts.epochs[row] ?? 0, posted.sequence)?.messageId === order.messageId;
    if (model.isFull && !(isThere && isOwn)) throw new Refusal('unavailable', UNNUMBERED);
    const doubt = this.doubtOf(order.messageId);
    if (doubt !== undefined) throw doubt;
  }

  /** Resolves once the store knows that the board has the post. */
  async #submit(order: Order): Promise<Posted> {
    const { messageId } = order;
    const seen = await this.#unread.seen();
    this.#intended.add(messageId);
    try {
      const sent = await this.#sender.send(order, seen);
      const { sequence } = sent;
      let trouble: unknown;
      const { stored, read } = this.#readingBack.begin(sequence, async () => {
        trouble = await this.#finish(messageId, sent);
      });
      await stored;
      return { sequence, read, trouble };
    } finally {
      this.#intended.delete(messageId);
    }
  }

  /** The board has the post: stores that first, then tells the views. Returns why it could not be stored. */
  async #finish(messageId: string, { plan, sequence, sign }: Sent): Promise<unknown> {
    const { newsgroup, permanent, own } = this.#options;
    const post = {
      messageId,
      epoch: this.#rows.epochOf(plan, sequence, sign),
      sequence,
      references: plan.references,
      path: plan.path ?? '',
    };
    let trouble: unknown;
    try {
      await permanent.done(post);
    } catch (error) {
      trouble = error;
      // The post is on the board nevertheless, and the intent by which it can be found is still there.
      this.#log.error({ messageId, err: error }, 'a post is on the board, but its Message-ID could not be stored');
    }
    own.add(newsgroup, post);
    if (post.epoch === 0) this.#unread.add(messageId, plan, sequence);
    return trouble;
  }

  /** What was acknowledged must be known after a restart, whatever editors do meanwhile: the intent does not suffice. */
  async #storeAgain(messageId: string): Promise<void> {
    const { newsgroup, permanent, own } = this.#options;
    const { epoch = 0, sequence = 0 } = own.find(messageId) ?? {};
    const { references = '', path = '' } = own.idOf(newsgroup, epoch, sequence) ?? {};
    try {
      await permanent.done({ messageId, epoch, sequence, references, path });
    } catch (cause) {
      const trouble = storeTrouble(cause) ?? "the server's database failed";
      throw new Refusal('unavailable', `${trouble}; ${NOT_STORED}`, { cause });
    }
  }

  async #refresh(sequence: number): Promise<void> {
    const { model } = this.#options;
    try {
      await model.refresh(sequence);
    } catch (error) {
      this.#log.warn({ err: error }, 'posted, but the board went away before it could be read back');
    }
  }
}

/** A post that the board has. */
interface Posted {
  readonly sequence: number;
  /** resolves once readers can see it */
  readonly read: Promise<void>;
  /** why its Message-ID could not be stored */
  readonly trouble: unknown;
}

const NOT_STORED =
  'the board has the article, but its Message-ID could not be stored; ' +
  'do not post it again (with the same Message-ID it cannot appear twice)';
const UNNUMBERED = 'the board has the article, but no article number is left for it here: nobody can read it';

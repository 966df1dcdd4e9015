import { setTimeout as delay } from 'node:timers/promises';
import { Refusal } from '../../nntp/backend.ts';
import { RgtpError } from '../../rgtp/errors.ts';
import type { Claim, Intent, Permanent } from '../../store/permanent.ts';
import { type Log, silent } from '../../wire/log.ts';
import { type BoardModel, PostKind } from '../model.ts';
import type { Gate, NewRow } from '../ports.ts';
import type { Author, PostingConnection, SearchPool } from './connection.ts';
import { OutcomeUnknown } from './deliver.ts';
import { Flights } from './flights.ts';
import { guarded } from './guarded.ts';
import { KeyedQueue } from './keyed-queue.ts';
import { KnownRows, type RowModel } from './known-rows.ts';
import { LostPosts, type Pending } from './lost-posts.ts';
import { OtherBridges } from './other-bridges.ts';
import type { OwnPostRegister } from './own-posts.ts';
import { type Deed, formatPlan, type Plan, parsePlan, type SeenPost, textKey } from './plan.ts';
import { ReadingBack } from './reading-back.ts';
import { refusalFor } from './refusals.ts';
import { RowGate } from './row-gate.ts';
import { UnreadPosts } from './unread-posts.ts';

export interface BoardPosterOptions {
  readonly newsgroup: string;
  readonly model: RowModel & Pick<BoardModel, 'refresh' | 'isFull'>;
  readonly permanent: Permanent;
  /** connections that look for posts whose answer never came */
  readonly reader: SearchPool;
  readonly own: OwnPostRegister;
  readonly log?: Log;
  /** ms */
  readonly now?: () => number;
  /**
   * ms to wait after a connection is lost before looking for what was sent over it: the board may still be working on it
   * (it executes a complete command even if the sender has gone). Default 2000
   */
  readonly grace?: number;
  /** ms, monotonic */
  readonly clock?: () => number;
  /** ms that new rows of the index are held back at a time while posts that may be among them are looked for. Default 10,000 */
  readonly hold?: number;
}

/** One post, ready for the board. */
export interface Order {
  readonly messageId: string;
  readonly author: Author;
  readonly deed: Deed;
  /** `hashOf` the text */
  readonly hash: string;
  readonly references: string;
  /** the Path it came with; absent or '' if it was posted here */
  readonly path?: string;
  /** Does it; see `deliver` for what it throws. */
  readonly perform: (board: PostingConnection, revise: (deed: Deed) => Promise<void>) => Promise<number>;
}

const ATTEMPTS = 3;
/** ms */
const LOOK_AGAIN = 1_000;
/** ms */
const HOLD = 10_000;

/**
 * Posts to one board, each Message-ID once, whatever fails. The store knows what a post is to become before the command that
 * commits it is sent, and its sequence number after 220. In between only the board knows: the post is looked for there
 * before anything is sent again – at once, at a retry, or after a crash.
 */
export class BoardPoster implements Gate {
  readonly #options: BoardPosterOptions;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #flights = new Flights();
  readonly #readingBack: ReadingBack;
  /** Two posts of one author with one text can't be told apart on the board: they go one after the other. */
  readonly #texts = new KeyedQueue();
  readonly #rows: KnownRows;
  readonly #lost: LostPosts;
  readonly #unread: UnreadPosts;
  readonly #gate: RowGate;
  readonly #others: OtherBridges | undefined;
  /** Message-IDs of posts that may have an intent by now, and no outcome */
  readonly #intended = new Set<string>();
  readonly #clock: () => number;
  readonly #closed = new AbortController();

  private constructor(options: BoardPosterOptions, newestEpoch: number) {
    const { newsgroup, model, permanent, reader, own, log = silent } = options;
    this.#options = options;
    this.#readingBack = new ReadingBack((upTo) => this.#refresh(upTo));
    this.#log = log;
    this.#now = options.now ?? Date.now;
    const rows = new KnownRows(newsgroup, model, own, newestEpoch);
    const { shared } = permanent;
    const unread = new UnreadPosts(reader);
    const isOurs = (messageId: string) => this.#intended.has(messageId) || this.#lost.has(messageId);
    const others = shared && new OtherBridges({ newsgroup, shared, own, unread, isOurs });
    this.#clock = options.clock ?? (() => performance.now());
    const lost = new LostPosts({
      ...{ permanent, reader, log, rows },
      grace: options.grace ?? 2000,
      clock: this.#clock,
      texts: this.#texts,
      ...(others && { catchUp: () => others.catchUp() }),
      onFound: async (messageId, plan, sequence) => {
        await this.#finish(messageId, plan, sequence);
        this.#unread.found(messageId);
      },
    });
    this.#rows = rows;
    this.#lost = lost;
    this.#unread = unread;
    this.#others = others;
    const flights = this.#flights;
    const gate = { newsgroup, permanent, own, rows, flights, lost, unread, others };
    this.#gate = new RowGate({ ...gate, hold: options.hold ?? HOLD });
  }

  /** Reads the store. Unfinished posts are looked for by `settle`, `beforePublish`, or when they are posted again. */
  static async open(options: BoardPosterOptions): Promise<BoardPoster> {
    const { newsgroup, permanent, own } = options;
    const poster = new BoardPoster(options, (await permanent.epochs()).at(-1)?.number ?? 1);
    await poster.#others?.start();
    // In this order: if another process that is shutting down finishes a post meanwhile, one of the two has it.
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
      if (poster.#others !== undefined) void poster.#settleAlone(pending);
    }
    poster.#joinOthers();
    return poster;
  }

  /** Looks for nothing any more. */
  close(): void {
    this.#closed.abort();
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
        void this.#settleAlone(pending);
      }
    });
    shared?.onRejoined((own) => {
      for (const { intent } of this.#lost.all()) if (!own.has(intent.messageId)) this.#lost.drop(intent.messageId);
    });
  }

  /** Posts on their way, and posts whose outcome is unknown. */
  get open(): { readonly underWay: number; readonly inDoubt: number } {
    return { underWay: this.#flights.size, inDoubt: this.#lost.size };
  }

  /** Whether the outcome of this post is unknown. */
  isPending(messageId: string): boolean {
    return this.#lost.has(messageId) || this.#others?.isOpen(messageId) === true;
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
   * Resolves when the post is on the board and readers can see it. Rejects with a `Refusal`; `duplicate`: it was posted
   * before.
   */
  async submit(order: Order): Promise<void> {
    const land = this.#flights.depart(order.author.userid);
    let posted: { readonly sequence: number; readonly read: Promise<void> };
    try {
      posted = await this.#texts.run(textKey(order.author.userid, order.hash), () => this.#submit(order));
    } catch (error) {
      throw refusalFor(error);
    } finally {
      land();
    }
    await posted.read;
    this.#unread.overdue(order.messageId);
    const { model, own, newsgroup } = this.#options;
    const row = model.rowOfSequence(posted.sequence);
    // The row of its number may be another: kept for what the edit log tells, or made up by an editor.
    const isThere = row >= 0 && model.posts.kinds[row] !== PostKind.Gone;
    const isOwn = own.idOf(newsgroup, model.posts.epochs[row] ?? 0, posted.sequence)?.messageId === order.messageId;
    if (model.isFull && !(isThere && isOwn)) throw new Refusal('unavailable', UNNUMBERED);
  }

  /** Resolves when the store knows that the board has the post; `read` resolves when readers can see it. */
  async #submit(order: Order): Promise<{ readonly sequence: number; readonly read: Promise<void> }> {
    const seen = await this.#unread.seen();
    const plan = this.#planFor(order, order.deed, seen);
    const intent: Intent = {
      messageId: order.messageId,
      created: Math.floor(this.#now() / 1000),
      details: formatPlan(plan),
      twin: textKey(order.author.userid, order.hash),
    };
    this.#intended.add(intent.messageId);
    try {
      return await this.#send(order, intent, plan);
    } finally {
      this.#intended.delete(intent.messageId);
    }
  }

  async #send(
    order: Order,
    intent: Intent,
    plan: Plan,
  ): Promise<{ readonly sequence: number; readonly read: Promise<void> }> {
    const { permanent } = this.#options;
    const claim = permanent.shared?.claim();
    await this.#intend(intent);
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#attempt(order, intent, plan, claim);
      if ('sequence' in outcome) {
        const { sequence } = outcome;
        const finish = () => this.#finish(intent.messageId, outcome.plan, sequence);
        const { stored, read } = this.#readingBack.begin(sequence, finish);
        await stored;
        return { sequence, read };
      }
      if (outcome.again && attempt < ATTEMPTS) continue;
      await permanent.forget(intent.messageId);
      throw outcome.error;
    }
  }

  /** Waits for other posts that this one may be, or look like. Rejects if it was posted before. */
  async #intend(intent: Intent): Promise<void> {
    const until = this.#clock() + (this.#options.hold ?? HOLD);
    for (;;) {
      const known = await this.#options.permanent.intend(intent);
      if (!known.known) return;
      if (known.post !== undefined) throw duplicate(intent.messageId);
      if (known.intent.elsewhere !== true) {
        if (await this.#lost.wasPosted(known.intent)) throw duplicate(intent.messageId);
      } else if (this.#clock() < until) await this.#others?.change();
      else throw new Refusal('unavailable', ELSEWHERE);
    }
  }

  /** The sequence number, and what the post has become; or why nothing was posted, and whether to try again. */
  async #attempt(
    order: Order,
    intent: Intent,
    first: Plan,
    claim: Claim | undefined,
  ): Promise<
    { readonly sequence: number; readonly plan: Plan } | { readonly error: unknown; readonly again: boolean }
  > {
    const { permanent } = this.#options;
    let plan = first;
    let started = false;
    try {
      const revise = async (deed: Deed) => {
        plan = this.#planFor(order, deed, first.seen);
        await permanent.revise(intent.messageId, formatPlan(plan));
      };
      const outcome = await order.author.use(async (board) => {
        started = true;
        // A refusal by the board is no reason to close the connection.
        return order.perform(claim === undefined ? board : guarded(board, claim), revise).catch(answeredBy);
      });
      if (typeof outcome === 'number') return { sequence: outcome, plan };
      throw outcome;
    } catch (error) {
      if (!(error instanceof OutcomeUnknown)) {
        // A connection that was closed while idle fails only now; 481 is no error (RGTP 2.2).
        const lost = error instanceof RgtpError && (error.kind === 'unavailable' || error.kind === 'no-data');
        return this.#failed(error, started && lost, intent, plan !== first);
      }
      this.#log.warn(
        { messageId: intent.messageId, err: error.cause },
        'the outcome of a post is unknown: looking for it',
      );
      const pending = this.#lost.leave({ ...intent, details: formatPlan(plan) });
      const found = await this.#lost.outcomeOf(pending, plan).catch((cause: unknown) => {
        if (this.#others !== undefined) void this.#settleAlone(pending);
        throw new Refusal('unavailable', unknownAfter(error.cause), { cause });
      });
      if (found !== undefined) return { sequence: found, plan };
      return this.#failed(error.cause, !failedInside(error.cause), intent, plan !== first);
    }
  }

  /** Other bridges wait for the outcome, and this one may not poll the board for a long time. */
  async #settleAlone(pending: Pending): Promise<void> {
    const { signal } = this.#closed;
    while (!signal.aborted && this.#lost.all().includes(pending)) {
      await this.#lost.lookForPatiently(pending, () => true, signal);
      await delay(LOOK_AGAIN, undefined, { ref: false, signal }).catch(() => {});
    }
  }

  /** Nothing was posted. Another attempt starts from the original plan. */
  async #failed(error: unknown, again: boolean, intent: Intent, revised: boolean) {
    if (again && revised) await this.#options.permanent.revise(intent.messageId, intent.details);
    return { error, again };
  }

  /** The board has the post: tells the store first, then the views. */
  async #finish(messageId: string, plan: Plan, sequence: number): Promise<void> {
    const { newsgroup, permanent, own } = this.#options;
    const post = {
      messageId,
      epoch: this.#rows.epochOf(plan, sequence),
      sequence,
      references: plan.references,
      path: plan.path ?? '',
    };
    try {
      await permanent.done(post);
    } catch (error) {
      // The post is on the board nevertheless, and the intent that finds it is still there.
      this.#log.error({ messageId, err: error }, 'a post is on the board, but its Message-ID could not be stored');
    }
    own.add(newsgroup, post);
    if (post.epoch === 0) this.#unread.add(messageId, plan, sequence);
  }

  async #refresh(sequence: number): Promise<void> {
    const { model } = this.#options;
    try {
      await model.refresh(sequence);
    } catch (error) {
      this.#log.warn({ err: error }, 'posted, but the board went away before it could be read back');
    }
  }

  #planFor({ author, hash, references, path }: Order, deed: Deed, seen: readonly SeenPost[] | undefined): Plan {
    return { deed, userid: author.userid, hash, ...this.#rows.now(), ...(seen && { seen }), references, path };
  }
}

function unknownAfter(cause: unknown): string {
  const what = failedInside(cause) ? 'the board failed' : 'the connection to the board was lost';
  return (
    `${what} while it was posting, and the board cannot be asked whether it has the article; ` +
    'look before you post it again (with the same Message-ID it cannot appear twice)'
  );
}

const ELSEWHERE = 'it is being posted through another server just now, or one like it is; try again later';

const UNNUMBERED = 'the board has the article, but no article number is left for it here: nobody can read it';

function duplicate(messageId: string): Refusal {
  return new Refusal('duplicate', `Message-ID: ${messageId} is posted already`);
}

/** The board's refusal as a value; anything else is thrown on. */
function answeredBy(error: unknown): RgtpError {
  if (error instanceof RgtpError && error.code !== undefined) return error;
  throw error;
}

/** 484: "do not retry" (RGTP 2.2) */
function failedInside(error: unknown): boolean {
  return error instanceof RgtpError && error.kind === 'internal';
}

import { Refusal } from '../../nntp/backend.ts';
import { RgtpError } from '../../rgtp/errors.ts';
import type { Permanent } from '../../store/permanent.ts';
import type { Intent } from '../../store/permanent-records.ts';
import type { Ownership } from '../../store/shared.ts';
import type { Log } from '../../wire/log.ts';
import type { Author, PostingConnection } from './connection.ts';
import { OutcomeUnknown } from './deliver.ts';
import { guarded } from './guarded.ts';
import type { KnownRows, Sign } from './known-rows.ts';
import type { LostPosts } from './lost-posts.ts';
import type { OtherBridges } from './other-bridges.ts';
import { type Deed, formatPlan, type Plan, type SeenPost, textKey } from './plan.ts';
import { duplicate } from './refusals.ts';

/** One post, ready for the board. */
export interface Order {
  readonly messageId: string;
  readonly author: Author;
  readonly deed: Deed;
  /** `hashOf` the text */
  readonly hash: string;
  readonly references: string;
  /** the Path that it arrived with; absent or '' if it was posted here */
  readonly path?: string;
  /** Sends the post; throws as `deliver` does. */
  readonly perform: (board: PostingConnection, revise: (deed: Deed) => Promise<void>) => Promise<number>;
}

/** What has become of a post on the board. */
export interface Sent {
  readonly sequence: number;
  readonly plan: Plan;
  /** if the board's answer never came: as it was found there */
  readonly sign?: Sign;
}

/** Why nothing was posted. */
interface NotSent {
  readonly error: unknown;
  /** whether to try again */
  readonly again: boolean;
}

export interface SenderParts {
  readonly permanent: Permanent;
  readonly rows: Pick<KnownRows, 'now'>;
  readonly lost: LostPosts;
  readonly others: OtherBridges | undefined;
  readonly log: Log;
  /** unix ms */
  readonly now: () => number;
  /** ms, monotonic */
  readonly clock: () => number;
  /** ms that a post may wait for one like it that another bridge has under way */
  readonly hold: number;
}

const ATTEMPTS = 3;

/**
 * Sends posts, each until the board has it or is known not to have it: nothing is sent before the store has its plan,
 * nor again before the board has been checked.
 */
export class Sender {
  readonly #parts: SenderParts;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  /**
   * Resolves with what the board has. Rejects if the board has nothing, and the store no intent any more; or with a
   * `Refusal` if that can't be told: then the intent stays.
   *
   * @param seen the rows with the numbers of acknowledged posts that have not been read
   */
  async send(order: Order, seen: readonly SeenPost[] | undefined): Promise<Sent> {
    const { permanent, now } = this.#parts;
    const plan = this.#planFor(order, order.deed, seen);
    const intent: Intent = {
      messageId: order.messageId,
      created: Math.floor(now() / 1000),
      details: formatPlan(plan),
      twin: textKey(order.author.userid, order.hash),
    };
    const ownership = permanent.shared?.ownership();
    await this.#intend(intent);
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#attempt(order, intent, plan, ownership);
      if ('sequence' in outcome) return outcome;
      if (outcome.again && attempt < ATTEMPTS) continue;
      await permanent.forget(intent.messageId);
      throw outcome.error;
    }
  }

  /** Waits for other posts that may be this one, or look like it. Rejects if it has been posted before. */
  async #intend(intent: Intent): Promise<void> {
    const { permanent, lost, others, clock, hold } = this.#parts;
    const until = clock() + hold;
    for (;;) {
      const known = await permanent.intend(intent);
      if (!known.known) return;
      if (known.post !== undefined) throw this.#isThere(intent);
      if (known.intent.elsewhere !== true) {
        if (await lost.wasPosted(known.intent)) throw this.#isThere(intent);
      } else if (clock() < until) await others?.change();
      else throw new Refusal('unavailable', ELSEWHERE);
    }
  }

  /** Why a post that the board has is not sent again. */
  #isThere({ messageId }: Intent): Refusal {
    return this.#parts.lost.doubtOf(messageId) ?? duplicate(messageId);
  }

  /** Returns what has become of the post; or why nothing was posted, and whether to try again. */
  async #attempt(order: Order, intent: Intent, first: Plan, ownership: Ownership | undefined): Promise<Sent | NotSent> {
    const { permanent, lost, others, log } = this.#parts;
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
        return order.perform(ownership === undefined ? board : guarded(board, ownership), revise).catch(answeredBy);
      });
      if (typeof outcome === 'number') return { sequence: outcome, plan };
      throw outcome;
    } catch (error) {
      if (!(error instanceof OutcomeUnknown)) {
        // A connection that was closed while idle fails only now; 481 is not an error (RGTP 2.2).
        const isLost = error instanceof RgtpError && (error.kind === 'unavailable' || error.kind === 'no-data');
        return this.#failed(error, started && isLost, intent, plan !== first);
      }
      log.warn({ messageId: intent.messageId, err: error.cause }, 'the outcome of a post is unknown: looking for it');
      const pending = lost.leave({ ...intent, details: formatPlan(plan) });
      const found = await lost.outcomeOf(pending, plan).catch((cause: unknown) => {
        if (others !== undefined) void lost.settleAlone(pending);
        throw new Refusal('unavailable', unknownAfter(error.cause), { cause });
      });
      if (found !== undefined) return { ...found, plan };
      return this.#failed(error.cause, !failedInside(error.cause), intent, plan !== first);
    }
  }

  /** Nothing was posted. The next attempt starts from the original plan. */
  async #failed(error: unknown, again: boolean, intent: Intent, revised: boolean): Promise<NotSent> {
    if (again && revised) await this.#parts.permanent.revise(intent.messageId, intent.details);
    return { error, again };
  }

  #planFor({ author, hash, references, path }: Order, deed: Deed, seen: readonly SeenPost[] | undefined): Plan {
    return { deed, userid: author.userid, hash, ...this.#parts.rows.now(), ...(seen && { seen }), references, path };
  }
}

function unknownAfter(cause: unknown): string {
  const what = failedInside(cause) ? 'the board failed' : 'the connection to the board was lost';
  return (
    `${what} while it was posting, and the board cannot be asked whether it has the article; ` +
    'look before you post it again (with the same Message-ID it cannot appear twice)'
  );
}

const ELSEWHERE = 'this article, or one like it, is being posted through another server; try again later';

/** Returns the board's refusal as a value; rethrows any other error. */
function answeredBy(error: unknown): RgtpError {
  if (error instanceof RgtpError && error.code !== undefined) return error;
  throw error;
}

/** 484: "do not retry" (RGTP 2.2) */
function failedInside(error: unknown): boolean {
  return error instanceof RgtpError && error.kind === 'internal';
}

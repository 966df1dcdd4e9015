import { setTimeout as delay } from 'node:timers/promises';
import { Refusal } from '../../nntp/backend.ts';
import { RgtpError } from '../../rgtp/errors.ts';
import { StoreError } from '../../store/errors.ts';
import type { Permanent } from '../../store/permanent.ts';
import type { Intent } from '../../store/permanent-records.ts';
import type { Log } from '../../wire/log.ts';
import type { Octets } from '../../wire/octets.ts';
import type { SearchPool } from './connection.ts';
import type { KeyedQueue } from './keyed-queue.ts';
import type { KnownRows } from './known-rows.ts';
import { type Plan, parsePlan, textKey } from './plan.ts';
import { type Finding, findPlanned } from './search.ts';

/** ms */
const LOOK_AGAIN = 200;
/** ms: likewise, while nothing here waits for it */
const LOOK_ALONE = 1000;
/**
 * Attempts that the board answers with an error before we give up. (Attempts that do not reach the board are not
 * counted.)
 */
const MAX_ERRORS = 3;
/** How many guesses are remembered. */
const MAX_GUESSES = 1000;

const MAY_BE =
  'it is not known whether this article reached the board: an editor has since changed one of yours that may be it; ' +
  'look, and if it is not, post this one with another Message-ID';

/** A post whose outcome is unknown. */
export interface Pending {
  readonly intent: Intent;
  /** monotonic, ms: by then the board will have finished with it */
  readonly certainFrom: number;
}

export interface LostPostsOptions {
  readonly permanent: Pick<Permanent, 'forget'>;
  readonly reader: SearchPool;
  readonly log: Log;
  readonly grace: number;
  /** ms, monotonic */
  readonly clock: () => number;
  /** see `BoardPoster` */
  readonly texts: KeyedQueue;
  readonly rows: Pick<KnownRows, 'isOlder' | 'isTaken' | 'look'>;
  /** Resolves once the other bridges' posts are known. */
  readonly catchUp?: () => Promise<void>;
  /** `hashOf` the texts of posts that other bridges have under way */
  readonly underWayElsewhere: () => readonly string[];
  /** called if the board turns out to have the post */
  readonly onFound: (messageId: string, plan: Plan, found: Finding) => Promise<void>;
}

/** Posts whose outcome is unknown: each is looked for on the board before anything is sent again. */
export class LostPosts {
  readonly #options: LostPostsOptions;
  readonly #pending = new Map<string, Pending>();
  readonly #guesses = new Set<string>();
  readonly #closed = new AbortController();

  constructor(options: LostPostsOptions) {
    this.#options = options;
  }

  has(messageId: string): boolean {
    return this.#pending.has(messageId);
  }

  get size(): number {
    return this.#pending.size;
  }

  /** For a post that was taken for one whose text an editor has changed, so that it may be another. */
  doubtOf(messageId: string): Refusal | undefined {
    return this.#guesses.has(messageId) ? new Refusal('rejected', MAY_BE) : undefined;
  }

  all(): Pending[] {
    return [...this.#pending.values()];
  }

  /**
   * The outcome of a post has become unknown.
   * @param late ms: how much later it may yet be sent
   */
  leave(intent: Intent, late = 0): Pending {
    const pending = { intent, certainFrom: this.#options.clock() + late + this.#options.grace };
    this.#pending.set(intent.messageId, pending);
    return pending;
  }

  /** Another bridge has taken the post over. */
  drop(messageId: string): void {
    this.#pending.delete(messageId);
  }

  /**
   * The post; `undefined` if the board does not have it. Waits until the board has finished; rejects if
   * it is away.
   */
  async outcomeOf(pending: Pending, plan: Plan): Promise<Finding | undefined> {
    await this.#certainty(pending);
    const { messageId } = pending.intent;
    const found = await this.#find(messageId, plan);
    this.#pending.delete(messageId);
    return found;
  }

  /** Whether a post left by an earlier run or attempt is on the board. If not, frees its Message-ID. */
  async wasPosted(intent: Intent): Promise<boolean> {
    await this.#certainty(this.#pending.get(intent.messageId) ?? this.leave(intent));
    const plan = parsePlan(intent.details);
    const found = plan && (await this.#find(intent.messageId, plan));
    if (plan === undefined || found === undefined) await this.#options.permanent.forget(intent.messageId);
    else await this.#options.onFound(intent.messageId, plan, found);
    this.#pending.delete(intent.messageId);
    return found !== undefined;
  }

  /** Looks for all lost posts. Rejects if the board is away. */
  async settle(): Promise<void> {
    for (const pending of this.all()) {
      await this.#certainty(pending);
      await this.#lookFor(pending);
    }
  }

  /**
   * Looks for one post until its outcome is known: other bridges wait for it, and this one may not poll the board for a
   * long time.
   */
  async settleAlone(pending: Pending): Promise<void> {
    const { signal } = this.#closed;
    while (!signal.aborted && this.all().includes(pending)) {
      await this.lookForPatiently(pending, () => true, signal);
      await delay(LOOK_ALONE, undefined, { ref: false, signal }).catch(() => {});
    }
  }

  /** Stops looking for posts. */
  close(): void {
    this.#closed.abort();
  }

  /**
   * Looks for one post, repeatedly while the board can't be reached. Never rejects.
   *
   * @param matters whether a post by that author still matters: if so, one that was looked for too early is looked for
   * again
   */
  async lookForPatiently(pending: Pending, matters: (userid: Octets) => boolean, signal: AbortSignal): Promise<void> {
    const { messageId, details } = pending.intent;
    const plan = parsePlan(details);
    for (let errors = 0; !signal.aborted; ) {
      let pause = LOOK_AGAIN;
      try {
        await this.#lookFor(pending, signal);
        const isOpen = this.#pending.get(messageId) === pending && plan !== undefined && matters(plan.userid);
        if (!isOpen) return;
        pause = Math.max(1, pending.certainFrom - this.#options.clock());
      } catch (err) {
        if (signal.aborted) return;
        const isAway = err instanceof StoreError || (err instanceof RgtpError && err.kind === 'unavailable');
        if (!isAway && ++errors === MAX_ERRORS) {
          this.#options.log.warn({ messageId, err }, 'an unfinished post cannot be looked for');
          return;
        }
      }
      await delay(pause, undefined, { ref: false, signal }).catch(() => {});
    }
  }

  /** Like `wasPosted`, but without waiting: a post not found before the board has finished stays pending. */
  async #lookFor({ intent, certainFrom }: Pending, signal?: AbortSignal): Promise<void> {
    const { texts, permanent, onFound } = this.#options;
    const plan = parsePlan(intent.details);
    const isOpen = () => this.#pending.get(intent.messageId)?.intent === intent;
    await texts.run(plan ? textKey(plan.userid, plan.hash) : intent.messageId, async () => {
      if (!isOpen()) return;
      const certain = this.#options.clock() >= certainFrom;
      const found = plan && (await this.#find(intent.messageId, plan, signal));
      // In the meantime somebody may have posted it again with another text: then the intent is a different one.
      if (!isOpen()) return;
      if (plan !== undefined && found !== undefined) await onFound(intent.messageId, plan, found);
      else if (certain) await permanent.forget(intent.messageId);
      else return;
      this.#pending.delete(intent.messageId);
    });
  }

  /** Resolves when the board has finished with the post. */
  async #certainty({ certainFrom }: Pending): Promise<void> {
    const left = certainFrom - this.#options.clock();
    if (left > 0) await delay(left);
  }

  async #find(messageId: string, plan: Plan, signal?: AbortSignal): Promise<Finding | undefined> {
    const { reader, rows, catchUp, underWayElsewhere } = this.#options;
    // A post that looks like it may be another bridge's.
    await catchUp?.();
    await rows.look();
    const others = this.all().map(({ intent }) => parsePlan(intent.details)?.hash);
    const known = {
      isOlder: rows.isOlder.bind(rows),
      isTaken: rows.isTaken.bind(rows),
      isAnothers: (hash: string) => hash !== plan.hash && [...others, ...underWayElsewhere()].includes(hash),
    };
    const found = await reader.use((board) => findPlanned(board, plan, known), signal);
    if (found?.isGuess === true) this.#guessed(messageId);
    return found;
  }

  #guessed(messageId: string): void {
    this.#guesses.add(messageId);
    this.#options.log.warn({ messageId }, 'a post whose outcome was unknown may be one that an editor has changed');
    const [oldest] = this.#guesses;
    if (this.#guesses.size > MAX_GUESSES && oldest !== undefined) this.#guesses.delete(oldest);
  }
}

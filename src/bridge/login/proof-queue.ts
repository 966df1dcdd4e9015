import { createHmac, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { Refusal } from '../../nntp/backend.ts';

/** logins in progress at once, in each of the two lanes */
const AT_ONCE = 8;
/** the same for one userid */
const AT_ONCE_EACH = 2;
/** how many may wait; any more are refused */
const MOST_WAITING = 200;
const REMEMBERED = 10_000;

/**
 * Bounds the logins in progress on one board. There are two lanes: credentials proven before do not wait behind new
 * ones, so that parallel guessing does not lock out people who have logged in before. Within a lane, no userid takes
 * more than its share.
 */
export class ProofQueue {
  readonly #key = randomBytes(32);
  /** digests of credentials that have been proven */
  readonly #proven = new LRUCache<string, true>({ max: REMEMBERED });
  readonly #lanes = { proven: new Lane(), unproven: new Lane() };

  /** @param credentials identify userid and secret; only a keyed digest of them is kept */
  async run<T>(userid: string, credentials: string, prove: () => Promise<T>): Promise<T> {
    const digest = createHmac('sha256', this.#key).update(credentials).digest('base64');
    const lane = this.#proven.has(digest) ? this.#lanes.proven : this.#lanes.unproven;
    await lane.enter(userid);
    try {
      const result = await prove();
      this.#proven.set(digest, true);
      return result;
    } finally {
      lane.leave(userid);
    }
  }

  /** Rejects all who are waiting: the board is away, and further time-outs would not change that. */
  giveUp(error: unknown): void {
    for (const lane of Object.values(this.#lanes)) lane.giveUp(error);
  }
}

interface Waiter {
  readonly userid: string;
  readonly go: () => void;
  readonly giveUp: (error: unknown) => void;
}

class Lane {
  readonly #waiting: Waiter[] = [];
  readonly #underWay = new Map<string, number>();
  #busy = 0;

  async enter(userid: string): Promise<void> {
    if (this.#waiting.length >= MOST_WAITING) {
      throw new Refusal('unavailable', 'too many people are logging in at the moment; please try again later');
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ userid, go: resolve, giveUp: reject });
    this.#next();
    await promise;
  }

  giveUp(error: unknown): void {
    for (const waiter of this.#waiting.splice(0)) waiter.giveUp(error);
  }

  leave(userid: string): void {
    const left = (this.#underWay.get(userid) ?? 1) - 1;
    if (left > 0) this.#underWay.set(userid, left);
    else this.#underWay.delete(userid);
    this.#busy--;
    this.#next();
  }

  #next(): void {
    while (this.#busy < AT_ONCE) {
      const place = this.#waiting.findIndex(({ userid }) => (this.#underWay.get(userid) ?? 0) < AT_ONCE_EACH);
      const [waiter] = place < 0 ? [] : this.#waiting.splice(place, 1);
      if (waiter === undefined) return;
      this.#busy++;
      this.#underWay.set(waiter.userid, (this.#underWay.get(waiter.userid) ?? 0) + 1);
      waiter.go();
    }
  }
}

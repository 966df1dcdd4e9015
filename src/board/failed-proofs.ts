import { LRUCache } from 'lru-cache';
import { addressKey } from '../wire/address.ts';
import type { Octets } from '../wire/octets.ts';

const REMEMBERED = 10_000;
const DOUBLINGS = 4;
/** ms: how long failures count after the last one */
const FORGIVEN_AFTER = 600_000;
const PAUSE = 300_000;

/** Failures on one account from addresses that have not used it before. */
const MOST_OF_ACCOUNT = 10;
/**
 * Failures from one address, or on one account from addresses that have used it: one may be a bridge that others use,
 * too.
 */
const MOST_OF_ADDRESS = 100;

/** A count of failures, and the most there may be. */
interface Bound {
  readonly key: string;
  readonly most: number;
}

/**
 * Bounds guesses at secrets, by address (IPv6: /64) and by account, whether or not the guesser waits for answers.
 * Answers to failed proofs are delayed more and more; after too many failures, proofs are refused unchecked for five
 * minutes. A success clears the failures of its own account only. An address that has used an account before is not
 * locked out by others' failures.
 *
 * Callers inside this process are never refused: the news server counts failures itself.
 */
export class FailedProofs {
  readonly #delay: number;
  readonly #delays: LRUCache<string, number>;
  readonly #failures: LRUCache<string, number>;
  /** pairs of address and account that have proved a secret */
  readonly #known = new LRUCache<string, true>({ max: REMEMBERED });

  /**
   * @param delay ms before the answer to the first failure; doubled with each further one, up to 16 times
   * @param clock ms, monotonic
   */
  constructor(delay: number, clock = () => performance.now()) {
    this.#delay = delay;
    const perf = { now: clock };
    this.#delays = new LRUCache({ max: REMEMBERED, ttl: FORGIVEN_AFTER, ttlResolution: 0, perf });
    this.#failures = new LRUCache({ max: 3 * REMEMBERED, ttl: PAUSE, ttlResolution: 0, perf });
  }

  /**
   * Whether a proof may be checked. To be called right before the check, so that no other failure is counted in
   * between.
   * @param address undefined: inside this process
   */
  mayTry(address: string | undefined, userid: Octets): boolean {
    return boundsOf(address, userid, this.#known).every(({ key, most }) => (this.#failures.get(key) ?? 0) < most);
  }

  succeeded(address: string | undefined, userid: Octets): void {
    if (address === undefined) return;
    const pair = pairOf(address, userid);
    this.#known.set(pair, true);
    this.#failures.delete(pair);
  }

  /** Counts a failure. Resolves when it may be answered. */
  async failed(address: string | undefined, userid: Octets): Promise<void> {
    for (const { key } of boundsOf(address, userid, this.#known)) {
      this.#failures.set(key, (this.#failures.get(key) ?? 0) + 1);
    }
    const from = address === undefined ? 'inside' : addressKey(address);
    const count = this.#delays.get(from) ?? 0;
    this.#delays.set(from, count + 1);
    const delay = this.#delay * 2 ** Math.min(count, DOUBLINGS);
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay).unref());
  }
}

function boundsOf(
  address: string | undefined,
  userid: Octets,
  known: { readonly has: (pair: string) => boolean },
): readonly Bound[] {
  if (address === undefined) return [];
  const pair = pairOf(address, userid);
  if (known.has(pair)) return [{ key: pair, most: MOST_OF_ADDRESS }];
  return [
    { key: `account ${userid}`, most: MOST_OF_ACCOUNT },
    { key: `address ${addressKey(address)}`, most: MOST_OF_ADDRESS },
  ];
}

function pairOf(address: string, userid: Octets): string {
  return `${addressKey(address)} ${userid}`;
}

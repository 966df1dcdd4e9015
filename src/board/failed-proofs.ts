import { LRUCache } from 'lru-cache';
import { addressKey } from '../wire/address.ts';
import type { Octets } from '../wire/octets.ts';

const REMEMBERED = 10_000;
const DOUBLINGS = 4;
/** ms: how long failures count after the last one */
const FORGIVEN_AFTER = 600_000;
const PAUSE = 300_000;

/** Failures on one account from wherever it has not been used before. */
const MOST_OF_ACCOUNT = 10;
/** Failures from one address, or on one account from where it has been used: other people's bridge may be there, too. */
const MOST_OF_ADDRESS = 100;

/** A count of failures, and how many there may be. */
interface Bound {
  readonly key: string;
  readonly most: number;
}

/**
 * Bounds guesses at secrets, by address (IPv6: /64) and by account, whether or not those who guess wait for an answer.
 * The answers to failed proofs come ever later; after too many, proofs are not looked at for five minutes. A success
 * forgives its own account only; and an address that has used an account before is not kept from it by what
 * others do.
 *
 * Inside this process nobody is kept out: the news server counts by itself.
 */
export class FailedProofs {
  readonly #delay: number;
  readonly #delays: LRUCache<string, number>;
  readonly #failures: LRUCache<string, number>;
  /** addresses and accounts that a right proof came with */
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
   * Whether a proof may be looked at. To be asked right before: nothing else is counted in between.
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

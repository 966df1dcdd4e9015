import { setTimeout as delay } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { addressKey } from '../wire/address.ts';
import { Refusal } from './backend.ts';
import { GuessCount } from './guess-count.ts';
import type { Limits } from './limits.ts';

/** addresses, accounts, and pairs of the two to remember */
const REMEMBERED = 10_000;
/** characters of a name to remember */
const LONGEST_USERID = 75;

export interface Attempt {
  readonly address: string;
  /** as typed */
  readonly user: string;
}

/**
 * Limits password guesses by address (IPv6: /64), and by account from all addresses together. An attempt counts as soon
 * as it begins, so that guessing in parallel gains nothing. A success clears only the failures of its own address on
 * its own account, so that a guesser's own account does not help in guessing others.
 *
 * An address that has logged in to an account before is not locked out of it by others' failures, neither by those on
 * that account from elsewhere, nor by those on other accounts from there: many people may have one address. Failures on
 * such an account are limited by themselves, and count for the address, too.
 */
export class LoginGate {
  readonly #limits: Limits;
  readonly #clock: () => number;
  readonly #wait: (ms: number) => Promise<unknown>;
  readonly #addresses = new LRUCache<string, GuessCount>({ max: REMEMBERED });
  readonly #accounts = new LRUCache<string, GuessCount>({ max: REMEMBERED });
  /** from addresses that have logged in to the account */
  readonly #pairs = new LRUCache<string, GuessCount>({ max: REMEMBERED });
  readonly #known = new LRUCache<string, true>({ max: REMEMBERED });

  /** @param wait delays the answer to a failed login, by ms */
  constructor(limits: Limits, clock: () => number, wait = (ms: number) => delay(ms, undefined, { ref: false })) {
    this.#limits = limits;
    this.#clock = clock;
    this.#wait = wait;
  }

  /**
   * Runs a check of credentials. Rejects as the check does, but after a delay; after too many failures, without running
   * it.
   */
  async attempt<T>({ address, user }: Attempt, check: () => Promise<T>): Promise<T> {
    const from = addressKey(address);
    const account = accountKey(user);
    const pair = `${from} ${account}`;
    const ofAddress = this.#count(this.#addresses, from);
    const isKnown = this.#known.has(pair);
    const own = isKnown ? this.#count(this.#pairs, pair) : this.#count(this.#accounts, account);
    const both = [ofAddress, own];
    const counts = isKnown ? [own] : both;
    // Always in this order, so that no attempt that holds an account waits for an address.
    const entered: GuessCount[] = [];
    try {
      for (const count of counts) {
        await count.enter();
        entered.push(count);
      }
      const result = await check();
      for (const count of both) count.forgive(pair);
      this.#known.set(pair, true);
      return result;
    } catch (error) {
      if (entered.length < counts.length || !(error instanceof Refusal) || error.kind !== 'bad-credentials')
        throw error;
      const failures = Math.max(...both.map((count) => count.failed(pair)));
      const { loginDelay, loginDelayMax } = this.#limits;
      await this.#wait(Math.min(loginDelay * 2 ** (failures - 1), loginDelayMax));
      throw error;
    } finally {
      for (const count of entered) count.leave();
    }
  }

  #count(counts: LRUCache<string, GuessCount>, key: string): GuessCount {
    const known = counts.get(key);
    if (known) return known;
    const fresh = new GuessCount(this.#limits, this.#clock);
    counts.set(key, fresh);
    return fresh;
  }
}

/**
 * One key for each account, however it is written: case does not count in userids, and a board's name may precede one.
 */
function accountKey(user: string): string {
  return user
    .slice(user.lastIndexOf(':') + 1)
    .slice(0, LONGEST_USERID)
    .toLowerCase();
}

import { setTimeout as delay } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { addressKey } from '../wire/address.ts';
import { Refusal } from './backend.ts';
import type { Limits } from './limits.ts';

const ADDRESSES = 10_000;

interface Record {
  failures: number;
  /** of the clock, at the last failure */
  failedAt: number;
  /** attempts of one address wait for each other once one has failed: guessing in parallel gains nothing */
  turn: Promise<unknown>;
}

/** Slows down who guesses passwords: a growing delay after each failure, then a pause, by address. */
export class LoginGate {
  readonly #limits: Limits;
  readonly #now: () => number;
  readonly #addresses = new LRUCache<string, Record>({ max: ADDRESSES });

  constructor(limits: Limits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Runs a check of credentials. Rejects as it does, late where it failed; during a pause without running it. */
  async attempt<T>(address: string, check: () => Promise<T>): Promise<T> {
    const key = addressKey(address);
    const record = this.#recall(key);
    if (record.failures === 0) return this.#check(key, record, check);
    const turn = record.turn.then(() => this.#check(key, record, check));
    record.turn = turn.catch(() => {});
    return turn;
  }

  #recall(key: string): Record {
    const known = this.#addresses.get(key);
    if (known && this.#now() - known.failedAt < this.#limits.loginPause) return known;
    const fresh: Record = { failures: 0, failedAt: this.#now(), turn: known?.turn ?? Promise.resolve() };
    this.#addresses.set(key, fresh);
    return fresh;
  }

  async #check<T>(key: string, record: Record, check: () => Promise<T>): Promise<T> {
    const { failedLogins, loginPause, loginDelay, loginDelayMax } = this.#limits;
    if (record.failures >= failedLogins) {
      const minutes = Math.ceil((record.failedAt + loginPause - this.#now()) / 60_000);
      throw new Refusal('bad-credentials', `Too many failed logins; try again in ${minutes} min`);
    }
    try {
      const result = await check();
      this.#addresses.delete(key);
      return result;
    } catch (error) {
      if (!(error instanceof Refusal) || error.kind !== 'bad-credentials') throw error;
      record.failedAt = this.#now();
      record.failures++;
      await delay(Math.min(loginDelay * 2 ** (record.failures - 1), loginDelayMax), undefined, { ref: false });
      throw error;
    }
  }
}

import { LRUCache } from 'lru-cache';

const REMEMBERED = 10_000;
const FORGIVEN_AFTER = 600_000; // ms
const DOUBLINGS = 4;

/** Delays the answers to failed proofs, longer with each one from the same address. */
export class FailedProofs {
  readonly #delay: number;
  readonly #counts = new LRUCache<string, number>({ max: REMEMBERED, ttl: FORGIVEN_AFTER });

  /** @param delay ms before the answer to the first failure; doubled with each further one, up to 16 times */
  constructor(delay: number) {
    this.#delay = delay;
  }

  /** Counts a failure. Resolves when it may be answered. @param caller its `callerKey` */
  async failed(caller: string): Promise<void> {
    const count = this.#counts.get(caller) ?? 0;
    this.#counts.set(caller, count + 1);
    const delay = this.#delay * 2 ** Math.min(count, DOUBLINGS);
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay).unref());
  }
}

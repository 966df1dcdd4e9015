import type { Allowance } from '../../wire/dots.ts';
import type { Limits } from '../limits.ts';

/**
 * The memory taken by all articles being received or posted: one limit for the server, however many clients send at
 * once.
 */
export class ArticleMemory implements Allowance {
  readonly #limits: Limits;
  #held = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** octets in use */
  get held(): number {
    return this.#held;
  }

  take(octets: number): boolean {
    if (this.#held + octets > this.#limits.articles) return false;
    this.#held += octets;
    return true;
  }

  give(octets: number): void {
    this.#held -= octets;
  }
}

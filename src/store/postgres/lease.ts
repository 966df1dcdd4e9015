import type { Ownership } from '../shared.ts';

/**
 * A bridge counts on its locks for a short time after each check that found them. Another bridge that takes it for dead
 * waits longer.
 */
export class Lease {
  readonly #ms: number;
  /** monotonic, ms: when the last check that found the locks began */
  #confirmed = Number.NEGATIVE_INFINITY;
  /** how often others may have taken over its intents */
  #losses = 0;
  readonly #onLost = new Set<() => void>();

  /** @param ms how long it is valid after each check */
  constructor(ms: number) {
    this.#ms = ms;
  }

  get isValid(): boolean {
    return performance.now() - this.#confirmed < this.#ms;
  }

  /** @param at monotonic, ms: when the check began */
  confirmed(at: number): void {
    this.#confirmed = at;
  }

  /** The locks are gone. */
  lost(): void {
    this.#confirmed = Number.NEGATIVE_INFINITY;
    for (const look of [...this.#onLost]) look();
  }

  /** Others may have taken over its intents. */
  replaced(): void {
    this.#losses++;
    for (const look of [...this.#onLost]) look();
  }

  /** @param confirm checks the locks */
  ownership(confirm: () => Promise<void>, cutOff: () => Error): Ownership {
    const losses = this.#losses;
    const holds = () => this.isValid && this.#losses === losses;
    return {
      confirm: async () => {
        if (!this.isValid) await confirm();
        if (!holds()) throw cutOff();
      },
      whenLost: (listener) => this.#watch(holds, listener),
    };
  }

  #watch(holds: () => boolean, listener: () => void): () => void {
    let timer: NodeJS.Timeout | undefined;
    const end = () => {
      clearTimeout(timer);
      this.#onLost.delete(look);
    };
    const look = () => {
      end();
      if (!holds()) return listener();
      this.#onLost.add(look);
      // Look again when the lease would expire: by then it may have been confirmed again.
      timer = setTimeout(look, Math.ceil(this.#confirmed + this.#ms - performance.now())).unref();
    };
    look();
    return end;
  }
}

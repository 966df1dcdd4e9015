import type { Claim } from '../shared.ts';

/**
 * How long ago this bridge was seen to have its locks. Another bridge that takes it for dead waits longer than this one
 * counts on them.
 */
export class Standing {
  readonly #sure: number;
  /** monotonic, ms: when the last check that found the locks began */
  #confirmed = Number.NEGATIVE_INFINITY;
  /** how often others may have taken over its intents */
  #losses = 0;
  readonly #onLost = new Set<() => void>();

  /** @param sure ms */
  constructor(sure: number) {
    this.#sure = sure;
  }

  get isSure(): boolean {
    return performance.now() - this.#confirmed < this.#sure;
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
  claim(confirm: () => Promise<void>, cutOff: () => Error): Claim {
    const losses = this.#losses;
    const holds = () => this.isSure && this.#losses === losses;
    return {
      confirm: async () => {
        if (!this.isSure) await confirm();
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
      // Look again when the claim would expire: by then it may have been confirmed again.
      timer = setTimeout(look, Math.ceil(this.#confirmed + this.#sure - performance.now())).unref();
    };
    look();
    return end;
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import { isAfter } from '../../rgtp/sequence.ts';

/** ms between one reading and the next while many post: what is posted meanwhile is stored and read in one go */
const PAUSE = 8;

/** Posts to be read together. */
class Batch {
  readonly read = Promise.withResolvers<void>();
  readonly #stored = Promise.withResolvers<void>();
  /** the newest of their sequence numbers */
  upTo: number;
  size = 0;

  constructor(sequence: number) {
    this.upTo = sequence;
  }

  /** Resolves once `store` has. */
  async add(sequence: number, store: () => Promise<void>): Promise<void> {
    if (isAfter(sequence, this.upTo)) this.upTo = sequence;
    this.size++;
    await this.#stored.promise;
    await store();
  }

  /** Posts are not held back (any more): the store is told of each at once. */
  store(): void {
    this.#stored.resolve();
  }
}

/**
 * What is left to do for a post that the board has: the store is told, then the board is read, so that readers see it.
 * At once for one post; while many are posted, for all of them together: a transaction and a question to the board for
 * each would cost more than the posting itself.
 */
export class ReadingBack {
  readonly #refresh: (upTo: number) => Promise<void>;
  #running = false;
  #reading = false;
  #next: Batch | undefined;

  /** @param refresh resolves when everything is known that the board had when it was called, up to that number at least */
  constructor(refresh: (upTo: number) => Promise<void>) {
    this.#refresh = refresh;
  }

  /**
   * @param store tells the store; must not reject
   * @returns when the store knows it, and when readers can see it
   */
  begin(
    sequence: number,
    store: () => Promise<void>,
  ): { readonly stored: Promise<void>; readonly read: Promise<void> } {
    this.#next ??= new Batch(sequence);
    const batch = this.#next;
    const stored = batch.add(sequence, store);
    // A reading that meets the post must not wait for it, which would wait for that reading.
    if (this.#reading) batch.store();
    if (!this.#running) this.#run();
    return { stored, read: batch.read.promise };
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let batch = this.#next; batch !== undefined; batch = this.#next) {
      this.#next = undefined;
      batch.store();
      this.#reading = true;
      await this.#refresh(batch.upTo).then(batch.read.resolve, batch.read.reject);
      this.#reading = false;
      if (batch.size > 1) await delay(PAUSE);
    }
    this.#running = false;
  }
}

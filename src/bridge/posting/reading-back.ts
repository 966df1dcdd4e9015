import { isAfter } from '../../rgtp/sequence.ts';

/** the most ms between readings while many people post: posts made in between are stored and read together */
const PAUSE = 8;

/** Posts to be read together. */
class Batch {
  readonly read = Promise.withResolvers<void>();
  readonly #stored = Promise.withResolvers<void>();
  /** their newest sequence number */
  upTo: number;
  size = 0;

  constructor(sequence: number) {
    this.upTo = sequence;
  }

  /** Resolves once `store` has been run and has resolved. */
  async add(sequence: number, store: () => Promise<void>): Promise<void> {
    if (isAfter(sequence, this.upTo)) this.upTo = sequence;
    this.size++;
    await this.#stored.promise;
    await store();
  }

  /** From now on each post is stored at once. */
  store(): void {
    this.#stored.resolve();
  }
}

/**
 * Finishes posts that are on the board: stores them, then reads the board so that readers see them. A single post is
 * finished at once. While many are being posted, they are finished together: a transaction and a request for each would
 * cost more than the posting itself.
 */
export class ReadingBack {
  readonly #refresh: (upTo: number) => Promise<void>;
  readonly #underWay: () => number;
  #running = false;
  #reading = false;
  #next: Batch | undefined;
  /** ends the pause between two readings */
  #gathered: (() => void) | undefined;

  /**
   * @param refresh resolves when the mirror knows everything that the board had at the time of the call, at least up to
   * that number
   * @param underWay how many posts may still come, including those waiting here to be stored
   */
  constructor(refresh: (upTo: number) => Promise<void>, underWay: () => number) {
    this.#refresh = refresh;
    this.#underWay = underWay;
  }

  /**
   * @param store stores the post; must not reject
   * @returns promises that it is stored, and that readers can see it
   */
  begin(
    sequence: number,
    store: () => Promise<void>,
  ): { readonly stored: Promise<void>; readonly read: Promise<void> } {
    this.#next ??= new Batch(sequence);
    const batch = this.#next;
    const stored = batch.add(sequence, store);
    // The reading under way may find this post and wait for it, so the post must not wait for the reading.
    if (this.#reading) batch.store();
    if (!this.#running) this.#run();
    else if (this.#areAllHere) this.#gathered?.();
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
      if (batch.size > 1) await this.#pause();
    }
    this.#running = false;
  }

  /** Waits until all posts that may come are here, or long enough. */
  async #pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, PAUSE);
    this.#gathered = resolve;
    if (this.#areAllHere) resolve();
    await promise;
    clearTimeout(timer);
    this.#gathered = undefined;
  }

  get #areAllHere(): boolean {
    const here = this.#next?.size ?? 0;
    return here > 0 && here >= this.#underWay();
  }
}

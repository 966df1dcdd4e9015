import { OneAtATime } from './one-at-a-time.ts';

export interface PollerOptions {
  readonly poll: () => Promise<void>;
  /** ms until the next poll after a successful one */
  readonly interval: () => number;
  /** ms: first and longest wait after a failure, with jitter */
  readonly retry: readonly [first: number, longest: number];
  readonly random: () => number;
  /** ms */
  readonly clock: () => number;
}

/** Polls a board on a timer, less and less often while the board is away: one poll at a time, however many ask. */
export class Poller {
  readonly #options: PollerOptions;
  readonly #polls = new OneAtATime(() => this.#poll());
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  /** when the last poll ended */
  #ended = 0;
  #closed = false;
  #started = false;

  constructor(options: PollerOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.refresh().catch(() => {});
  }

  /** Resolves once a poll that began after this call has succeeded. */
  refresh(): Promise<void> {
    return this.#polls.run();
  }

  /** The interval may have become shorter: a reader has arrived. */
  reschedule(): void {
    if (this.#polls.running !== undefined || !this.#started || this.#failures > 0) return;
    // Counted from the last poll, so that readers who come and go do not postpone the next one forever.
    this.#schedule(Math.max(0, this.#ended + this.#options.interval() - this.#options.clock()));
  }

  /** Something failed between polls: the next one comes as soon as after a failed poll. */
  soon(): void {
    if (this.#polls.running === undefined && this.#started) this.#schedule(this.#backOff());
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#polls.running?.catch(() => {});
  }

  async #poll(): Promise<void> {
    if (this.#closed) throw new Error('closed');
    clearTimeout(this.#timer);
    try {
      await this.#options.poll();
      this.#failures = 0;
    } catch (error) {
      this.#failures++;
      throw error;
    } finally {
      this.#ended = this.#options.clock();
      if (this.#started) this.#schedule(this.#failures === 0 ? this.#options.interval() : this.#backOff());
    }
  }

  #backOff(): number {
    const [first, longest] = this.#options.retry;
    // Half of it is random, so that bridges that have lost the same board do not return in step.
    return Math.min(longest, first * 2 ** Math.max(this.#failures - 1, 0)) * (0.5 + this.#options.random() / 2);
  }

  #schedule(wait: number): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.refresh().catch(() => {}), wait);
    this.#timer.unref();
  }
}

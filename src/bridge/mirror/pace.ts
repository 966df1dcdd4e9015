import type { Cache } from '../../store/cache.ts';
import type { Shared } from '../../store/shared.ts';
import type { Intervals } from './options.ts';

export interface PaceOptions {
  readonly intervals: Intervals;
  readonly cache: Cache;
  readonly shared: Shared | undefined;
  /** called when the interval may have become shorter */
  readonly onShorter: () => void;
}

/** How often the board is polled: more often while somebody reads, here or at another bridge. */
export class Pace {
  readonly #options: PaceOptions;
  #readers = 0;
  #reachesBoard = true;

  constructor(options: PaceOptions) {
    this.#options = options;
  }

  /** With several bridges, one polls for all, and tells the others what is new. */
  get interval(): number {
    const { cache, shared, intervals } = this.#options;
    const { reader, idle, reconcile } = intervals;
    // Each poll tries again to make a lost cache file.
    if (cache.lost) return reader;
    if (shared?.leads === false) return Math.min(Math.max(idle, reconcile), 2 ** 31 - 1);
    return this.#readers > 0 || shared?.isRead === true ? reader : idle;
  }

  /** Somebody is reading, until the result is called. */
  readerArrived(): () => void {
    let here = true;
    this.#readers++;
    if (this.#readers === 1) this.#options.onShorter();
    this.#report();
    return () => {
      if (here) this.#readers--;
      here = false;
      this.#report();
    };
  }

  /** A poll is over. */
  polled(reachesBoard: boolean): void {
    this.#reachesBoard = reachesBoard;
    this.#report();
  }

  /** Reports whether the board is reached: a bridge that reaches it should be the one that polls. */
  #report(): void {
    this.#options.shared?.report({ isRead: this.#readers > 0, reachesBoard: this.#reachesBoard });
  }
}

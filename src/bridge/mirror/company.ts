import { setTimeout as delay } from 'node:timers/promises';
import type { Shared } from '../../store/shared.ts';
import { OneAtATime } from '../one-at-a-time.ts';

export interface CompanyOptions {
  readonly shared: Shared;
  /** a poll that begins now */
  readonly refresh: () => Promise<void>;
  /** why the last one failed: the next one has its time */
  readonly trouble: () => string | undefined;
  /** see `Follower` */
  readonly seen: () => bigint;
}

/** ms that a newsreader waits for what others have shown */
const PATIENCE = 3_000;

/** Whether what other bridges have shown can be seen here, too. The store says how far they are; nobody's hint does. */
export class Company {
  readonly #options: CompanyOptions;
  readonly #asking: OneAtATime;
  /** of what has been shown, as far as the store was asked */
  #version = 0n;
  /** of what can be seen here */
  #shown = -1n;

  constructor(options: CompanyOptions) {
    this.#options = options;
    this.#asking = new OneAtATime(async () => {
      this.#version = await options.shared.version();
    });
  }

  /** A poll has gone well. */
  polled(): void {
    this.#shown = this.#options.seen();
  }

  /** See `BoardFollowing`. */
  readonly catchUp = async (): Promise<void> => {
    const patience = new AbortController();
    const { signal } = patience;
    const enough = delay(PATIENCE, undefined, { ref: false, signal }).then(
      () => Promise.reject(new Error('that takes too long')),
      () => {},
    );
    await Promise.race([this.#caughtUp(), enough]).finally(() => patience.abort());
  };

  async #caughtUp(): Promise<void> {
    await this.#asking.run();
    const version = this.#version;
    if (this.#shown >= version) return;
    const trouble = this.#options.trouble();
    if (trouble !== undefined) throw new Error(trouble);
    await this.#options.refresh();
    if (this.#shown < version) throw new Error('other bridges have shown what was not found here');
  }
}

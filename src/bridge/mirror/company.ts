/** Shows what other bridges have shown before anything is answered that would contradict them. */
import type { Shared } from '../../store/shared.ts';
import { inTime } from '../../wire/in-time.ts';
import { OneAtATime } from '../one-at-a-time.ts';

export interface CompanyOptions {
  readonly shared: Shared;
  /** polls, beginning now */
  readonly refresh: () => Promise<void>;
  /** why the last poll failed; the next one comes in its own time */
  readonly trouble: () => string | undefined;
  /** see `Follower` */
  readonly seen: () => bigint;
}

/** ms that a newsreader may wait for what others have shown */
const PATIENCE = 3_000;

/**
 * Makes sure that what other bridges have shown is visible here, too. How far they are is in the store; hints do not
 * prove it.
 */
export class Company {
  readonly #options: CompanyOptions;
  readonly #asking: OneAtATime;
  /** the version of what has been shown, when the store was last asked */
  #version = 0n;
  /** the version visible here */
  #shown = -1n;

  constructor(options: CompanyOptions) {
    this.#options = options;
    this.#asking = new OneAtATime(async () => {
      this.#version = await options.shared.version();
    });
  }

  /** A poll has succeeded. */
  polled(): void {
    this.#shown = this.#options.seen();
  }

  /** See `BoardFollowing`. */
  readonly catchUp = (): Promise<void> =>
    inTime(
      () => this.#caughtUp(),
      PATIENCE,
      () => {
        throw new Error('that takes too long');
      },
    );

  async #caughtUp(): Promise<void> {
    await this.#asking.run();
    const version = this.#version;
    if (this.#shown >= version) return;
    const trouble = this.#options.trouble();
    if (trouble !== undefined) throw new Error(trouble);
    await this.#options.refresh();
    if (this.#shown < version) throw new Error('other bridges have shown articles that were not found here');
  }
}

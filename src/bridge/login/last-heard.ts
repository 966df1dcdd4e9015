import { RgtpError } from '../../rgtp/errors.ts';

/** When a board was last heard, over any connection: one that answers anybody is not away. */
export class LastHeard {
  readonly now: () => number;
  #at = Number.NEGATIVE_INFINITY;

  /** @param now ms, monotonic */
  constructor(now = () => performance.now()) {
    this.now = now;
  }

  readonly heard = (): void => {
    this.#at = this.now();
  };

  since(time: number): boolean {
    return this.#at >= time;
  }

  /** Whether what began then failed because nobody is there: no connection, or nothing came over it. */
  isAway(error: unknown, began: number): boolean {
    return error instanceof RgtpError && error.kind === 'unavailable' && error.code === undefined && !this.since(began);
  }
}

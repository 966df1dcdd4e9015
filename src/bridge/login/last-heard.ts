import { RgtpError } from '../../rgtp/errors.ts';

/** When anything last arrived from a board, over any connection: a board that answers anybody is not away. */
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

  /** Whether something that began at that time failed because the board is away: no connection, or nothing arrived. */
  isAway(error: unknown, began: number): boolean {
    return error instanceof RgtpError && error.kind === 'unavailable' && error.code === undefined && !this.since(began);
  }
}

/** Counts what only so many may have at a time. */
export class Places {
  readonly #most: () => number;
  #taken = 0;

  /** @param most asked each time: it may change */
  constructor(most: () => number) {
    this.#most = most;
  }

  /** False: all are taken. */
  take(): boolean {
    if (this.#taken >= this.#most()) return false;
    this.#taken++;
    return true;
  }

  leave(): void {
    this.#taken--;
  }
}

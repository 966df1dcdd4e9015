/** A limited number of places. */
export class Places {
  readonly #most: () => number;
  #taken = 0;

  /** @param most called each time: the number may change */
  constructor(most: () => number) {
    this.#most = most;
  }

  /** Returns false if all are taken. */
  take(): boolean {
    if (this.#taken >= this.#most()) return false;
    this.#taken++;
    return true;
  }

  leave(): void {
    this.#taken--;
  }
}

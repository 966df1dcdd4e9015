/** Rows remembered: about as many as a small memory has room for. */
const SLOTS = 1 << 14;

/**
 * Which rows were asked for lately. An article that takes the place of others in memory must have been asked for before:
 * most are read once, by somebody who reads everything, and keeping these would cost more than making them.
 */
export class Asked {
  /** by row modulo their number: a row, plus one */
  readonly #slots = new Uint32Array(SLOTS);

  /** Whether a row was asked for before; remembers it. */
  again(row: number): boolean {
    const slot = row % SLOTS;
    const before = this.#slots[slot] === row + 1;
    this.#slots[slot] = row + 1;
    return before;
  }
}

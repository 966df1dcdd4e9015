/** Roughly how many octets an article takes in memory. */
const ARTICLE = 2048;
const FEWEST = 1 << 10;
const MOST = 1 << 20;

/**
 * Which rows were read recently. An article that takes the place of others in memory must have been read before: most are
 * read once, by somebody who reads everything, and keeping those would cost more than making them again.
 */
export class RecentlyRead {
  /** by row modulo their number: a row, plus one */
  readonly #slots: Uint32Array;

  /** @param memory octets for articles: about as many rows are remembered as have room in them */
  constructor(memory: number) {
    this.#slots = new Uint32Array(Math.max(FEWEST, Math.min(Math.ceil(memory / ARTICLE), MOST)));
  }

  /** Whether a row was read before; remembers it. */
  again(row: number): boolean {
    const slot = row % this.#slots.length;
    const before = this.#slots[slot] === row + 1;
    this.#slots[slot] = row + 1;
    return before;
  }
}

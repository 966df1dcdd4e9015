interface Cells {
  readonly length: number;
  set(from: ArrayLike<number>): void;
}

/**
 * A typed array with the content of `column` and room for `length` cells; `column` itself if it has room already. Grows
 * by a quarter: doubling would leave 20 MB unused for a million posts.
 */
export function withRoom<T extends Cells & ArrayLike<number>>(
  column: T,
  length: number,
  make: new (length: number) => T,
): T {
  if (length <= column.length) return column;
  const longer = new make(Math.max(length, Math.ceil(column.length * 1.25)));
  longer.set(column);
  return longer;
}

/** In a cell: the number is stored separately. */
const LARGE = 0xff_ff;

/**
 * Numbers that are hardly ever large: two octets each, and a column of a million rows gives the garbage collector
 * nothing to trace.
 */
export class SmallNumbers {
  #cells = new Uint16Array(0);
  readonly #large = new Map<number, number>();

  at(index: number): number {
    const cell = this.#cells[index] ?? 0;
    return cell < LARGE ? cell : (this.#large.get(index) ?? 0);
  }

  /** @param room the least number of cells */
  set(index: number, value: number, room: number): void {
    this.#cells = withRoom(this.#cells, Math.max(room, index + 1), Uint16Array);
    if (this.#cells[index] === LARGE) this.#large.delete(index);
    this.#cells[index] = Math.min(value, LARGE);
    if (value >= LARGE) this.#large.set(index, value);
  }
}

interface Cells {
  readonly length: number;
  set(from: ArrayLike<number>): void;
}

/**
 * A typed array with the content of `column` and room for `length` cells; `column` itself if it has the room. Grows by
 * a quarter: doubling would leave 20 MB unused for a million posts.
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

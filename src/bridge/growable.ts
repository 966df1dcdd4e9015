interface Cells {
  readonly length: number;
  set(from: ArrayLike<number>): void;
}

/**
 * A typed array that begins as `column` does and has room for `length` cells: itself, where it has. Grows by a quarter:
 * doubling would hold 20 MB idle for a million posts.
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

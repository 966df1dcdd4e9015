/** The rows of one newsgroup, ascending: four octets per article. */
export class RowList {
  #rows = new Uint32Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** A snapshot of the rows: later changes don't affect it. */
  get rows(): Uint32Array {
    return this.#rows.subarray(0, this.#length);
  }

  /** @param row higher than all others */
  append(row: number): void {
    if (this.#length === this.#rows.length) {
      const longer = new Uint32Array(this.#length * 2);
      longer.set(this.#rows);
      this.#rows = longer;
    }
    this.#rows[this.#length++] = row;
  }

  /** Ignores rows that are not here. Copies, because readers may be walking the old array, and withdrawals are rare. */
  remove(rows: readonly number[]): void {
    const places = rows
      .map((row) => this.#indexOf(row))
      .filter((index) => index >= 0)
      .sort((a, b) => a - b);
    if (places.length === 0) return;
    const kept = new Uint32Array(this.#rows.length);
    let length = 0;
    let from = 0;
    for (const place of [...new Set(places), this.#length]) {
      kept.set(this.#rows.subarray(from, place), length);
      length += place - from;
      from = place + 1;
    }
    this.#rows = kept;
    this.#length = length;
  }

  /** Puts removed rows back. Copies, like `remove`. */
  insert(rows: readonly number[]): void {
    const missing = [...new Set(rows)].filter((row) => this.#indexOf(row) < 0);
    const length = this.#length + missing.length;
    const all = new Uint32Array(Math.max(this.#rows.length, length));
    all.set(this.rows);
    all.set(missing, this.#length);
    all.subarray(0, length).sort();
    this.#rows = all;
    this.#length = length;
  }

  #indexOf(row: number): number {
    const index = lowerBound(this.rows, row, identity);
    return this.rows[index] === row ? index : -1;
  }
}

const identity = (row: number) => row;

/** The first index whose key is at least `key`; `rows.length` if none. `keyOf` must ascend with the rows. */
export function lowerBound(rows: Uint32Array, key: number, keyOf: (row: number) => number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keyOf(rows[middle] ?? 0) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

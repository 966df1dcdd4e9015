import type { ItemRecord } from '../model.ts';

const UNKNOWN = -2;

/** Each item's last known place in its thread, which most changes to the item do not affect. */
export class Links {
  /** two per item: the item it continues, and its first row */
  #seen = new Int32Array(2048).fill(UNKNOWN);

  /** Whether the place has changed since the last call. False for an item seen for the first time. */
  changed(item: ItemRecord): boolean {
    const at = item.index * 2;
    if (at + 1 >= this.#seen.length) this.#grow(at + 2);
    const known = this.#seen[at] !== UNKNOWN;
    const same = this.#seen[at] === item.continues && this.#seen[at + 1] === item.first;
    this.#seen[at] = item.continues;
    this.#seen[at + 1] = item.first;
    return known && !same;
  }

  #grow(length: number): void {
    const longer = new Int32Array(Math.max(length, this.#seen.length * 2)).fill(UNKNOWN);
    longer.set(this.#seen);
    this.#seen = longer;
  }
}

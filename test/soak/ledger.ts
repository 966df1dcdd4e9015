import type { Place } from './world.ts';

export type PlaceName = Place['name'];

/** An article that a poster was told 240 (or 441 435) for. */
export interface Acknowledged {
  readonly id: string;
  readonly place: PlaceName;
  /** a line that no other article has */
  readonly mark: string;
}

/** What the servers have said, and what follows from it. A contradiction is a fault, kept until the end. */
export class Ledger {
  readonly acknowledged: Acknowledged[] = [];
  readonly withdrawn: Acknowledged[] = [];
  readonly faults: string[] = [];
  readonly counts = new Map<string, number>();
  readonly #high = new Map<PlaceName, number>();
  readonly #ids = new Map<string, string>();

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  fault(text: string): void {
    // The first ones tell; a thousand of a kind tell no more.
    if (this.faults.length < 50) this.faults.push(text);
  }

  /** The highest mark that was seen so far. */
  highOf(place: PlaceName): number {
    return this.#high.get(place) ?? 0;
  }

  /** The high mark never falls, whoever restarts. `before`: as it was seen when this one was asked for. */
  sawHigh(place: PlaceName, high: number, before: number): void {
    if (high < before) this.fault(`${place}: the high mark fell from ${before} to ${high}`);
    this.#high.set(place, Math.max(this.highOf(place), high));
  }

  /** A number is the same article for ever. */
  sawArticle(place: PlaceName, number: number, id: string): void {
    const key = `${place} ${number}`;
    const before = this.#ids.get(key);
    if (before !== undefined && before !== id) this.fault(`${place}: number ${number} was ${before} and is ${id}`);
    this.#ids.set(key, id);
  }
}

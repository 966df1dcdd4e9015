import type { Place } from './world.ts';

export type PlaceName = Place['name'];

/** Something that somebody tried to post. */
export interface Attempt {
  /** a line that no other article has */
  readonly mark: string;
  /** where, if over NNTP, and with which Message-ID */
  readonly article?: { readonly place: PlaceName; readonly id: string } | undefined;
}

/** What the servers have said, and what follows from it. A contradiction is a fault, kept until the end. */
export class Ledger {
  /** all of them: each may be there once at most */
  readonly attempts: Attempt[] = [];
  /** those that were acknowledged: 240, 441 435, or RGTP's 220 */
  readonly acknowledged: Attempt[] = [];
  /** marks that were to go, and did: by a withdrawal, or an edit */
  readonly removed: Attempt[] = [];
  readonly faults: string[] = [];
  readonly counts = new Map<string, number>();
  readonly #high = new Map<PlaceName, number>();
  readonly #ids = new Map<string, string>();

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  fault(text: string): void {
    // The first ones are enough: a thousand of a kind say no more.
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

  /** What is wrong with the lines that one server shows in the end. */
  *check(server: string, lines: Iterable<string>): Generator<string> {
    const times = new Map<string, number>();
    for (const line of lines) times.set(line, (times.get(line) ?? 0) + 1);
    const told = ({ mark, article }: Attempt) => `${article?.id ?? 'by RGTP'}, ${mark}`;
    for (const one of this.acknowledged) {
      const count = times.get(one.mark) ?? 0;
      if (count !== 1) yield `${told(one)} was acknowledged, and is there ${count} times at ${server}`;
    }
    for (const one of this.attempts) {
      const count = times.get(one.mark) ?? 0;
      if (count > 1) yield `${told(one)} is there ${count} times at ${server}`;
    }
    for (const one of this.removed) if (times.has(one.mark)) yield `${told(one)} is gone, and is there at ${server}`;
  }
}

import type { Octets } from '../../wire/octets.ts';
import { withRoom } from '../growable.ts';

/** How many different names are looked up: most people use only a few. */
const MOST_SOUGHT = 16_384;

/**
 * Grognames by number, each kept while a post has it: a million posts cost four octets each, and give the garbage
 * collector nothing to trace.
 */
export class Names {
  /** by number; 0 is none */
  readonly #names: (Octets | undefined)[] = [undefined];
  /** by number: how many posts have it */
  #uses = new Uint32Array(1);
  readonly #numbers = new Map<Octets, number>();
  readonly #free: number[] = [];

  at(number: number): Octets | undefined {
    return this.#names[number];
  }

  /** The number of a name, for one more post. */
  take(name: Octets): number {
    const number = this.#numbers.get(name) ?? this.#add(name);
    this.#uses[number] = (this.#uses[number] ?? 0) + 1;
    return number;
  }

  /** A post no longer has the name. */
  release(number: number): void {
    const uses = (this.#uses[number] ?? 0) - 1;
    this.#uses[number] = uses;
    if (uses > 0) return;
    const name = this.#names[number];
    if (name !== undefined && this.#numbers.get(name) === number) this.#numbers.delete(name);
    this.#names[number] = undefined;
    this.#free.push(number);
  }

  #add(name: Octets): number {
    const number = this.#free.pop() ?? this.#names.length;
    this.#uses = withRoom(this.#uses, number + 1, Uint32Array);
    this.#names[number] = name;
    if (this.#numbers.size >= MOST_SOUGHT) this.#numbers.clear();
    this.#numbers.set(name, number);
    return number;
  }
}

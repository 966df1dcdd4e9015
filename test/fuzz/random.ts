/** Random numbers that a seed determines (sfc32), so that every case can be made again. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(...seeds: readonly (string | number)[]) {
    let hash = 0x811c9dc5;
    for (const character of seeds.join('\0')) {
      hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
    }
    this.#a = hash;
    this.#b = Math.imul(hash, 0x9e3779b1);
    this.#c = hash ^ 0x5bd1e995;
    for (let i = 0; i < 12; i++) this.#next();
  }

  #next(): number {
    const sum = (this.#a + this.#b + this.#counter++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** a whole number from 0 to `end` - 1; 0 if `end` is not positive */
  below(end: number): number {
    return end <= 0 ? 0 : this.#next() % end;
  }

  /** a whole number from `low` to `high` */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** true once in `n` times */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  pick<const T>(choices: readonly [T, ...T[]]): T;
  pick<T>(choices: readonly T[]): T | undefined;
  pick<T>(choices: readonly T[]): T | undefined {
    return choices[this.below(choices.length)];
  }

  octets(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }

  /** `make`'s results, from `low` to `high` of them */
  some<T>(low: number, high: number, make: () => T): T[] {
    return Array.from({ length: this.between(low, high) }, make);
  }
}

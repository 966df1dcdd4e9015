/**
 * Wildmats (RFC 3977 §4): comma-separated patterns, `!` negates, the last that matches decides; `*` is any
 * text, `?` any one character.
 *
 * Each pattern becomes a non-deterministic automaton whose states are bits (Shift-And): the cost is the length of
 * the text times that of the pattern / 32, whatever the pattern is. No regular expression is made from it.
 */
export class Wildmat {
  readonly #patterns: readonly Pattern[];

  private constructor(patterns: readonly Pattern[]) {
    this.#patterns = patterns;
  }

  /** `undefined`: not a wildmat (an empty pattern; `\`, `[` or `]`, which §4.1 keeps for later). */
  static parse(text: string): Wildmat | undefined {
    const patterns: Pattern[] = [];
    for (const part of text.split(',')) {
      const negated = part.startsWith('!');
      const pattern = compile(negated ? part.slice(1) : part, negated);
      if (!pattern) return undefined;
      patterns.push(pattern);
    }
    return new Wildmat(patterns);
  }

  matches(text: string): boolean {
    const codes = Array.from(text, codeOf);
    for (let i = this.#patterns.length - 1; i >= 0; i--) {
      const pattern = this.#patterns[i];
      if (pattern && matchesPattern(pattern, codes)) return !pattern.negated;
    }
    return false;
  }
}

/** Bit n of a set of states: the first n tokens (characters and `?`; a `*` belongs to the state before it) are matched. */
interface Pattern {
  readonly negated: boolean;
  readonly words: number;
  readonly last: number;
  /** states that any character leaves as they are: those followed by `*` */
  readonly loops: Uint32Array;
  /** states that a character leads to: by character, and for every other one (the `?`) */
  readonly byCode: ReadonlyMap<number, Uint32Array>;
  readonly otherwise: Uint32Array;
}

const codeOf = (character: string): number => character.codePointAt(0) ?? 0;
const BITS = 32;

function setBit(words: Uint32Array, bit: number): void {
  const at = bit >>> 5;
  words[at] = (words[at] ?? 0) | (1 << (bit & 31));
}

function compile(text: string, negated: boolean): Pattern | undefined {
  if (text === '') return undefined;
  const tokens: (string | undefined)[] = [];
  const stars: number[] = [];
  for (const character of text) {
    if (character === '\\' || character === '[' || character === ']' || character === '!') return undefined;
    if (character === '*') stars.push(tokens.length);
    else tokens.push(character === '?' ? undefined : character);
  }
  const words = Math.floor(tokens.length / BITS) + 1;
  const loops = new Uint32Array(words);
  for (const star of stars) setBit(loops, star);
  const otherwise = new Uint32Array(words);
  for (const [i, token] of tokens.entries()) if (token === undefined) setBit(otherwise, i + 1);
  const byCode = new Map<number, Uint32Array>();
  for (const [i, token] of tokens.entries()) {
    if (token === undefined) continue;
    const code = codeOf(token);
    const states = byCode.get(code) ?? otherwise.slice();
    byCode.set(code, states);
    setBit(states, i + 1);
  }
  return { negated, words, last: tokens.length, loops, byCode, otherwise };
}

function matchesPattern(pattern: Pattern, codes: readonly number[]): boolean {
  const { words, loops, byCode, otherwise, last } = pattern;
  const states = new Uint32Array(words);
  states[0] = 1;
  for (const code of codes) {
    const reached = byCode.get(code) ?? otherwise;
    let carry = 0;
    for (let w = 0; w < words; w++) {
      const before = states[w] ?? 0;
      states[w] = (((before << 1) | carry) & (reached[w] ?? 0)) | (before & (loops[w] ?? 0));
      carry = before >>> 31;
    }
  }
  return ((states[last >>> 5] ?? 0) & (1 << (last & 31))) !== 0;
}

import { LRUCache } from 'lru-cache';

const BITS = 32;
/** More than a command line can hold. */
const MOST_STATES = 1024;
const FORBIDDEN = /[\\[\]!]/;
const codeOf = (character: string): number => character.codePointAt(0) ?? 0;

/** A pattern of a wildmat. It matches if its last state is reached. */
interface Pattern {
  readonly negated: boolean;
  readonly accepts: number;
}

/**
 * Wildmats (RFC 3977 §4): comma-separated patterns, `!` negates, the last that matches decides; `*` is any text, `?`
 * any one character.
 *
 * All patterns together are one non-deterministic automaton whose states are bits (Shift-And). State n of a pattern:
 * its first n characters are matched. The cost is the length of the text times that of the wildmat / 32, and the memory
 * a few octets for each character of the wildmat, whatever it says. No regular expression is built from it.
 */
export class Wildmat {
  /** the newest: clients repeat the same ones again and again */
  static readonly #compiled = new LRUCache<string, Wildmat>({ max: 100 });

  readonly #patterns: readonly Pattern[];
  readonly #starts: Uint32Array;
  /** states that every character keeps: those before a `*` */
  readonly #loops: Uint32Array;
  /** states that every character leads to: those after a `?` */
  readonly #otherwise: Uint32Array;
  /** the characters that lead to many states, with those states: few, since states are limited */
  readonly #frequent: ReadonlyMap<number, Uint32Array>;
  /** the other characters, ascending, repeated for each state that they lead to */
  readonly #codes: Uint32Array;
  /** those states, in the same order */
  readonly #reached: Uint16Array;

  private constructor(text: string) {
    // Every character but a comma adds at most one state, and every pattern one more.
    const words = Math.floor((text.length + 1) / BITS) + 1;
    this.#starts = new Uint32Array(words);
    this.#loops = new Uint32Array(words);
    this.#otherwise = new Uint32Array(words);
    const patterns: Pattern[] = [];
    const arrivals: [code: number, state: number][] = [];
    let state = 0;
    for (const part of text.split(',')) {
      const negated = part.startsWith('!');
      setBit(this.#starts, state);
      for (const character of negated ? part.slice(1) : part) {
        if (character === '*') setBit(this.#loops, state);
        else if (character === '?') setBit(this.#otherwise, ++state);
        else arrivals.push([codeOf(character), ++state]);
      }
      patterns.push({ negated, accepts: state++ });
    }
    this.#patterns = patterns;
    this.#frequent = this.#rowsOf(arrivals);
    const rare = arrivals.filter(([code]) => !this.#frequent.has(code)).sort(([a], [b]) => a - b);
    this.#codes = Uint32Array.from(rare, ([code]) => code);
    this.#reached = Uint16Array.from(rare, ([, reached]) => reached);
  }

  /** `undefined`: not a wildmat (an empty pattern; `\\`, `[` or `]`, which §4.1 reserves), or longer than any line. */
  static parse(text: string): Wildmat | undefined {
    const known = Wildmat.#compiled.get(text);
    if (known) return known;
    if (text.length > MOST_STATES) return undefined;
    const patterns = text.split(',').map((part) => (part.startsWith('!') ? part.slice(1) : part));
    if (patterns.some((pattern) => pattern === '' || FORBIDDEN.test(pattern))) return undefined;
    const wildmat = new Wildmat(text);
    Wildmat.#compiled.set(text, wildmat);
    return wildmat;
  }

  matches(text: string): boolean {
    const states = this.#statesAfter(text);
    return this.#patterns.findLast(({ accepts }) => hasBit(states, accepts))?.negated === false;
  }

  #statesAfter(text: string): Uint32Array {
    const states = this.#starts.slice();
    const scratch = new Uint32Array(states.length);
    for (const character of text) {
      const reached = this.#reachedBy(codeOf(character), scratch);
      let carry = 0;
      for (let w = 0; w < states.length; w++) {
        const before = states[w] ?? 0;
        // No character leads from the last state of one pattern to the first of the next, so this carry has no effect.
        states[w] = (((before << 1) | carry) & (reached[w] ?? 0)) | (before & (this.#loops[w] ?? 0));
        carry = before >>> (BITS - 1);
      }
    }
    return states;
  }

  /** The states that a character leads to, those after a `?` among them; `scratch` may hold them. */
  #reachedBy(code: number, scratch: Uint32Array): Uint32Array {
    const row = this.#frequent.get(code);
    if (row) return row;
    const first = this.#firstOf(code);
    if (this.#codes[first] !== code) return this.#otherwise;
    scratch.set(this.#otherwise);
    for (let at = first; this.#codes[at] === code; at++) setBit(scratch, this.#reached[at] ?? 0);
    return scratch;
  }

  /** Rows for the characters that lead to more states than a row has words: going through a list would take longer. */
  #rowsOf(arrivals: readonly (readonly [code: number, state: number])[]): Map<number, Uint32Array> {
    const counts = new Map<number, number>();
    for (const [code] of arrivals) counts.set(code, (counts.get(code) ?? 0) + 1);
    const rows = new Map<number, Uint32Array>();
    for (const [code, state] of arrivals) {
      if ((counts.get(code) ?? 0) <= this.#otherwise.length) continue;
      const row = rows.get(code) ?? this.#otherwise.slice();
      setBit(row, state);
      rows.set(code, row);
    }
    return rows;
  }

  /** The place of a character among the codes, or where it would be. */
  #firstOf(code: number): number {
    let [from, to] = [0, this.#codes.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#codes[middle] ?? 0) < code) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

function setBit(words: Uint32Array, bit: number): void {
  const at = Math.floor(bit / BITS);
  words[at] = (words[at] ?? 0) | (1 << (bit % BITS));
}

function hasBit(words: Uint32Array, bit: number): boolean {
  return ((words[Math.floor(bit / BITS)] ?? 0) & (1 << (bit % BITS))) !== 0;
}

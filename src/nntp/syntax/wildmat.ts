const BITS = 32;
const FORBIDDEN = /[\\[\]!]/;
const codeOf = (character: string): number => character.codePointAt(0) ?? 0;

/** A pattern of a wildmat: it matches where its last state is reached. */
interface Pattern {
  readonly negated: boolean;
  readonly accepts: number;
}

/**
 * Wildmats (RFC 3977 §4): comma-separated patterns, `!` negates, the last that matches decides; `*` is any
 * text, `?` any one character.
 *
 * All patterns together are one non-deterministic automaton whose states are bits (Shift-And). State n of a pattern: its
 * first n characters are matched. The cost is the length of the text times that of the
 * wildmat / 32, for any wildmat. No regular expression is made from it.
 */
export class Wildmat {
  readonly #patterns: Pattern[] = [];
  readonly #words: number;
  readonly #starts: Uint32Array;
  /** states that any character leaves as they are: those before a `*` */
  readonly #loops: Uint32Array;
  /** states that any character leads to: those after a `?` */
  readonly #otherwise: Uint32Array;
  /** states that a character of the wildmat leads to, those after a `?` among them */
  readonly #byCode = new Map<number, Uint32Array>();

  private constructor(text: string) {
    // Every character but a comma makes at most one state, and every pattern one more.
    this.#words = Math.floor((text.length + 1) / BITS) + 1;
    this.#starts = new Uint32Array(this.#words);
    this.#loops = new Uint32Array(this.#words);
    this.#otherwise = new Uint32Array(this.#words);
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
      this.#patterns.push({ negated, accepts: state++ });
    }
    for (const [code, reached] of arrivals) {
      const states = this.#byCode.get(code) ?? this.#otherwise.slice();
      this.#byCode.set(code, states);
      setBit(states, reached);
    }
  }

  /** `undefined`: not a wildmat (an empty pattern; `\`, `[` or `]`, which §4.1 keeps for later). */
  static parse(text: string): Wildmat | undefined {
    const patterns = text.split(',').map((part) => (part.startsWith('!') ? part.slice(1) : part));
    return patterns.some((pattern) => pattern === '' || FORBIDDEN.test(pattern)) ? undefined : new Wildmat(text);
  }

  matches(text: string): boolean {
    const states = this.#statesAfter(text);
    return this.#patterns.findLast(({ accepts }) => hasBit(states, accepts))?.negated === false;
  }

  #statesAfter(text: string): Uint32Array {
    const states = this.#starts.slice();
    for (const character of text) {
      const reached = this.#byCode.get(codeOf(character)) ?? this.#otherwise;
      let carry = 0;
      for (let w = 0; w < this.#words; w++) {
        const before = states[w] ?? 0;
        // What is carried from the last state of a pattern into the first of the next is reached by no character.
        states[w] = (((before << 1) | carry) & (reached[w] ?? 0)) | (before & (this.#loops[w] ?? 0));
        carry = before >>> (BITS - 1);
      }
    }
    return states;
  }
}

function setBit(words: Uint32Array, bit: number): void {
  const at = Math.floor(bit / BITS);
  words[at] = (words[at] ?? 0) | (1 << (bit % BITS));
}

function hasBit(words: Uint32Array, bit: number): boolean {
  return ((words[Math.floor(bit / BITS)] ?? 0) & (1 << (bit % BITS))) !== 0;
}

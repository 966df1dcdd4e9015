import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mutated, spliced } from './mutate.ts';
import { Random } from './random.ts';
import type { Target } from './target.ts';

const CORPUS = join(import.meta.dirname, 'corpus');
const MAX_OCTETS = 8192;

/** The inputs in `corpus/NAME/`, by file name. */
export function corpusOf(target: Target): ReadonlyMap<string, Buffer> {
  const folder = join(CORPUS, target.name);
  try {
    return new Map(
      readdirSync(folder)
        .sort()
        .map((file) => [file, readFileSync(join(folder, file))]),
    );
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Map();
    throw error;
  }
}

/**
 * The cases of a target: seeds and corpus first as they are, then generated and mutated inputs without end. Case `n`
 * depends on the seed, the target and `n` alone.
 */
export class Cases {
  readonly #target: Target;
  readonly #seed: string | number;
  readonly #pool: readonly Buffer[];
  readonly #maxOctets: number;

  constructor(target: Target, seed: string | number) {
    this.#target = target;
    this.#seed = seed;
    this.#maxOctets = target.maxOctets ?? MAX_OCTETS;
    const seeds = target.seeds().map((input) => (typeof input === 'string' ? Buffer.from(input) : input));
    this.#pool = [...seeds, ...corpusOf(target).values()].map((input) => input.subarray(0, this.#maxOctets));
  }

  at(n: number): Buffer {
    const known = this.#pool[n];
    if (known !== undefined) return known;
    const random = new Random(this.#seed, this.#target.name, n);
    const words = this.#target.words ?? [];
    if (this.#target.generate !== undefined && random.oneIn(2)) {
      const made = this.#target.generate(random);
      const input = (typeof made === 'string' ? Buffer.from(made) : made).subarray(0, this.#maxOctets);
      return random.oneIn(2) ? input : mutated(input, random, words, this.#maxOctets);
    }
    const input = random.pick(this.#pool) ?? Buffer.alloc(0);
    if (random.oneIn(8)) return spliced(input, random.pick(this.#pool) ?? input, random, this.#maxOctets);
    return mutated(input, random, words, this.#maxOctets);
  }
}

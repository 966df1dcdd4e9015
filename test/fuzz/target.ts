import type { Random } from './random.ts';

/** What is fuzzed: a name, inputs to start from, and a check that throws when the code under it misbehaves. */
interface Described {
  /** also the name of its folder in `corpus/` */
  readonly name: string;
  /** valid inputs and near misses; files in `corpus/NAME/` are added to them */
  seeds(): readonly (Buffer | string)[];
  /** pieces that mutation inserts */
  readonly words?: readonly string[];
  /** makes an input from the grammar; without it every case is a mutated seed */
  generate?(random: Random): Buffer | string;
  /** longest input, in octets. Default 8192 */
  readonly maxOctets?: number;
}

/** A parser: the same input always has the same result. */
export interface ParserTarget extends Described {
  /**
   * In how many ways the same input is parsed: as a post or a feed, in each character set … Each counts as a case of
   * its own: no caller does all of them at once. Default 1
   */
  readonly ways?: number;
  /**
   * @param way from 0
   * @returns what checks the result, if that does not count as cost of the case
   */
  run(input: Buffer, way: number): (() => void) | undefined;
}

/** A server or client to talk to. It is opened again every `WORLD_CASES` cases, so what a case leaves behind is bounded. */
export interface WorldTarget extends Described {
  open(): Promise<World>;
}

export interface World {
  run(input: Buffer): Promise<void>;
  close(): Promise<void>;
}

export type Target = ParserTarget | WorldTarget;

export function isWorld(target: Target): target is WorldTarget {
  return 'open' in target;
}

/** `parse`'s result; `undefined` if it refuses the input by throwing one of `refusals`. */
export function unlessRefused<T>(
  parse: () => T,
  ...refusals: readonly (abstract new (
    ...args: never[]
  ) => Error)[]
): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (refusals.some((refusal) => error instanceof refusal)) return undefined;
    throw error;
  }
}

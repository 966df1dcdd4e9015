/** One line broken on purpose. `npm run mutate` checks that a test notices. */
export interface Mutant {
  /** the promise that the line keeps */
  readonly promise: string;
  /** from the top of the checkout */
  readonly file: string;
  /** the line, which the file has exactly once */
  readonly find: string;
  /** what takes its place, and compiles */
  readonly replace: string;
  /** test files that notice, from the top of the checkout: no more than are needed */
  readonly tests: readonly string[];
  /** why no test can notice, where none does */
  readonly survives?: string;
  /** it is noticed by waiting in vain: its tests end only when they have taken too long */
  readonly hangs?: true;
}

/** In place of why it survives: the tests notice by waiting in vain. */
export const HANGS = Symbol('hangs');

/** Lines of one file, and the tests that notice them. Each: the promise, the line, what stands in its place, its fate. */
export function breaking(
  file: string,
  tests: readonly string[],
  ...lines: readonly (readonly [promise: string, find: string, replace: string, fate?: string | typeof HANGS])[]
): Mutant[] {
  return lines.map(([promise, find, replace, fate]) => ({
    ...{ promise, file, find, replace, tests },
    ...(fate === HANGS ? { hangs: true } : fate !== undefined && { survives: fate }),
  }));
}

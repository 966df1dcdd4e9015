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
}

/**
 * Lines of one file, and the tests that notice them. Each: the promise, the line, what stands in its place, and why it
 * survives.
 */
export function breaking(
  file: string,
  tests: readonly string[],
  ...lines: readonly (readonly [promise: string, find: string, replace: string, survives?: string])[]
): Mutant[] {
  return lines.map(([promise, find, replace, survives]) => ({
    ...{ promise, file, find, replace, tests },
    ...(survives !== undefined && { survives }),
  }));
}

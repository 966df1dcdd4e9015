/** One line broken on purpose. `npm run mutate` sees whether a test notices. */
export interface Mutant {
  /** what the line keeps; broken, this is no longer so */
  readonly promise: string;
  /** from the top of the checkout */
  readonly file: string;
  /** stands there exactly once */
  readonly find: string;
  /** compiles in its place */
  readonly replace: string;
  /** test files that notice, from the top of the checkout: no more than are needed */
  readonly tests: readonly string[];
  /** why no test can notice, where none does */
  readonly survives?: string;
}

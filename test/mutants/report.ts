/** What vitest says of a test file that it has run. */
export interface Report {
  /** how many tests passed */
  readonly passed: number;
  readonly failures: readonly Failure[];
}

export interface Failure {
  /** undefined: not a test's, but a hook's, a module's, or of something that nobody awaited */
  readonly test?: string;
  /** how long the test took */
  readonly ms?: number;
  /** a message for each error, with its cause's in a line of its own */
  readonly errors: readonly string[];
}

/** `timed out`: something failed, but only because it took too long. `no tests`: all of them are skipped here. */
export type Verdict = 'passed' | 'failed' | 'timed out' | 'no tests';

export interface Judgement {
  readonly verdict: Verdict;
  /** what decided: a test's name, or an error */
  readonly by?: string;
}

/** What vitest says when it is out of patience. */
const IMPATIENT = /^(Test|Hook) timed out in |^Matcher did not succeed in time|^\[(birpc|vitest[-\w]*)\]:? time/im;

/**
 * Whether a test has noticed something. A test that took too long has not: on a busy machine this happens with nothing
 * broken.
 *
 * @param report undefined: vitest had to be ended, or was
 * @param limit what a test, or one wait in it, may take, ms
 */
export function judge(report: Report | undefined, limit: number): Judgement {
  if (report === undefined) return { verdict: 'timed out', by: 'vitest has not reported' };
  const { passed, failures } = report;
  const seen = failures.find((failure) => !isImpatient(failure, limit));
  const [failure = seen] = failures;
  if (failure === undefined) return { verdict: passed > 0 ? 'passed' : 'no tests' };
  const { test, errors } = seen ?? failure;
  return { verdict: seen === undefined ? 'timed out' : 'failed', by: test ?? errors[0]?.split('\n')[0] ?? '' };
}

function isImpatient({ ms = 0, errors }: Failure, limit: number): boolean {
  const impatient = errors.filter((error) => IMPATIENT.test(error)).length;
  // A helper with a limit of its own says something else; what an error says beside a time-out was seen before that.
  return impatient === errors.length || (ms >= limit && impatient === 0);
}

import type { Mutant } from './mutant.ts';
import type { Judgement } from './report.ts';

export type Outcome = 'killed' | 'hangs' | 'survived' | 'timed out' | 'does not compile' | 'fails unbroken';

export interface Result {
  readonly outcome: Outcome;
  /** the test that decided */
  readonly by?: string;
}

/** Runs one test file, with the mutant's line broken or not. */
export type Attempt = (file: string, isBroken: boolean) => Promise<Judgement>;

/**
 * What becomes of a mutant. A time-out is noticed only where the mutant is said to hang, and where the same tests have
 * just passed with nothing broken.
 *
 * @param tests its test files, in the order in which they are tried
 */
export async function outcomeOf({ hangs }: Mutant, tests: readonly string[], attempt: Attempt): Promise<Result> {
  if (hangs === true) {
    for (const file of tests) {
      const { verdict, by = verdict } = await attempt(file, false);
      if (verdict !== 'passed') return { outcome: 'fails unbroken', by };
    }
  }
  let late: Result | undefined;
  for (const file of tests) {
    const { verdict, by = file } = await attempt(file, true);
    if (verdict === 'failed') return { outcome: 'killed', by };
    if (verdict === 'timed out') late ??= { outcome: hangs === true ? 'hangs' : 'timed out', by };
  }
  return late ?? { outcome: 'survived' };
}

/** What is to be mended: in the tests, in the list, or by another run on a machine with time. */
export function complaint({ survives }: Mutant, { outcome }: Result): string | undefined {
  if (outcome === 'killed' || outcome === 'hangs') {
    return survives === undefined ? undefined : `${outcome}, and is said to survive`;
  }
  return outcome === 'survived' && survives !== undefined ? undefined : outcome;
}

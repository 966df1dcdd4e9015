import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Mutant } from './mutant.ts';
import { complaint, outcomeOf } from './outcome.ts';
import { type Failure, judge, type Verdict } from './report.ts';
import { type Patience, runTests } from './run.ts';
import { Tree } from './tree.ts';

const mutant: Mutant = { promise: 'kept', file: 'a.ts', find: 'a', replace: 'b', tests: [] };
const TIMED_OUT =
  'Test timed out in 1000ms.\nIf this is a long-running test, pass a timeout value as the last argument';
const HOOK = 'Hook timed out in 1000ms.';
const POLL = 'expected 1 to be 2 // Object.is equality\nMatcher did not succeed in time.';

test.each<[Verdict, ...Failure[]]>([
  ['passed'],
  ['failed', { test: 'a', ms: 5, errors: ['expected 1 to be 2'] }],
  ['failed', { errors: ['process.exit unexpectedly called with "1"'] }],
  ['failed', { errors: ["Cannot find module './gone.ts'"] }],
  ['failed', { test: 'what was seen before a hook hangs', ms: 2_000, errors: ['expected 1 to be 2', HOOK] }],
  ['failed', { test: 'slow', ms: 1_000, errors: [TIMED_OUT] }, { test: 'b', ms: 5, errors: ['expected 1 to be 2'] }],
  ['timed out', { test: 'a', ms: 1_000, errors: [TIMED_OUT] }],
  ['timed out', { test: 'with a limit of its own', ms: 300, errors: ['Test timed out in 300ms.'] }],
  ['timed out', { test: 'a', ms: 700, errors: [POLL] }],
  ['timed out', { test: 'a helper was out of patience', ms: 1_000, errors: ['no answer'] }],
  ['timed out', { errors: [HOOK] }],
  ['timed out', { errors: ['[vitest-pool]: Timeout starting forks runner.'] }],
])('%s: %j', (verdict, ...failures) => {
  expect(judge({ passed: 1, failures }, 1_000).verdict).toBe(verdict);
});

test('tests that are all skipped notice nothing', () => {
  expect(judge({ passed: 0, failures: [] }, 1_000).verdict).toBe('no tests');
});

/** @param broken what each test file says of the mutant */
function outcome(broken: readonly Verdict[], fate: Pick<Mutant, 'hangs'> = {}, unbroken: Verdict = 'passed') {
  return outcomeOf({ ...mutant, ...fate }, [...broken.keys()].map(String), (file, isBroken) =>
    Promise.resolve({ verdict: isBroken ? (broken[Number(file)] ?? 'passed') : unbroken }),
  );
}

test('a mutant is killed by a test that fails, not by one that takes too long', async () => {
  expect(await outcome(['passed', 'failed'])).toEqual({ outcome: 'killed', by: '1' });
  expect(await outcome(['timed out', 'failed'])).toEqual({ outcome: 'killed', by: '1' });
  expect(await outcome(['timed out', 'passed'])).toEqual({ outcome: 'timed out', by: '0' });
  expect(await outcome(['passed', 'passed'])).toEqual({ outcome: 'survived' });
});

test('one that hangs is noticed where its tests have just passed with nothing broken', async () => {
  expect((await outcome(['timed out'], { hangs: true })).outcome).toBe('hangs');
  expect((await outcome(['timed out'], { hangs: true }, 'timed out')).outcome).toBe('fails unbroken');
  expect((await outcome(['passed'], { hangs: true })).outcome).toBe('survived');
});

test('what is to be mended', () => {
  const said = { ...mutant, survives: 'nobody can see it' };
  expect(complaint(mutant, { outcome: 'killed' })).toBeUndefined();
  expect(complaint(mutant, { outcome: 'hangs' })).toBeUndefined();
  expect(complaint(said, { outcome: 'survived' })).toBeUndefined();
  expect(complaint(mutant, { outcome: 'survived' })).toBe('survived');
  expect(complaint(said, { outcome: 'timed out' })).toBe('timed out');
  expect(complaint(said, { outcome: 'killed' })).toBe('killed, and is said to survive');
});

describe('vitest itself', () => {
  const tree = new Tree();
  afterAll(() => tree.remove());

  test.each<[Verdict, string, Patience]>([
    ['failed', "test('a', () => expect(1).toBe(2));", { test: 120_000, file: 120_000 }],
    ['failed', "test('a', () => process.exit(1));", { test: 120_000, file: 120_000 }],
    [
      'timed out',
      "test('a', () => new Promise(() => {})); test('b', () => expect.poll(() => 1).toBe(2));",
      { test: 50, file: 120_000 },
    ],
    ['timed out', "test('a', () => { for (;;); });", { test: 1_000, file: 3_000 }],
  ])('%s: %s', async (verdict, text, patience) => {
    writeFileSync(join(tree.folder, 'test/one.test.ts'), `import { expect, test } from 'vitest';\n${text}\n`);
    expect((await runTests(tree, 'test/one.test.ts', patience)).verdict).toBe(verdict);
  });
});

import { expect, test } from 'vitest';
import { mutants } from './list.ts';
import { stale } from './tree.ts';

test('every mutant fits the code, and the tests that should notice it exist', () => {
  expect(mutants.flatMap((mutant) => stale(mutant) ?? [])).toEqual([]);
});

import { expect, test } from 'vitest';
import { mutants } from './list.ts';
import { stale } from './tree.ts';

test('every mutant fits the code, and the tests that are to notice it are there', () => {
  expect(mutants.flatMap((mutant) => stale(mutant) ?? [])).toEqual([]);
});

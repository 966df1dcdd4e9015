import fc from 'fast-check';
import { expect, test } from 'vitest';
import { differing } from '../../src/board/differences.ts';
import { diffing, labelled } from '../../src/board/unified-diff.ts';
import { atOnce } from '../../src/wire/fair-share.ts';
import { type Octets, octets } from '../../src/wire/octets.ts';
import { patch } from './patch.ts';

const labels = { before: octets`old`, after: octets`new` };
const diffOf = (before: readonly Octets[], after: readonly Octets[]) =>
  labelled(labels, atOnce(diffing(before, after)));
const file = fc.array(fc.constantFrom(octets`a`, octets`b`, octets`c`, octets`d`, octets``), { maxLength: 40 });

test('applied to the old file, a diff makes the new one', () => {
  fc.assert(
    fc.property(file, file, (before, after) => {
      const diff = diffOf(before, after);
      expect(patch(before, diff)).toEqual(after);
    }),
  );
});

test('between two differences, the files have the same lines', () => {
  fc.assert(
    fc.property(file, file, (before, after) => {
      const same = (old: number, present: number) => before[old] === after[present];
      const differences = atOnce(differing(before.length, after.length, same));
      let [old, present] = [0, 0];
      const end = { oldAt: before.length, removed: 0, newAt: after.length, added: 0 };
      for (const [n, { oldAt, removed, newAt, added }] of [...differences, end].entries()) {
        expect(before.slice(old, oldAt)).toEqual(after.slice(present, newAt));
        if (n > 0 && n < differences.length) expect(oldAt).toBeGreaterThan(old);
        [old, present] = [oldAt + removed, newAt + added];
      }
      expect([old, present]).toEqual([before.length, after.length]);
    }),
  );
});

test('hunks as GNU diff prints them', () => {
  const before = Array.from({ length: 20 }, (_, i) => octets`line ${i + 1}`);
  const after = [...before.slice(0, 4), octets`new`, ...before.slice(5, 15), ...before.slice(16), octets`end`];
  expect(diffOf(before, after)).toBe(
    [
      '--- old',
      '+++ new',
      '@@ -2,7 +2,7 @@',
      ' line 2',
      ' line 3',
      ' line 4',
      '-line 5',
      '+new',
      ' line 6',
      ' line 7',
      ' line 8',
      '@@ -13,8 +13,8 @@',
      ' line 13',
      ' line 14',
      ' line 15',
      '-line 16',
      ' line 17',
      ' line 18',
      ' line 19',
      ' line 20',
      '+end',
      '',
    ].join('\n'),
  );
  expect(diffOf([octets`x`], [])).toBe('--- old\n+++ new\n@@ -1 +0,0 @@\n-x\n');
});

test('two files that have nothing in common', () => {
  const before = Array.from({ length: 3000 }, (_, i) => octets`a${i}`);
  const after = Array.from({ length: 3000 }, (_, i) => octets`b${i}`);
  const all = [...before.map((line) => `-${line}\n`), ...after.map((line) => `+${line}\n`)];
  expect(diffOf(before, after)).toBe(`--- old\n+++ new\n@@ -1,3000 +1,3000 @@\n${all.join('')}`);
});

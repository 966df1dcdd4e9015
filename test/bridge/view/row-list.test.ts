import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lowerBound, RowList } from '../../../src/bridge/view/row-list.ts';

test('is the sorted list of what is in it, whatever comes and goes', () => {
  const change = fc.oneof(
    fc.record({ append: fc.integer({ min: 1, max: 2000 }) }),
    fc.record({ remove: fc.array(fc.nat({ max: 5000 }), { maxLength: 20 }) }),
    fc.record({ insert: fc.array(fc.nat({ max: 5000 }), { maxLength: 20 }) }),
  );
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
      const list = new RowList();
      let model: number[] = [];
      for (const each of changes) {
        const before = list.rows;
        const copy = [...before];
        if ('append' in each) {
          for (let n = 0; n < each.append; n++) {
            const next = (model.at(-1) ?? -1) + 2;
            list.append(next);
            model.push(next);
          }
        } else if ('remove' in each) {
          list.remove(each.remove);
          model = model.filter((row) => !each.remove.includes(row));
        } else {
          list.insert(each.insert);
          model = [...new Set([...model, ...each.insert])].sort((a, b) => a - b);
        }
        expect([...list.rows]).toEqual(model);
        expect(list.length).toBe(model.length);
        // Whoever walks the old rows goes on undisturbed.
        expect([...before]).toEqual(copy);
      }
    }),
    { numRuns: 50 },
  );
});

test('lowerBound', () => {
  const rows = Uint32Array.of(2, 4, 4, 6);
  const same = (row: number) => row;
  expect([0, 2, 3, 4, 5, 6, 7].map((key) => lowerBound(rows, key, same))).toEqual([0, 0, 1, 1, 3, 3, 4]);
  expect(lowerBound(new Uint32Array(), 1, same)).toBe(0);
});

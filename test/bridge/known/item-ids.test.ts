import { expect, test } from 'vitest';
import { ItemIds } from '../../../src/bridge/known/item-ids.ts';

const usual = ['A0000000', 'Z9999999', 'P3242146', 'B0000001'];
const others = ['', 'a0000000', 'A000000', 'A00000000', 'A000000x', ' A000000'];

test('an id is found by its index, and the other way round, whatever its form', () => {
  const ids = new ItemIds();
  for (const id of [...usual, ...others]) {
    expect(ids.indexOf(id)).toBeUndefined();
    ids.add(id);
  }
  for (const [index, id] of [...usual, ...others].entries()) {
    expect(ids.at(index)).toBe(id);
    expect(ids.indexOf(id)).toBe(index);
  }
  expect(ids.at(99)).toBe('');
  expect(ids.indexOf('C0000000')).toBeUndefined();
});

import { expect, test } from 'vitest';
import { SmallNumbers } from '../../src/bridge/growable.ts';

const edges = [0, 1, 65_534, 65_535, 65_536, 2 ** 32 - 1];

test.each(edges)('%d is what it was, after any other and before any other', (value) => {
  for (const other of edges) {
    const numbers = new SmallNumbers();
    numbers.set(3, other, 4);
    numbers.set(3, value, 4);
    numbers.set(4, other, 5);
    expect([numbers.at(3), numbers.at(4), numbers.at(2), numbers.at(5)]).toEqual([value, other, 0, 0]);
  }
});

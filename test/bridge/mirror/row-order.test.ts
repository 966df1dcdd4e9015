import { expect, test } from 'vitest';
import { orderOf } from '../../../src/bridge/mirror/row-order.ts';

const LAST = 2 ** 32 - 1;

function sealed(numbers: readonly number[], known: readonly number[]) {
  const sequences = Uint32Array.from(numbers);
  const wrapped = new Int8Array(numbers.length);
  const { length } = numbers;
  const alike = { times: new Uint32Array(length), kinds: new Uint8Array(length), items: new Int32Array(length) };
  const steps = orderOf(
    { length, sequences, wrapped, ...alike },
    { isBelievable: (sequence) => known.includes(sequence) },
    () => {},
  );
  let step = steps.next();
  while (!step.done) step = steps.next();
  return { ...step.value, sequences };
}

/** The numbers of an index that was read from its beginning, in the order that is found, and how many are left out. */
function ordered(numbers: readonly number[], known: readonly number[] = []) {
  const { order, withheld, wraps, sequences } = sealed(numbers, known);
  return { order: Array.from(order, (row) => sequences[row]), withheld, wraps };
}

/** What waits for proof: the first number, and those that the board may show more of. */
function farOff(numbers: readonly number[]) {
  const { firstFar, doubted, sequences } = sealed(numbers, []);
  return { firstFar, doubted: doubted?.rows.map((row) => sequences[row]) };
}

test.each([
  ['as the board wrote them', [7, 8, 9], [7, 8, 9], 0],
  ['moved by an editor', [7, 9, 8, 10], [7, 8, 9, 10], 0],
  ['over a wrap', [LAST - 1, LAST, 0, 1], [LAST - 1, LAST, 0, 1], 1],
  ['over a wrap, and moved', [LAST - 1, 0, LAST, 1], [LAST - 1, LAST, 0, 1], 1],
])('rows %s are all there', (_, numbers, order, wraps) => {
  expect(ordered(numbers)).toEqual({ order, withheld: 0, wraps });
});

test.each([
  ['at the end', [50_000, 50_001, 50_002, 7]],
  ['in the middle', [50_000, 50_001, 7, 50_002]],
])(
  'a row %s that came after higher ones, and is far from all the others, is left out until it is known',
  (_, numbers) => {
    expect(ordered(numbers)).toEqual({ order: [50_000, 50_001, 50_002], withheld: 1, wraps: 0 });
    expect(ordered(numbers, [7])).toEqual({ order: [7, 50_000, 50_001, 50_002], withheld: 0, wraps: 0 });
  },
);

test('a row far above those that follow it is kept for when the board shows more of it', () => {
  expect(farOff([3002, 1])).toEqual({ firstFar: 3002, doubted: undefined });
  expect(farOff([3002, 1, 2, 3003])).toEqual({ firstFar: 3002, doubted: [3002, 3003] });
  expect(farOff([1, 3003, 2, 3002])).toEqual({ firstFar: 3002, doubted: [3002, 3003] });
  // The board has come near: it is moved, or made up, and holds nothing back.
  expect(farOff([3002, 1000, 2000])).toEqual({ firstFar: undefined, doubted: undefined });
});

test('a made-up row before the others is none that they go on from, also where they seem to come after a wrap', () => {
  expect(ordered([LAST, 5000, 5001])).toEqual({ order: [5000, 5001], withheld: 1, wraps: 0 });
  expect(ordered([90_000, 5000, 5001])).toEqual({ order: [5000, 5001], withheld: 1, wraps: 0 });
  // What the board itself gave is not at the end of numbers by mistake.
  expect(ordered([5000, LAST - 1, LAST], [LAST - 1, LAST])).toEqual({ order: [LAST - 1, LAST], withheld: 1, wraps: 0 });
  expect(ordered([5000, LAST, 5001])).toEqual({ order: [5000, 5001], withheld: 1, wraps: 0 });
  // That it is there twice is no proof of it.
  expect(ordered([LAST, LAST, 5000, 5001])).toEqual({ order: [5000, 5001], withheld: 2, wraps: 0 });
});

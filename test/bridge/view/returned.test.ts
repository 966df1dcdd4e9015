/** What becomes readable below what was readable before: feeds, which go by numbers, are told of it. */
import { expect, test } from 'vitest';
import { testBoard } from '../../support/views.ts';

test('an article that is back is found, and those that arrived before the last one are not', async () => {
  let seconds = 1_800_000_000;
  const { model, main, edits } = await testBoard({}, {}, { now: () => seconds++ * 1000 });
  await model.newItem('O0591429', 'a');
  for (let n = 0; n < 5; n++) await model.reply('O0591429');
  await model.indexEdit({ remove: [1, 3] });
  expect(main.returned).toBe(0);
  expect([...main.returnedSince(0, 6)]).toEqual([]);
  await model.indexEdit({ restore: [3] });
  expect(main.returned).toBe(1);
  expect(edits.returned).toBe(0);
  expect([...main.returnedSince(0, 6)]).toEqual([4]);
  expect([...main.returnedSince(4, 6)]).toEqual([]);
  expect([...main.returnedSince(0, 3)]).toEqual([]);
  await model.reply('O0591429');
  await model.indexEdit({ restore: [1] });
  expect(main.returned).toBe(2);
  expect([...main.returnedSince(0, main.high)]).toEqual([2]);
});

test('what arrived in the same second may have come in late', async () => {
  const { model, main } = await testBoard({}, {}, { now: () => 1_800_000_000_000 });
  await model.newItem('O0591429', 'a');
  await model.reply('O0591429');
  await model.reply('O0591429');
  expect([...main.returnedSince(0, 3)]).toEqual([1, 2]);
  expect([...main.returnedSince(0, 0)]).toEqual([]);
});

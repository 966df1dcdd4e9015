/** What the board said of items that no poll has shown. */
import { expect, test } from 'vitest';
import { GONE, Hearsay } from '../../../src/bridge/texts/hearsay.ts';
import { FakeBoard } from '../../support/fake-board.ts';
import { openMirror, shown } from '../../support/mirrors.ts';

test('what a board says is believed once it is repeated after a poll that began later', () => {
  const hearsay = new Hearsay();
  hearsay.pollBegins();
  expect(hearsay.hear(1, GONE)).toBe(false);
  expect(hearsay.polled()).toEqual([{ item: 1, said: GONE, isDue: false }]);
  expect(hearsay.hear(1, GONE)).toBe(false);
  hearsay.pollBegins();
  expect(hearsay.hear(1, GONE)).toBe(false);
  expect(hearsay.polled()).toEqual([{ item: 1, said: GONE, isDue: true }]);
  expect(hearsay.hear(1, 7)).toBe(false);
  expect(hearsay.hear(1, 7)).toBe(false);
  hearsay.pollBegins();
  hearsay.polled();
  expect(hearsay.hear(1, 7)).toBe(true);
  expect(hearsay.polled()).toEqual([]);
});

test('an item that goes while a poll compares the index is looked for in all of it by the next', async () => {
  const board = new FakeBoard();
  const tea = board.newItem('Tea');
  board.newItem('Milk');
  const mirror = await openMirror(board);
  let said: unknown = 'nothing';
  board.fault = async (request) => {
    // Without a word in any log,
    if (request === `ITEM ${tea}`) board.items.delete(tea);
    // and after the index was read: the message of the day is asked for last.
    const [item] = mirror.items;
    if (request === 'MOTD' && item !== undefined) said = await mirror.text(item);
  };
  await mirror.complete();
  expect(said).toBeUndefined();
  board.index = board.index.filter(({ itemId }) => itemId !== tea);
  await mirror.complete();
  expect((await shown(mirror)).map(({ number }) => number)).toEqual([2]);
  await mirror.close();
});

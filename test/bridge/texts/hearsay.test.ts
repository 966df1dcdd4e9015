/** What the board said of items that no poll has shown. */
import { expect, test } from 'vitest';
import { Claims, GONE } from '../../../src/bridge/texts/claims.ts';
import { FakeBoard } from '../../support/fake-board.ts';
import { openMirror, shown } from '../../support/mirrors.ts';

test('a claim is believed once it is repeated after a poll that began later', () => {
  const claims = new Claims();
  claims.pollBegins();
  expect(claims.said(1, GONE)).toBe(false);
  expect(claims.polled()).toEqual([{ item: 1, claim: GONE, isDue: false }]);
  expect(claims.said(1, GONE)).toBe(false);
  claims.pollBegins();
  expect(claims.said(1, GONE)).toBe(false);
  expect(claims.polled()).toEqual([{ item: 1, claim: GONE, isDue: true }]);
  expect(claims.said(1, 7)).toBe(false);
  expect(claims.said(1, 7)).toBe(false);
  claims.pollBegins();
  claims.polled();
  expect(claims.said(1, 7)).toBe(true);
  expect(claims.polled()).toEqual([]);
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

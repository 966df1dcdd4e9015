import { expect, test } from 'vitest';
import { PostKind } from '../../../src/bridge/model.ts';
import { RgtpError } from '../../../src/rgtp/errors.ts';
import { FakeBoard } from '../../support/fake-board.ts';
import { openMirror } from '../../support/mirrors.ts';

test('what a poll was to find and did not, because it failed, the next one finds', async () => {
  const board = new FakeBoard();
  const tea = board.newItem('Tea');
  board.newItem('Coffee');
  const mirror = await openMirror(board);
  await mirror.refresh();
  // Number 3 has no row: without looking for it, nobody would miss it.
  board.withdraw(tea);
  board.fault = (request) => {
    if (request.startsWith('INDX')) throw new RgtpError('unavailable', 'lost');
  };
  await expect(mirror.refresh(3)).rejects.toThrow('lost');
  board.fault = () => {};
  await mirror.refresh();
  const row = mirror.rowOfSequence(3);
  expect(mirror.posts.kinds[row]).toBe(PostKind.Withdrawal);
  await mirror.close();
});

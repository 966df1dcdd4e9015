import { expect, test } from 'vitest';
import { Standing } from '../../../src/store/postgres/standing.ts';

const HOUR = 3_600_000;
const cutOff = () => new Error('cut off');
const never = () => expect.fail('nobody is asked');

function confirmed(sure = HOUR): Standing {
  const standing = new Standing(sure);
  standing.confirmed(performance.now());
  return standing;
}

test('who has just seen its locks is sure, asks nobody, and may send', async () => {
  const standing = confirmed();
  expect(standing.isSure).toBe(true);
  await standing.claim(never, cutOff).confirm();
});

test('who has not seen them for too long asks, and sends nothing where the answer is no', async () => {
  const standing = new Standing(HOUR);
  const asks = async () => standing.confirmed(performance.now());
  await standing.claim(asks, cutOff).confirm();
  standing.lost();
  await expect(standing.claim(async () => {}, cutOff).confirm()).rejects.toThrow('cut off');
});

test('what was intended before others took over is not sent after it, however sure the bridge is again', async () => {
  const standing = confirmed();
  const claim = standing.claim(never, cutOff);
  standing.replaced();
  standing.confirmed(performance.now());
  await expect(claim.confirm()).rejects.toThrow('cut off');
  await standing.claim(never, cutOff).confirm();
});

test.each([
  ['the connection is lost', (standing: Standing) => standing.lost()],
  ['others may have taken over', (standing: Standing) => standing.replaced()],
])('what is under way hears of it when %s, once', (_, happens) => {
  const standing = confirmed();
  const claim = standing.claim(never, cutOff);
  const told: string[] = [];
  claim.whenLost(() => told.push('cut'));
  claim.whenLost(() => told.push('ended'))();
  happens(standing);
  happens(standing);
  expect(told).toEqual(['cut']);
});

test('… and when the locks were not seen for too long, though nothing is known to be lost', async () => {
  const standing = confirmed(20);
  await new Promise<void>((cut) => standing.claim(never, cutOff).whenLost(cut));
  expect(standing.isSure).toBe(false);
});

test('… at once, where that is so already', () => {
  const told: string[] = [];
  new Standing(HOUR).claim(never, cutOff).whenLost(() => told.push('cut'));
  expect(told).toEqual(['cut']);
});

import { expect, test } from 'vitest';
import { Lease } from '../../../src/store/postgres/lease.ts';

const HOUR = 3_600_000;
const cutOff = () => new Error('cut off');
const never = () => expect.fail('nobody is asked');

function confirmed(ms = HOUR): Lease {
  const lease = new Lease(ms);
  lease.confirmed(performance.now());
  return lease;
}

test('who has just seen its locks asks nobody, and may send', async () => {
  const lease = confirmed();
  expect(lease.isValid).toBe(true);
  await lease.ownership(never, cutOff).confirm();
});

test('who has not seen them for too long asks, and sends nothing where the answer is no', async () => {
  const lease = new Lease(HOUR);
  const asks = async () => lease.confirmed(performance.now());
  await lease.ownership(asks, cutOff).confirm();
  lease.lost();
  await expect(lease.ownership(async () => {}, cutOff).confirm()).rejects.toThrow('cut off');
});

test('what was intended before others took over is not sent after it, even with a new lease', async () => {
  const lease = confirmed();
  const ownership = lease.ownership(never, cutOff);
  lease.replaced();
  lease.confirmed(performance.now());
  await expect(ownership.confirm()).rejects.toThrow('cut off');
  await lease.ownership(never, cutOff).confirm();
});

test.each([
  ['the connection is lost', (lease: Lease) => lease.lost()],
  ['others may have taken over', (lease: Lease) => lease.replaced()],
])('what is under way hears of it when %s, once', (_, happens) => {
  const lease = confirmed();
  const ownership = lease.ownership(never, cutOff);
  const told: string[] = [];
  ownership.whenLost(() => told.push('cut'));
  ownership.whenLost(() => told.push('ended'))();
  happens(lease);
  happens(lease);
  expect(told).toEqual(['cut']);
});

test('… and when the locks were not seen for too long, though nothing is known to be lost', async () => {
  const lease = confirmed(20);
  await new Promise<void>((cut) => lease.ownership(never, cutOff).whenLost(cut));
  expect(lease.isValid).toBe(false);
});

test('… at once, where that is so already', () => {
  const told: string[] = [];
  new Lease(HOUR).ownership(never, cutOff).whenLost(() => told.push('cut'));
  expect(told).toEqual(['cut']);
});

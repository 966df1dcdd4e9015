import { expect, test, vi } from 'vitest';
import { ReadingBack } from '../../../src/bridge/posting/reading-back.ts';

/** Readings that end when the test says so. @param underWay how many posts may still come */
function board(underWay = () => Number.POSITIVE_INFINITY) {
  const readings: { readonly upTo: number; readonly end: PromiseWithResolvers<void> }[] = [];
  const stored: number[] = [];
  const back = new ReadingBack((upTo) => {
    const end = Promise.withResolvers<void>();
    readings.push({ upTo, end });
    return end.promise;
  }, underWay);
  const begin = (sequence: number) =>
    back.begin(sequence, async () => {
      stored.push(sequence);
    });
  return { readings, stored, begin };
}

test('one post is stored and read at once', async () => {
  const { readings, stored, begin } = board();
  const post = begin(7);
  await post.stored;
  expect(stored).toEqual([7]);
  expect(readings.map(({ upTo }) => upTo)).toEqual([7]);
  readings[0]?.end.resolve();
  await post.read;
});

test('a post that a running reading may meet is stored at once: the reading waits for it', async () => {
  const { readings, stored, begin } = board();
  const first = begin(7);
  const second = begin(9);
  const third = begin(8);
  await Promise.all([second.stored, third.stored]);
  expect(stored).toEqual([7, 9, 8]);
  expect(readings).toHaveLength(1);
  readings[0]?.end.resolve();
  await first.read;
  await expect.poll(() => readings.length).toBe(2);
  expect(readings[1]?.upTo).toBe(9);
  readings[1]?.end.resolve();
  await Promise.all([second.read, third.read]);
});

test('while many post, they are stored and read together', async () => {
  const { readings, stored, begin } = board();
  begin(1);
  const crowd = [begin(2), begin(3)];
  readings[0]?.end.resolve();
  await expect.poll(() => readings.length).toBe(2);
  readings[1]?.end.resolve();
  await Promise.all(crowd.map(({ read }) => read));
  const late = [begin(4), begin(5)];
  await new Promise((resolve) => setImmediate(resolve));
  expect(stored).toEqual([1, 2, 3]);
  await Promise.all(late.map((post) => post.stored));
  expect(stored).toEqual([1, 2, 3, 4, 5]);
  expect(readings.map(({ upTo }) => upTo)).toEqual([1, 3, 5]);
});

test('where everything that may come is here, nothing more is waited for', async () => {
  let underWay = 0;
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  const { readings, begin } = board(() => underWay);
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  begin(1);
  const crowd = [begin(2), begin(3)];
  readings[0]?.end.resolve();
  await turn();
  readings[1]?.end.resolve();
  await Promise.all(crowd.map(({ read }) => read));
  underWay = 2;
  await turn();
  begin(4);
  await turn();
  expect(readings).toHaveLength(2);
  begin(5);
  await turn();
  expect(readings.map(({ upTo }) => upTo)).toEqual([1, 3, 5]);
  // All were here before it ended.
  begin(6);
  begin(7);
  readings[2]?.end.resolve();
  await turn();
  expect(readings).toHaveLength(4);
  vi.useRealTimers();
});

test('a failed reading rejects for those who wait for it, and the next one goes on', async () => {
  const { readings, begin } = board();
  const first = begin(1);
  const second = begin(2);
  readings[0]?.end.reject(new Error('away'));
  await expect(first.read).rejects.toThrow('away');
  await expect.poll(() => readings.length).toBe(2);
  readings[1]?.end.resolve();
  await second.read;
});

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Poller } from '../../src/bridge/poller.ts';

let poller: Poller;
let polls: PromiseWithResolvers<void>[];
let interval: number;

beforeEach(() => {
  vi.useFakeTimers();
  polls = [];
  interval = 100;
  poller = new Poller({
    poll: () => {
      polls.push(Promise.withResolvers<void>());
      return polls.at(-1)?.promise ?? Promise.resolve();
    },
    interval: () => interval,
    retry: [1000, 5000],
    random: () => 1,
    clock: () => performance.now(),
  });
});
afterEach(async () => {
  for (const { resolve } of polls) resolve();
  await poller.close();
  vi.useRealTimers();
});

async function finish(index: number, error?: Error): Promise<void> {
  if (error === undefined) polls[index]?.resolve();
  else polls[index]?.reject(error);
  await vi.advanceTimersByTimeAsync(0);
}

describe('the timer', () => {
  test('polls at once, then an interval after each poll was over', async () => {
    poller.start();
    expect(polls).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1000);
    expect(polls).toHaveLength(1);
    await finish(0);
    await vi.advanceTimersByTimeAsync(99);
    expect(polls).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(polls).toHaveLength(2);
  });

  test('failures: longer and longer waits, and the interval again when it goes well', async () => {
    poller.start();
    for (const [index, wait] of [1000, 2000, 4000, 5000, 5000].entries()) {
      await finish(index, new Error('away'));
      await vi.advanceTimersByTimeAsync(wait - 1);
      expect(polls).toHaveLength(index + 1);
      await vi.advanceTimersByTimeAsync(1);
      expect(polls).toHaveLength(index + 2);
    }
    await finish(5);
    await vi.advanceTimersByTimeAsync(100);
    expect(polls).toHaveLength(7);
  });

  test('a shorter interval counts from the last poll: readers who come and go put nothing off', async () => {
    interval = 10_000;
    poller.start();
    await finish(0);
    for (let second = 0; second < 9; second++) {
      await vi.advanceTimersByTimeAsync(1000);
      poller.reschedule();
    }
    expect(polls).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1000);
    expect(polls).toHaveLength(2);
    await finish(1);
    await vi.advanceTimersByTimeAsync(5000);
    interval = 100;
    poller.reschedule();
    await vi.advanceTimersByTimeAsync(0);
    expect(polls).toHaveLength(3);
  });

  test('something lost between polls brings the next one nearer', async () => {
    interval = 300_000;
    poller.start();
    await finish(0);
    poller.soon();
    await vi.advanceTimersByTimeAsync(1000);
    expect(polls).toHaveLength(2);
  });
});

describe('refresh', () => {
  test('does not join a poll that began before it; all who ask meanwhile share the next', async () => {
    poller.start();
    const done: number[] = [];
    const asked = [1, 2, 3].map((who) => poller.refresh().then(() => done.push(who)));
    expect(polls).toHaveLength(1);
    await finish(0);
    expect(polls).toHaveLength(2);
    expect(done).toEqual([]);
    await finish(1);
    await Promise.all(asked);
    expect(done).toEqual([1, 2, 3]);
    expect(polls).toHaveLength(2);
  });

  test('an earlier poll that fails does not reject it', async () => {
    poller.start();
    const refreshed = poller.refresh();
    await finish(0, new Error('away'));
    await finish(1);
    await expect(refreshed).resolves.toBeUndefined();
  });

  test('rejects with what its poll failed with', async () => {
    const refreshed = expect(poller.refresh()).rejects.toThrow('away');
    await finish(0, new Error('away'));
    await refreshed;
  });
});

test('closed: no more polls', async () => {
  poller.start();
  await finish(0);
  await poller.close();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(polls).toHaveLength(1);
  await expect(poller.refresh()).rejects.toThrow('closed');
});

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { inTime } from '../../src/wire/in-time.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const late = () => 'late';

test('work that ends in time gives its result, and leaves no clock behind', async () => {
  await expect(inTime(async () => 'done', 1000, late)).resolves.toBe('done');
  await expect(inTime(() => Promise.reject(new Error('broken')), 1000, late)).rejects.toThrow('broken');
  expect(vi.getTimerCount()).toBe(0);
});

test('work that takes too long is told so', async () => {
  const told: string[] = [];
  const endless = (signal: AbortSignal) => {
    signal.addEventListener('abort', () => told.push('over'));
    return new Promise<string>(() => {});
  };
  const ended = inTime(endless, 1000, late);
  await vi.advanceTimersByTimeAsync(999);
  expect(told).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  await expect(ended).resolves.toBe('late');
  expect(told).toEqual(['over']);
});

test('what is thrown then is what the caller hears', async () => {
  const ended = inTime<void>(
    () => new Promise(() => {}),
    1000,
    () => {
      throw new Error('too late');
    },
  );
  await Promise.all([expect(ended).rejects.toThrow('too late'), vi.advanceTimersByTimeAsync(1000)]);
});

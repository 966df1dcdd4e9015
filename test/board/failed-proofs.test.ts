import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FailedProofs } from '../../src/board/failed-proofs.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('answers to wrong proofs come ever later, up to a bound; another address does not pay for it', async () => {
  const proofs = new FailedProofs(20);
  const answered = vi.fn();
  for (const delay of [20, 40, 80, 160, 320, 320]) {
    proofs.failed('192.0.2.1').then(answered);
    await vi.advanceTimersByTimeAsync(delay - 1);
    expect(answered).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(answered).toHaveBeenCalledOnce();
    answered.mockClear();
  }
  proofs.failed('192.0.2.2').then(answered);
  await vi.advanceTimersByTimeAsync(20);
  expect(answered).toHaveBeenCalledOnce();
});

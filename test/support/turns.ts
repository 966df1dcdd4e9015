/** Tests of turns: each look at the clock takes a millisecond, so that the speed of this machine does not matter. */
import { onTestFinished, vi } from 'vitest';

let time = 0;

/** Sets the clock for the rest of the test. It never goes back. */
export function stepByStep(): void {
  time = Math.max(time, performance.now());
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => ++time);
  onTestFinished(() => clock.mockRestore());
}

/** Stops the clock for the rest of the test: work takes no time, so nothing is left for later. */
export function standStill(): void {
  time = Math.max(time, performance.now());
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => time);
  onTestFinished(() => clock.mockRestore());
}

/** How often the event loop goes round for everybody else before `task` is done. */
export async function roundsOf(task: Promise<unknown>): Promise<number> {
  let rounds = 0;
  let over = false;
  const ended = task.finally(() => {
    over = true;
  });
  while (!over) {
    await new Promise(setImmediate);
    rounds++;
  }
  await ended;
  return rounds;
}

/** In how many pieces a generator does its work, and its result. */
export function pieces<T>(work: Iterator<unknown, T>): { readonly count: number; readonly value: T } {
  for (let count = 1; ; count++) {
    const step = work.next();
    if (step.done) return { count, value: step.value };
  }
}

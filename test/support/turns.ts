/** Tests of turns: time passes by a millisecond at each look at the clock, so that how fast this machine is does not matter. */
import { onTestFinished, vi } from 'vitest';

let time = 0;

/** For the rest of the test. It never goes back. */
export function stepByStep(): void {
  time = Math.max(time, performance.now());
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => ++time);
  onTestFinished(() => clock.mockRestore());
}

/** How often the event loop goes round, for everybody else, before `task` is over. */
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

/** In how many pieces a generator does its work, and what comes of it. */
export function pieces<T>(work: Iterator<unknown, T>): { readonly count: number; readonly value: T } {
  for (let count = 1; ; count++) {
    const step = work.next();
    if (step.done) return { count, value: step.value };
  }
}

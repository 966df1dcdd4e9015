import { setTimeout as pause } from 'node:timers/promises';

/** Asks until `probe` gives something, for things outside this process that cannot call back. Throws with `what` after `timeout` ms. */
export async function until<T>(
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  what: string | (() => string),
  timeout = 60_000,
): Promise<T> {
  const end = Date.now() + timeout;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) {
      throw new Error(`waited ${timeout / 1000} s in vain for ${typeof what === 'function' ? what() : what}`);
    }
    await pause(50);
  }
}

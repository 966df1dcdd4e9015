/** The operating system's wishes. */
import type { Log } from '../wire/log.ts';
import { Failure } from './failure.ts';

/**
 * Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. `onHangUp` runs at each SIGHUP,
 * never twice at a time.
 */
export function untilTold(onHangUp: () => Promise<void> | void): Promise<NodeJS.Signals> {
  let rereading = Promise.resolve();
  process.on('SIGHUP', () => {
    rereading = rereading.then(onHangUp);
  });
  return new Promise((resolve) => {
    let told = false;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (told) process.exit(1);
        told = true;
        resolve(signal);
      });
    }
  });
}

/** Ends everything within ten seconds (design §6): what has not finished by then is cut off, and it says so. */
export async function closeInTime(close: () => Promise<void>, log: Log): Promise<void> {
  const deadline = setTimeout(() => {
    log.error({}, 'not everything finished in time');
    process.exit(1);
  }, 9_500);
  try {
    await close();
  } catch (error) {
    throw new Failure('it did not end cleanly', undefined, { cause: error });
  } finally {
    clearTimeout(deadline);
  }
}

/** The operating system's wishes. */

import { Failure } from '../server/failure.ts';
import type { Log } from '../wire/log.ts';

/** Ctrl-C under `npm start` comes twice, from the terminal and from npm: that is one wish. */
const sameKeyMs = 500;

/**
 * Resolves at the first SIGTERM or SIGINT; a later one ends the process at once. At each SIGHUP `reread` runs, never
 * twice at a time; where it fails that is logged, and everything goes on as it was.
 */
export function untilTold(log: Log, reread: () => Promise<void> | void): Promise<NodeJS.Signals> {
  let rereading = Promise.resolve();
  process.on('SIGHUP', () => {
    rereading = rereading.then(reread).then(
      () => log.info({}, 'configuration read again'),
      (error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        log.error({ reason }, 'the new configuration is not used; the old one goes on');
      },
    );
  });
  return new Promise((resolve) => {
    let told: number | undefined;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (told !== undefined && Date.now() - told > sameKeyMs) process.exit(1);
        told ??= Date.now();
        resolve(signal);
      });
    }
  });
}

/** Ends everything within ten seconds: what has not finished by then is cut off, and it says so. */
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

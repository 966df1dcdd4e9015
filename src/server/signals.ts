/** Signals of the operating system. */
import type { Log } from '../wire/log.ts';
import { Failure } from './failure.ts';

/** Under `npm start`, Ctrl-C arrives twice, from the terminal and from npm, and means one. */
const sameKeyMs = 500;

/**
 * Resolves at the first SIGTERM or SIGINT; a second one kills the process. Each SIGHUP runs `reread`, one at a time;
 * a failure is logged and changes nothing.
 */
export function untilTold(log: Log, reread: () => Promise<void> | void): Promise<NodeJS.Signals> {
  let rereading = Promise.resolve();
  process.on('SIGHUP', () => {
    rereading = rereading.then(reread).then(
      () => log.info({}, 'configuration reloaded'),
      (error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        log.error({ reason }, 'the new configuration can not be used; the old one stays in force');
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

/** Closes within ten seconds; what has not finished by then is cut off, and the log says so. */
export async function closeInTime(close: () => Promise<void>, log: Log): Promise<void> {
  const deadline = setTimeout(() => {
    log.error({}, 'not everything finished in time');
    process.exit(1);
  }, 9_500);
  try {
    await close();
  } catch (error) {
    throw new Failure('the server did not stop cleanly', undefined, { cause: error });
  } finally {
    clearTimeout(deadline);
  }
}

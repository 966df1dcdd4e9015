/** What becomes of errors that nobody caught, in a server that is to run for years. */
import type { Log } from '../wire/log.ts';

/**
 * A rejected promise that nobody waits for concerns one task: it is logged, and everybody else is served on. After an
 * exception out of nowhere nothing can be relied on: it is logged, and whoever started the server starts it again (what
 * was acknowledged is on disk).
 */
export function logStrays(log: Log): void {
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'a bug: nobody waited for this failure'));
  process.on('uncaughtException', (error) => {
    log.error({ err: error }, 'a bug: nobody caught this; ending');
    process.exit(1);
  });
}

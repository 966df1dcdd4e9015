/** Errors that nothing caught. */
import type { Log } from '../wire/log.ts';

/**
 * An unhandled rejection concerns one task: it is logged, and the server goes on. After an uncaught exception the
 * state can't be trusted: it is logged, and the process ends so that its supervisor restarts it. Everything
 * acknowledged is on disk.
 */
export function logStrays(log: Log): void {
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'bug: unhandled rejection'));
  process.on('uncaughtException', (error) => {
    log.error({ err: error }, 'bug: uncaught exception; ending');
    process.exit(1);
  });
}

/** This process must not go on, and its supervisor starts it again. Everything acknowledged is on disk. */
export function endNow(log: Log, reason: Error): void {
  log.error({ err: reason }, 'ending');
  process.exit(1);
}

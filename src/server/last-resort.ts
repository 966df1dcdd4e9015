/** Errors that nothing has caught. */
import type { Log } from '../wire/log.ts';

/**
 * Logs errors that nothing has caught. An unhandled rejection concerns one task, so the server goes on. After an
 * uncaught exception the state can't be trusted: the process ends, for its supervisor to restart it. Everything
 * acknowledged is on disk.
 */
export function logStrays(log: Log): void {
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'bug: unhandled rejection'));
  process.on('uncaughtException', (error) => {
    log.error({ err: error }, 'bug: uncaught exception; ending');
    process.exit(1);
  });
}

/** Ends a process that must not go on, for its supervisor to restart it. Everything acknowledged is on disk. */
export function endNow(log: Log, reason: Error): void {
  log.error({ err: reason }, 'ending');
  process.exit(1);
}

/** Signals of the operating system. */
import { performance } from 'node:perf_hooks';
import type { Log } from '../wire/log.ts';
import { messageOf } from '../wire/trouble.ts';
import { Failure } from './failure.ts';
import type { Systemd } from './systemd.ts';

/** Under `npm start`, Ctrl-C arrives twice, from the terminal and from npm: within this time, the two count as one. */
const sameKeyMs = 500;

/** The process ends at most this long after the first signal, in ms: before a supervisor that waits 10 s kills it. */
const DEADLINE = 9_500;

/** ms for the process to end by itself, once everything is closed */
const AFTERWARDS = 250;

/**
 * Resolves at the first SIGTERM or SIGINT. From then on, the process has ten seconds: what has not finished by then, or
 * by a second signal, is cut off. That is no failure, since everything acknowledged is on disk.
 *
 * Each SIGHUP runs `reread`, one at a time; a failure is logged and changes nothing. systemd is told of all this.
 */
export function untilSignal(log: Log, systemd: Systemd, reread: () => Promise<void> | void): Promise<NodeJS.Signals> {
  let rereading = Promise.resolve();
  process.on('SIGHUP', () => {
    systemd.reloading();
    rereading = rereading.then(reread).then(
      () => {
        log.info({}, 'configuration reloaded');
        systemd.reloaded();
      },
      (error: unknown) => {
        const reason = messageOf(error);
        log.error({ reason }, 'the new configuration cannot be used; the old one stays in force');
        systemd.reloaded(`the new configuration cannot be used, the old one stays in force: ${reason}`);
      },
    );
  });
  return new Promise((resolve) => {
    let first: number | undefined;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (first !== undefined && performance.now() - first > sameKeyMs) cutOff(log, 'a second signal');
        if (first === undefined) setTimeout(() => cutOff(log, 'not everything finished in time'), DEADLINE).unref();
        if (first === undefined) systemd.stopping();
        first ??= performance.now();
        resolve(signal);
      });
    }
  });
}

function cutOff(log: Log, why: string): void {
  log.error({}, `${why}: what is in progress is cut off`);
  process.exit(0);
}

/**
 * Closes everything; then the process ends, even if something is still open (a connection to a mail server that hangs).
 * @throws Failure if closing fails
 */
export async function closed(close: () => Promise<void>): Promise<void> {
  try {
    await close();
  } catch (error) {
    throw new Failure('the server did not stop cleanly', undefined, { cause: error });
  } finally {
    setTimeout(() => process.exit(), AFTERWARDS).unref();
  }
}

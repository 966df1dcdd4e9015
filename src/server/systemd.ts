/**
 * What systemd is told about the service (sd_notify(3)): when it is ready, reloads or ends, its status, and that its
 * event loop is running. A service that hangs sends no pings, and systemd restarts it.
 *
 * Node has no Unix datagram sockets, and the packages that add them (unix-dgram, sd-notify) compile C++ at
 * installation. So systemd's own systemd-notify sends the messages: a child process of a few milliseconds, one at a
 * time.
 */
import { spawn } from 'node:child_process';
import type { Log } from '../wire/log.ts';
import { systemCode } from '../wire/system-error.ts';

/** ms until a message counts as lost, and then until the next attempt */
const PATIENCE = 5_000;
const RETRY = 1_000;
/** During the start: ms between two requests for more time, and the time requested. A start that hangs stops asking. */
const EXTENSION = { every: 20_000, ms: 120_000 } as const;
/** ms between two pings, at least */
const SHORTEST = 100;
const LONGEST_STATUS = 300;

type State = 'RELOADING=1' | 'READY=1' | 'STOPPING=1';

export interface SystemdOptions {
  readonly log: Log;
  /** the service's status in one line, for `systemctl status` */
  readonly status: () => string;
  readonly environment?: NodeJS.ProcessEnv;
}

export class Systemd {
  readonly #log: Log;
  readonly #status: () => string;
  readonly #environment: NodeJS.ProcessEnv;
  /** systemd is not listening, or nothing can be sent */
  #off: boolean;
  /** States still to be reported: two at most, since a state that is over is no longer reported. */
  #states: (readonly [State, ...string[]])[] = [];
  #phase: 'starting' | 'serving' | 'ending' = 'starting';
  #sign: string | undefined;
  #sending = false;
  #complained = false;
  #beat: NodeJS.Timeout | undefined;

  constructor({ log, status, environment = process.env }: SystemdOptions) {
    this.#log = log;
    this.#status = status;
    this.#environment = environment;
    this.#off = environment['NOTIFY_SOCKET'] === undefined;
    this.#repeat(EXTENSION.every, `EXTEND_TIMEOUT_USEC=${EXTENSION.ms * 1_000}`);
  }

  /** The service is ready. */
  ready(): void {
    if (this.#phase !== 'starting') return;
    this.#phase = 'serving';
    this.#enter('READY=1', statusLine(this.#status()));
    this.#repeat(watchdogInterval(this.#environment), 'WATCHDOG=1');
  }

  /** The service is reading its configuration again. */
  reloading(): void {
    if (this.#phase !== 'serving') return;
    this.#states = [];
    this.#enter('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1_000n}`);
  }

  /** The configuration has been read. @param refused why the old one stays in force */
  reloaded(refused?: string): void {
    if (this.#phase !== 'serving') return;
    const [before] = this.#states;
    this.#states = before?.[0] === 'RELOADING=1' ? [before] : [];
    this.#enter('READY=1', statusLine(refused ?? this.#status()));
  }

  stopping(): void {
    this.#phase = 'ending';
    this.#states = [];
    this.#enter('STOPPING=1', statusLine('finishing what is in progress'));
  }

  [Symbol.dispose](): void {
    clearInterval(this.#beat);
  }

  #enter(...state: readonly [State, ...string[]]): void {
    this.#states.push(state);
    void this.#send();
  }

  /** Sends a sign of life at intervals. @param ms `undefined`: none is wanted */
  #repeat(ms: number | undefined, sign: string): void {
    clearInterval(this.#beat);
    if (this.#off || ms === undefined) return;
    const beat = () => {
      this.#sign = sign;
      void this.#send();
    };
    this.#beat = setInterval(beat, ms).unref();
  }

  async #send(): Promise<void> {
    if (this.#off || this.#sending) return;
    const state = this.#states.shift();
    const words = state ?? (this.#sign === undefined ? undefined : [this.#sign, statusLine(this.#status())]);
    if (words === undefined) return;
    this.#sending = true;
    const sign = this.#sign;
    if (state === undefined) this.#sign = undefined;
    const lost = await sent(words, this.#environment);
    this.#sending = false;
    if (lost === undefined) {
      this.#complained = false;
      await this.#send();
      return;
    }
    this.#complain(lost);
    // Try again, unless there is a newer message.
    if (state === undefined) this.#sign ??= sign;
    else if (this.#states.length === 0) this.#states = [state];
    setTimeout(() => void this.#send(), RETRY).unref();
  }

  #complain(error: Error): void {
    this.#off = systemCode(error) === 'ENOENT';
    if (!this.#complained) this.#log.warn({ reason: error.message }, 'systemd could not be notified');
    this.#complained = true;
  }
}

/** Resolves with what went wrong. */
async function sent(words: readonly string[], environment: NodeJS.ProcessEnv): Promise<Error | undefined> {
  try {
    const child = spawn('systemd-notify', words, {
      stdio: 'ignore',
      timeout: PATIENCE,
      killSignal: 'SIGKILL',
      env: { PATH: environment['PATH'], NOTIFY_SOCKET: environment['NOTIFY_SOCKET'] },
    });
    child.unref();
    return await new Promise((resolve) => {
      child.once('error', resolve);
      child.once('exit', (code, signal) => {
        resolve(code === 0 ? undefined : new Error(`systemd-notify ended with ${signal ?? code}`));
      });
    });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** ms: half of systemd's patience; `undefined`: it does not watch this process. */
export function watchdogInterval({ WATCHDOG_USEC: usec, WATCHDOG_PID: pid }: NodeJS.ProcessEnv): number | undefined {
  const wait = Number(usec) / 1_000;
  if (!(wait > 0) || (pid !== undefined && Number(pid) !== process.pid)) return undefined;
  return Math.max(wait / 2, SHORTEST);
}

function statusLine(text: string): string {
  return `STATUS=${text.replace(/\p{Cc}+/gu, ' ').slice(0, LONGEST_STATUS)}`;
}

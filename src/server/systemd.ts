/**
 * What systemd is told of the service (sd_notify(3)): when it is ready, reloads or ends, how it is, and that its event loop
 * turns. One that hangs sends no more pings, and systemd starts it anew.
 *
 * Node has no datagram sockets with a path, and the packages that add them (unix-dgram, sd-notify) compile C++ when they are
 * installed. So the messages are sent by systemd's own systemd-notify: a child of some milliseconds, one at a time.
 */
import { spawn } from 'node:child_process';
import type { Log } from '../wire/log.ts';
import { systemCode } from '../wire/system-error.ts';

/** ms until a message counts as lost, and from then to the next try */
const PATIENCE = 5_000;
const RETRY = 1_000;
/** While the service starts, ms between two requests for more time, and what they ask for. A start that hangs asks no more. */
const EXTENSION = { every: 20_000, ms: 120_000 } as const;
/** ms between two pings, at least */
const SHORTEST = 100;
const LONGEST_STATUS = 300;

type State = 'RELOADING=1' | 'READY=1' | 'STOPPING=1';

export interface SystemdOptions {
  readonly log: Log;
  /** how the service is, in a line: `systemctl status` shows it */
  readonly status: () => string;
  readonly environment?: NodeJS.ProcessEnv;
}

export class Systemd {
  readonly #log: Log;
  readonly #status: () => string;
  readonly #environment: NodeJS.ProcessEnv;
  /** nobody wants to know, or nothing can be sent */
  #off: boolean;
  /** States that are still to be told: two at most, as what is over by now is not told any more. */
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

  /** It serves. */
  ready(): void {
    if (this.#phase !== 'starting') return;
    this.#phase = 'serving';
    this.#enter('READY=1', statusLine(this.#status()));
    this.#repeat(watchdogInterval(this.#environment), 'WATCHDOG=1');
  }

  /** It reads its configuration again. */
  reloading(): void {
    if (this.#phase !== 'serving') return;
    this.#states = [];
    this.#enter('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1_000n}`);
  }

  /** It has read it. @param refused why the old one stays in force */
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

  /** A sign of life, again and again. @param ms `undefined`: none is wanted */
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
    // Unless there is news, it is said again.
    if (state === undefined) this.#sign ??= sign;
    else if (this.#states.length === 0) this.#states = [state];
    setTimeout(() => void this.#send(), RETRY).unref();
  }

  #complain(error: Error): void {
    this.#off = systemCode(error) === 'ENOENT';
    if (!this.#complained) this.#log.warn({ reason: error.message }, 'systemd could not be told how the service is');
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

/** ms: half of what systemd waits; `undefined`: it does not watch this process. */
export function watchdogInterval({ WATCHDOG_USEC: usec, WATCHDOG_PID: pid }: NodeJS.ProcessEnv): number | undefined {
  const wait = Number(usec) / 1_000;
  if (!(wait > 0) || (pid !== undefined && Number(pid) !== process.pid)) return undefined;
  return Math.max(wait / 2, SHORTEST);
}

function statusLine(text: string): string {
  return `STATUS=${text.replace(/\p{Cc}+/gu, ' ').slice(0, LONGEST_STATUS)}`;
}

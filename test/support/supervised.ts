import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { ended } from './ended.ts';

const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

/** ms, as systemd's RestartSec */
const PAUSE = 200;
/** characters of what a process said that are kept */
const KEPT = 200_000;

/** A process of this program. Where it ends by itself it is started again, as a supervisor does. */
export class Supervised implements AsyncDisposable {
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;
  #wanted = false;
  #output = '';

  /** @param config file of the configuration */
  constructor(command: 'serve' | 'board', config: string) {
    this.#args = [main, command, '--config', config];
  }

  /** Everything its processes have printed, newest last. */
  get output(): string {
    return this.#output;
  }

  start(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#spawn();
  }

  #spawn(): void {
    const child = spawn(process.execPath, this.#args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-KEPT);
      });
    }
    child.once('exit', () => {
      if (!this.#wanted || this.#child !== child) return;
      setTimeout(() => {
        if (this.#wanted && this.#child === child) this.#spawn();
      }, PAUSE);
    });
  }

  /** Ends it for now. The exit code; `null` after a signal that killed it. */
  async end(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
    this.#wanted = false;
    const child = this.#child;
    this.#child = undefined;
    return ended(child, signal);
  }

  /** `kill -9`, and a supervisor that starts it again. */
  async kill(): Promise<void> {
    await this.end();
    this.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}

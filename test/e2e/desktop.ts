import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from './until.ts';

const width = 1100;
const height = 720;
/** ms between two looks at the screen */
const LOOK = 500;
/** looks in a row that must be the same: then nothing moves any more */
const CALM = 4;
const MAX_LOOKS = 120;

/** A screen without a monitor (Xvfb) and one program in it, which the mouse works. Needs xvfb, xdotool, imagemagick. */
export class Desktop implements Disposable {
  readonly #display: string;
  readonly #processes: ChildProcess[] = [];

  /** @param number of the X display; it must be free */
  constructor(number: number, command: readonly string[], env: Record<string, string>) {
    this.#display = `:${number}`;
    const screen = `${width}x${height}x24`;
    // When the last of its clients goes, it would begin anew, and drop whoever comes at that moment.
    this.#start(['Xvfb', this.#display, '-screen', '0', screen, '-nolisten', 'tcp', '-noreset'], {});
    this.#start(['dbus-run-session', '--', 'sh', '-c', `${WAIT_FOR_X}; exec "$@"`, 'sh', ...command], env);
  }

  /** The screen as a PNG once nothing moves in it. */
  async picture(): Promise<Buffer> {
    let last: Buffer = Buffer.alloc(0);
    for (let look = 0, same = 0; look < MAX_LOOKS; look++) {
      await delay(LOOK);
      const now = this.#run('import', '-silent', '-window', 'root', 'png:-');
      same = now.equals(last) ? same + 1 : 0;
      last = now;
      if (same >= CALM) return now;
    }
    throw new Error('the screen does not come to rest');
  }

  /** Lets the window of that title fill the screen. */
  async fill(title: string): Promise<void> {
    await until(() => this.#isUp(), `X on ${this.#display}`);
    const window = await until(() => this.#window(title), `the window ${title}`);
    this.#run('xdotool', 'windowmove', window, '0', '0', 'windowsize', window, String(width), String(height));
    await this.picture();
  }

  /** `undefined`: there is none yet, or some other window went while xdotool looked for it. */
  #window(title: string): string | undefined {
    try {
      return this.#run('xdotool', 'search', '--onlyvisible', '--name', title).toString().trim().split('\n').at(-1);
    } catch {
      return undefined;
    }
  }

  async click(x: number, y: number): Promise<void> {
    this.#run('xdotool', 'mousemove', String(x), String(y), 'click', '1');
    await this.picture();
  }

  async key(name: string): Promise<void> {
    this.#run('xdotool', 'key', name);
    await this.picture();
  }

  [Symbol.dispose](): void {
    for (const { pid } of this.#processes.reverse()) {
      try {
        // Each leads a process group of its own: what it started ends with it.
        if (pid !== undefined) process.kill(-pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
  }

  #isUp(): boolean {
    try {
      this.#run('xdotool', 'getdisplaygeometry');
      return true;
    } catch {
      return false;
    }
  }

  #start([program = '', ...args]: readonly string[], env: Record<string, string>): void {
    const options = { detached: true, env: { ...process.env, ...env, DISPLAY: this.#display, LANG: 'C.UTF-8' } };
    this.#processes.push(spawn(program, args, { ...options, stdio: 'ignore' }));
  }

  #run(program: string, ...args: string[]): Buffer {
    const env = { ...process.env, DISPLAY: this.#display };
    return execFileSync(program, args, { env, timeout: 60_000, stdio: ['ignore', 'pipe', 'ignore'] });
  }
}

const WAIT_FOR_X = 'until xdotool getdisplaygeometry >/dev/null 2>&1; do sleep 0.2; done';

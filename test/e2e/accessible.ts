import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { promisify } from 'node:util';
import { until } from './until.ts';
import type { XServer } from './x-server.ts';

const driver = new URL('accessible.py', import.meta.url).pathname;

/** Programs and files that this needs. */
export const accessibility: readonly string[] = [
  'Xvfb',
  'import',
  'dbus-run-session',
  '/usr/lib/python3/dist-packages/gi',
  '/usr/libexec/at-spi-bus-launcher',
];

/** ms: a busy machine starts a program slowly */
const PATIENCE = 60_000;

/** A program with windows, worked as a screen reader works it: by what its menus, buttons, texts and tables are called. */
export class Accessible implements AsyncDisposable {
  /** where another program of the same person finds this one */
  readonly environment: Readonly<Record<string, string>>;
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;
  readonly #lines: Interface;
  readonly #display: string;
  readonly #sockets = mkdtempSync(join(tmpdir(), 'session-'));
  /** the end of what it and its D-Bus session complained of */
  #said = '';
  #last: Promise<unknown> = Promise.resolve();

  constructor(screen: XServer, command: readonly string[], env: Record<string, string>) {
    this.#display = screen.display;
    const args = ['--', '/usr/bin/python3', driver, ...command];
    // Sockets of a session that has just been killed may still be there: this one has a folder of its own.
    this.environment = { ...env, DISPLAY: screen.display, LANG: 'C.UTF-8', XDG_RUNTIME_DIR: this.#sockets };
    // It leads a group of its own: what it starts goes with it.
    const child = spawn('dbus-run-session', args, {
      env: { ...process.env, ...this.environment },
      stdio: 'pipe',
      detached: true,
    });
    this.#child = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#said = `${this.#said}${text}`.slice(-2000);
    });
    // Who asks is told that it has ended.
    child.stdin.on('error', () => undefined);
    this.#lines = createInterface({ input: child.stdout });
    this.#answers = this.#lines[Symbol.asyncIterator]();
  }

  /** Asks the driver (`accessible.py`). Rejects where it fails. */
  ask(name: string, ...args: readonly (string | number)[]): Promise<unknown> {
    const answer = this.#last.then(async () => {
      this.#child.stdin?.write(`${JSON.stringify([name, ...args])}\n`);
      const [isWell, result]: unknown[] = JSON.parse(await this.#answer());
      if (isWell !== true) throw new Error(`${name} ${args.join(' ')}: ${result}`);
      return result;
    });
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  /** The next answer. The services of a D-Bus session write to the same output, too. */
  async #answer(): Promise<string> {
    for (;;) {
      const { value, done } = await this.#answers.next();
      if (done) throw new Error(`the program has ended:\n${this.#said}`);
      if (value.startsWith('[')) return value;
    }
  }

  /** Waits until there is a window of that name: its whole name. */
  async window(name: RegExp | string): Promise<string> {
    let there: readonly string[] = [];
    return until(
      async () => {
        there = await this.#windows();
        return there.find((each) => isCalled(each, name));
      },
      () => `a window ${name}; there are: ${there.join(', ')}`,
      PATIENCE,
    );
  }

  async gone(name: RegExp | string): Promise<void> {
    await until(
      async () => !(await this.#windows()).some((each) => isCalled(each, name)),
      `${name} to close`,
      PATIENCE,
    );
  }

  async press(
    window: string,
    role: 'menu item' | 'check menu item' | 'push button' | 'check box',
    name: string,
  ): Promise<void> {
    await until(async () => (await this.#tried('press', window, role, name)) === true, `${name} to press`, PATIENCE);
  }

  /** Lets a button have the keys. */
  async focus(window: string, name: string): Promise<void> {
    await until(async () => (await this.#tried('focus', window, 'push button', name)) === true, name, PATIENCE);
  }

  /** Selects the row of a table that is called so, once there is one. */
  async select(window: string, table: number, column: number, name: string): Promise<void> {
    await until(async () => (await this.#tried('select', window, table, column, name)) === true, name, PATIENCE);
  }

  /** The rows of a table: the cells of some columns. Until `wanted` is so. */
  async rows(
    window: string,
    table: number,
    columns: readonly number[],
    wanted: (rows: readonly string[][]) => boolean,
    what: string,
  ): Promise<string[][]> {
    let last: unknown;
    return until(
      async () => {
        // As the driver makes them.
        const rows = (await this.#tried('rows', window, table, ...columns)) as string[][] | undefined;
        last = rows;
        return rows !== undefined && wanted(rows) && rows;
      },
      () => `${what}, in ${JSON.stringify(last)?.slice(0, 2000)}`,
      PATIENCE,
    );
  }

  /** What the parts of a kind are called, labels by what they say; nothing while there is no such window. */
  async names(window: string, role: 'label' | 'push button'): Promise<readonly string[]> {
    // As the driver makes them.
    return ((await this.#tried('names', window, role)) as string[] | undefined) ?? [];
  }

  /** Waits until a window says so somewhere. */
  async says(window: string, said: RegExp): Promise<void> {
    await until(
      async () => (await this.names(window, 'label')).some((each) => said.test(each)),
      `${said} to be said`,
      PATIENCE,
    );
  }

  /** Whether a row of a table now begins with these cells. */
  async shows(window: string, table: number, cells: readonly string[]): Promise<boolean> {
    // As the driver makes them.
    const rows = (await this.#tried('rows', window, table, ...cells.keys())) as string[][] | undefined;
    return rows?.some((row) => row.every((cell, at) => cell === cells[at])) === true;
  }

  /** What is in the fields of a window, once `wanted` is so. */
  async texts(window: string, wanted: (texts: readonly string[]) => boolean, what: string): Promise<string[]> {
    return until(
      async () => {
        const texts = (await this.#tried('texts', window)) as string[] | undefined;
        return texts !== undefined && wanted(texts) && texts;
      },
      what,
      PATIENCE,
    );
  }

  /** Presses keys in a window, one after the other. What opens a dialog that waits goes so: the program answers nobody while it does what it was asked to. */
  async key(window: string, ...names: readonly string[]): Promise<void> {
    await this.#xdotool('windowfocus', '--sync', await this.#idOf(window));
    for (const name of names) await this.#xdotool('key', name);
  }

  /** Clicks at a place in a window, in pixels: on what tells a screen reader nothing. */
  async click(window: string, x: number, y: number): Promise<void> {
    const place = [String(x), String(y)];
    await this.#xdotool('mousemove', '--window', await this.#idOf(window), ...place, 'click', '1');
  }

  /** As X knows a window. */
  async #idOf(window: string): Promise<string> {
    // A regular expression of POSIX.
    const name = window.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
    const search = ['search', '--onlyvisible', '--name', `^${name}$`];
    return until(
      // It fails where there is none yet, and where some other window goes while it looks.
      () =>
        this.#xdotool(...search).then(
          (found) => found.trim().split('\n').at(-1),
          () => undefined,
        ),
      `${window} on the screen`,
      PATIENCE,
    );
  }

  async #xdotool(...args: readonly string[]): Promise<string> {
    const env = { ...process.env, DISPLAY: this.#display };
    return (await promisify(execFile)('xdotool', args, { env })).stdout;
  }

  async #windows(): Promise<string[]> {
    // As the driver makes them.
    return ((await this.#tried('windows')) as string[] | undefined) ?? [];
  }

  /** `undefined` where it can't be done now. */
  #tried(name: string, ...args: readonly (string | number)[]): Promise<unknown> {
    return this.ask(name, ...args).catch((error: unknown) => {
      if (this.#child.exitCode !== null) throw error;
      return undefined;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#lines.close();
    const child = this.#child;
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      await ended;
    }
    rmSync(this.#sockets, { recursive: true, force: true });
  }
}

const isCalled = (window: string, name: RegExp | string): boolean =>
  typeof name === 'string' ? window === name : name.test(window);

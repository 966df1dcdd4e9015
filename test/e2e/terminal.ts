import { execFileSync, spawnSync } from 'node:child_process';
import { until } from './until.ts';

let count = 0;

/** A program in a terminal (tmux) that the test types into and whose screen it reads. */
export class Terminal implements Disposable {
  readonly #socket = `rgtp-nntp-e2e-${process.pid}-${++count}`;

  constructor(command: readonly string[], options: { env?: Record<string, string>; cwd?: string } = {}) {
    // A server of its own: no user's configuration, nothing shared with another test.
    this.#tmux(
      ...['-f', '/dev/null', 'new-session', '-d', '-x', '100', '-y', '32'],
      ...(options.cwd === undefined ? [] : ['-c', options.cwd]),
      'env',
      'TERM=screen-256color',
      'LANG=C.UTF-8',
      'LC_ALL=C.UTF-8',
      ...Object.entries(options.env ?? {}).map(([name, value]) => `${name}=${value}`),
      ...command,
    );
  }

  #tmux(...args: string[]): string {
    return execFileSync('tmux', ['-L', this.#socket, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', TERM: 'xterm-256color' },
    });
  }

  get running(): boolean {
    return spawnSync('tmux', ['-L', this.#socket, 'has-session'], { stdio: 'ignore' }).status === 0;
  }

  /** What is on the screen; with `colours`, SGR sequences included. */
  screen(colours = false): string {
    if (!this.running) return '(the program has ended)';
    return this.#tmux('capture-pane', '-p', ...(colours ? ['-e'] : []));
  }

  /** tmux key names: `Enter`, `C-x`, `Space`, or characters. */
  keys(...keys: string[]): void {
    this.#tmux('send-keys', ...keys);
  }

  /** Types text as it stands. */
  type(text: string): void {
    this.#tmux('send-keys', '-l', text);
  }

  async shows(wanted: RegExp, timeout?: number): Promise<string> {
    return until(
      () => {
        const screen = this.screen();
        return wanted.test(screen) ? screen : undefined;
      },
      () => `${wanted} on this screen:\n${this.screen()}`,
      timeout,
    );
  }

  /** Presses a key until it has had its effect: tin throws away what is typed while it is busy. */
  async press(key: string, wanted: RegExp): Promise<void> {
    let before = '';
    let since = 0;
    let pressed = false;
    await until(
      () => {
        const screen = this.screen();
        if (wanted.test(screen)) return true;
        // While the screen changes something is going on: a second key would be one too many.
        const due = !pressed || (screen === before && Date.now() - since > 3000);
        if (due) this.keys(key);
        if (due || screen !== before) since = Date.now();
        before = screen;
        pressed = true;
        return false;
      },
      () => `${wanted} after ${key} on this screen:\n${this.screen()}`,
    );
  }

  async ends(timeout?: number): Promise<void> {
    await until(
      () => !this.running,
      () => `the program to end, on this screen:\n${this.screen()}`,
      timeout,
    );
  }

  [Symbol.dispose](): void {
    // slrn survives the loss of its terminal, and spins: its process group goes first.
    const pane = this.running ? Number(this.#tmux('list-panes', '-F', '#{pane_pid}').trim()) : 0;
    if (pane > 1) process.kill(-pane, 'SIGKILL');
    spawnSync('tmux', ['-L', this.#socket, 'kill-server'], { stdio: 'ignore' });
  }
}

/** Programs that `.ci/run` installs may be missing on a developer's machine; in CI a missing one fails its tests. */
export function hasPrograms(...programs: string[]): boolean {
  return process.env['CI'] !== undefined || programs.every((p) => spawnSync('which', [p]).status === 0);
}

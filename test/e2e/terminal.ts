import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, readlinkSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

  /** Asks tmux something; nothing where the program ended meanwhile, and tmux with it. */
  #asked(...args: string[]): string | undefined {
    try {
      return this.#tmux(...args);
    } catch (error) {
      if (this.running) throw error;
      return undefined;
    }
  }

  /** The process in the terminal, as long as there is one. */
  get #process(): number | undefined {
    const pid = this.#asked('list-panes', '-F', '#{pane_pid}');
    return pid === undefined ? undefined : Number(pid.trim());
  }

  get running(): boolean {
    return spawnSync('tmux', ['-L', this.#socket, 'has-session'], { stdio: 'ignore' }).status === 0;
  }

  /** What is on the screen; with `colours`, SGR sequences and coloured blanks included. */
  screen(colours = false): string {
    return this.#asked('capture-pane', '-p', ...(colours ? ['-e', '-N'] : [])) ?? '(the program has ended)';
  }

  /**
   * Presses keys (tmux names: `Enter`, `C-x`, `Space`, or characters) when the program waits for one: tin throws away
   * what comes sooner.
   */
  async keys(...keys: string[]): Promise<void> {
    await this.#waitsForKeys();
    this.#tmux('send-keys', ...keys);
  }

  /** Types text literally. */
  async type(text: string): Promise<void> {
    await this.#waitsForKeys();
    this.#tmux('send-keys', '-l', text);
  }

  async #waitsForKeys(): Promise<void> {
    const pid = this.#process;
    await until(
      () => pid === undefined || !this.running || waitsForKeys(pid),
      () => `the program to wait for a key, on this screen:\n${this.screen()}`,
    );
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

  /** Does something, and waits until the program writes that – also where it is overwritten before anybody has looked. */
  async writes(wanted: RegExp, act: () => Promise<void>): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'terminal-'));
    const record = join(folder, 'record');
    writeFileSync(record, '');
    this.#tmux('pipe-pane', `exec cat >>'${record}'`);
    try {
      await act();
      await until(
        () => wanted.test(readFileSync(record, 'utf8')),
        () => `${wanted}, now on this screen:\n${this.screen()}`,
      );
    } finally {
      this.#asked('pipe-pane');
      rmSync(folder, { recursive: true });
    }
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
    const group = this.#process ?? 0;
    if (group > 1) killGroup(group);
    spawnSync('tmux', ['-L', this.#socket, 'kill-server'], { stdio: 'ignore' });
  }
}

/** Kills a process group, if it is still there. */
function killGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

const READ = 0;
const SELECTS = new Set([23, 270]);
const POLLS = new Set([7, 271]);
/** octets of a `struct pollfd`, which begins with a descriptor */
const POLLFD = 8;

/**
 * Whether a process is asleep in a read or poll of its terminal, or in a select whose highest descriptor is that (Linux
 * on x86-64; elsewhere, and where the kernel does not say, this is always true).
 */
function waitsForKeys(pid: number): boolean {
  if (process.arch !== 'x64') return true;
  try {
    const [call, first, second] = readFileSync(`/proc/${pid}/syscall`, 'utf8').split(' ');
    const descriptor = Number(first);
    if (POLLS.has(Number(call))) return polled(pid, descriptor, Number(second)).some((each) => isTerminal(pid, each));
    if (Number(call) === READ) return isTerminal(pid, descriptor);
    return SELECTS.has(Number(call)) && isTerminal(pid, descriptor - 1);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code !== 'ENOENT';
  }
}

/** The descriptors that a process waits for in a poll. */
function polled(pid: number, address: number, count: number): number[] {
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    const entries = Buffer.alloc(count * POLLFD);
    readSync(memory, entries, 0, entries.length, address);
    return Array.from({ length: count }, (_, n) => entries.readInt32LE(n * POLLFD));
  } finally {
    closeSync(memory);
  }
}

/** Emacs waits for all it has at once: its terminal is among them. */
function isTerminal(pid: number, descriptor: number): boolean {
  const names = readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('emacs')
    ? Array.from({ length: descriptor + 1 }, (_, n) => n)
    : [descriptor];
  return names.some((name) => /^\/dev\/(tty|pts\/)/.test(linkOf(`/proc/${pid}/fd/${name}`)));
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/** Programs that `.ci/run` installs may be missing on a developer's machine; in CI a missing one fails its tests. */
export function hasPrograms(...programs: string[]): boolean {
  return process.env['CI'] !== undefined || programs.every((p) => spawnSync('which', [p]).status === 0);
}

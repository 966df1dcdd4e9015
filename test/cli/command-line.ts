import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { giveInput } from '../support/child-input.ts';

export const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Options {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** for its standard input; default: none */
  readonly input?: string;
}

/** The program as a child: what it printed so far, waits for more of it, and its end. */
export class CommandLine {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout = '';
  stderr = '';
  readonly #waiting = new Set<() => void>();

  /** @param stderr a file that takes its standard error */
  constructor(args: readonly string[], options: Options & { readonly stderr?: number } = {}) {
    const { stderr = 'pipe', input, ...others } = options;
    const env = { PATH: process.env['PATH'], NO_COLOR: '1', ...options.env };
    const stdin = input === undefined ? 'ignore' : 'pipe';
    this.child = spawn(process.execPath, [main, ...args], { ...others, env, stdio: [stdin, 'pipe', stderr] });
    if (input !== undefined) giveInput(this.child, input);
    for (const name of ['stdout', 'stderr'] as const) {
      this.child[name]?.setEncoding('utf8').on('data', (text: string) => {
        this[name] += text;
        this.#look();
      });
    }
    this.ended = new Promise((resolve) => {
      this.child.on('close', (code, signal) => {
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr });
        this.#look();
      });
    });
  }

  /** Resolves once what was printed (standard output, then error) matches; rejects where the program ends before. */
  printed(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(`${this.stdout}\n${this.stderr}`);
        if (match !== null) resolve(match);
        else if (this.child.exitCode !== null || this.child.signalCode !== null)
          reject(new Error(`ended without ${pattern}:\n${this.stdout}\n${this.stderr}`));
        else return;
        this.#waiting.delete(look);
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Ends it, and says how it ended: as it did before, if it had. */
  end(signal: NodeJS.Signals = 'SIGKILL'): Promise<Ended> {
    this.child.kill(signal);
    return this.ended;
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }
}

/** Runs it to its end. */
export function commandLine(args: readonly string[], options: Options = {}): Promise<Ended> {
  return new CommandLine(args, options).ended;
}

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { ended } from '../support/ended.ts';
import { freePort } from '../support/free-port.ts';
import { NntpClient } from '../support/nntp-client.ts';
import { until } from './until.ts';

const root = new URL('../..', import.meta.url).pathname;
const run = promisify(execFile);

/** ms: on a busy machine a start takes long */
const PATIENCE = 300_000;

/**
 * An address of the loopback that no other process of these tests has: for clients that know one port only. Needs root.
 *
 * @param which 0, 1 or 2
 */
export const ownAddress = (which = 0): string =>
  `127.${1 + which * 64 + ((process.pid >> 16) & 63)}.${(process.pid >> 8) & 255}.${process.pid & 255}`;

/** Deletes the caches of a bridge that is not running. */
export function loseCache({ data }: Daemon): void {
  const files = readdirSync(data).filter((name) => name.includes('.cache.sqlite'));
  if (files.length === 0) throw new Error('there is no cache');
  for (const name of files) rmSync(join(data, name));
}

/** A temporary folder with a configuration and the data of a bridge; processes come and go in it. */
export class Daemon implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'bridge-'));
  readonly port: number;
  readonly config: string;
  /** a program, and its arguments before ours, that runs the bridge in other surroundings */
  within: readonly string[] = [];
  #child: ChildProcess | undefined;
  #output = '';

  private constructor(port: number, settings: object) {
    this.port = port;
    this.config = join(this.folder, 'config.yaml');
    this.configure(settings);
  }

  /** @param settings merged over a bridge that listens for news on a free port of the loopback and nothing else */
  static async create(settings: object = {}, listen?: (port: number) => readonly string[]): Promise<Daemon> {
    const port = await freePort();
    return new Daemon(port, listen === undefined ? settings : { ...settings, listen: listen(port) });
  }

  configure(settings: object): void {
    const defaults = {
      name: 'news.example',
      listen: [`nntp://127.0.0.1:${this.port}`],
      data: join(this.folder, 'data'),
      log: { level: 'info', format: 'json' },
    };
    writeFileSync(this.config, stringify({ ...defaults, ...settings }));
  }

  get data(): string {
    return join(this.folder, 'data');
  }

  get running(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The process id of the running bridge. */
  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error('not running');
    return pid;
  }

  /** Everything the processes have printed. */
  get output(): string {
    return this.#output;
  }

  /** Runs one command of the command line to its end and returns its output. Rejects if it exits with an error. */
  async command(...args: string[]): Promise<string> {
    const [program, before] = this.#program();
    const { stdout, stderr } = await run(program, [...before, ...args, '--config', this.config], { cwd: root });
    return stdout + stderr;
  }

  async start(): Promise<void> {
    const [program, before] = this.#program();
    const child = spawn(program, [...before, 'serve', '--config', this.config], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    }
    await until(
      async () => {
        const status = child.exitCode ?? child.signalCode;
        if (status !== null) throw new Error(`serve ended with ${status}:\n${this.#output}`);
        return NntpClient.connect(this.port).then(
          (client) => {
            client.quit();
            return true;
          },
          () => false,
        );
      },
      () => `serve to listen on ${this.port}:\n${this.#output}`,
      PATIENCE,
    );
  }

  #program(): [string, readonly string[]] {
    const [program, ...args] = [...this.within, process.execPath, join(root, 'src/main.ts')];
    return [program ?? '', args];
  }

  client(): Promise<NntpClient> {
    return NntpClient.connect(this.port, { encoding: 'latin1' });
  }

  /** Ends the process and waits for it. The exit code, `null` after a signal that killed it. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    this.#child = undefined;
    return ended(child, signal);
  }

  /** Ends everything. Rejects where the bridge had ended by itself: whatever failed then, this is why. */
  async [Symbol.asyncDispose](): Promise<void> {
    const status = this.#child?.exitCode ?? this.#child?.signalCode ?? undefined;
    await this.stop('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
    if (status !== undefined) throw new Error(`serve ended by itself with ${status}:\n${this.#output.slice(-5000)}`);
  }
}

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';

/** Pictures of what was seen last, for people: git ignores it. */
const pictures = new URL('.screens', import.meta.url).pathname;

/** A screen without a monitor (Xvfb), which takes the first display that is free. */
export class XServer implements AsyncDisposable {
  readonly display: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, display: string) {
    this.#child = child;
    this.display = display;
  }

  static async start(width = 1100, height = 720): Promise<XServer> {
    const screen = ['-screen', '0', `${width}x${height}x24`];
    const child = spawn('Xvfb', ['-displayfd', '3', ...screen, '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    // The fourth of `stdio`: made by spawn, as the options say.
    const told = child.stdio[3] as Readable;
    for await (const line of createInterface({ input: told })) return new XServer(child, `:${line.trim()}`);
    throw new Error('Xvfb does not start');
  }

  /** Keeps what is on the screen. */
  async picture(name: string): Promise<void> {
    mkdirSync(pictures, { recursive: true });
    const args = ['-silent', '-window', 'root', join(pictures, `${name}.png`)];
    await promisify(execFile)('import', args, { env: { ...process.env, DISPLAY: this.display } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { giveInput } from '../support/child-input.ts';
import type { XServer } from './x-server.ts';

/** What is copied and pasted on a screen (xclip). */
export class Clipboard {
  readonly #env: NodeJS.ProcessEnv;

  constructor({ display }: XServer) {
    this.#env = { ...process.env, DISPLAY: display, LC_ALL: 'C.UTF-8' };
  }

  /** What was copied; nothing if nothing was. */
  async read(): Promise<string> {
    const args = ['-o', '-selection', 'clipboard', '-target', 'UTF8_STRING'];
    const read = promisify(execFile)('xclip', args, { env: this.#env, timeout: 10_000 });
    return read.then(
      ({ stdout }) => stdout,
      () => '',
    );
  }

  /** Resolves when it can be pasted. What hands it out ends with the screen, or when something else is copied. */
  async write(text: string): Promise<void> {
    const child = spawn('xclip', ['-i', '-selection', 'clipboard'], {
      env: this.#env,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    giveInput(child, text);
    await once(child, 'exit');
  }
}

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Daemon } from '../e2e/daemon.ts';
import { until } from '../e2e/until.ts';
import type { Held } from './watched-process.ts';

/** ms: a busy machine */
const PATIENCE = 60_000;

/** Asks processes what they hold once their garbage is collected. Processes that start after it was made can be asked. */
export class Watch {
  readonly #folder = mkdtempSync(join(tmpdir(), 'soak-memory-'));

  constructor() {
    process.env['SOAK_MEMORY'] = this.#folder;
    const preload = pathToFileURL(join(import.meta.dirname, 'watched-process.ts'));
    // As the service and the container start it.
    process.env['NODE_OPTIONS'] = `${process.env['NODE_OPTIONS'] ?? ''} --max-semi-space-size=4 --import=${preload}`;
  }

  /** undefined: it is not running, is starting, or ended meanwhile */
  async ask(daemon: Daemon): Promise<Held | undefined> {
    if (!daemon.running) return undefined;
    const { pid } = daemon;
    const before = this.#answer(pid)?.n;
    // It would die of a signal that it doesn't know yet.
    if (before === undefined) return undefined;
    try {
      process.kill(pid, 'SIGUSR2');
    } catch {
      return undefined;
    }
    return until(
      () => {
        if (!daemon.running || daemon.pid !== pid) return 'gone';
        const held = this.#answer(pid);
        return held !== undefined && held.n > before ? held : undefined;
      },
      `process ${pid} to say what it holds`,
      PATIENCE,
    ).then((held) => (held === 'gone' ? undefined : held));
  }

  #answer(pid: number): Held | undefined {
    try {
      return JSON.parse(readFileSync(join(this.#folder, String(pid)), 'utf8'));
    } catch {
      return undefined;
    }
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

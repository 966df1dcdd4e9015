import { readdirSync, readFileSync } from 'node:fs';
import type { Daemon } from '../e2e/daemon.ts';

const SAMPLE = 1000;
const MIB = 2 ** 20;

/** Octets of memory and open descriptors of a process (Linux). */
function look(pid: number): { readonly memory: number; readonly descriptors: number } {
  const memory = Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
  return { memory, descriptors: readdirSync(`/proc/${pid}/fd`).length };
}

export function descriptorsOf(daemon: Daemon): number {
  return look(daemon.pid).descriptors;
}

/** Watches a process that is not restarted. */
export class Watch {
  readonly #samples: number[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(daemon: Daemon) {
    this.#timer = setInterval(() => {
      if (daemon.running) this.#samples.push(look(daemon.pid).memory);
    }, SAMPLE);
  }

  /** MiB in the middle of the second and of the last quarter. */
  end(): { readonly second: number; readonly last: number } {
    clearInterval(this.#timer);
    const quarter = Math.floor(this.#samples.length / 4);
    const middle = (from: number) => {
      const sorted = this.#samples.slice(from, from + quarter).sort((a, b) => a - b);
      return Math.round((sorted[Math.floor(sorted.length / 2)] ?? 0) / MIB);
    };
    return { second: middle(quarter), last: middle(quarter * 3) };
  }
}

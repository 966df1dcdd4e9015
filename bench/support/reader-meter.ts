/** A well-behaved newsreader on the event loop that is attacked, and what the process holds meanwhile. */
import { setTimeout as pause } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import { NntpClient } from '../../test/support/nntp-client.ts';

/** Since the last look. */
export interface Waiting {
  /** ms of the loop's CPU from a command to its answer, the 99th of 100: a busy machine does not count */
  readonly waited: number;
  /** MiB on V8's heap and outside of it, Buffers above all, garbage included: now, and at most */
  readonly held: number;
  readonly mostHeld: number;
}

const MIB = 2 ** 20;
/** ms between two questions, and between two looks at memory */
const PACE = 10;
const STEP = 97;

export class ReaderMeter {
  #waits: number[] = [];
  /** when it began to wait, if it waits for an answer to a question of this look */
  #since: number | undefined;
  #mostHeld = 0;

  /** @param posts in the newsgroup, from 1 */
  constructor(port: number, newsgroup: string, posts: number) {
    setInterval(() => {
      this.#mostHeld = Math.max(this.#mostHeld, held());
    }, PACE);
    // It never ends; the process does.
    this.#read(port, newsgroup, posts).catch((error: unknown) => console.error('the reader was cut off:', error));
  }

  async #read(port: number, newsgroup: string, posts: number): Promise<void> {
    const client = await NntpClient.connect(port);
    await client.ask(`GROUP ${newsgroup}`);
    for (let n = 1; ; n++) {
      const number = 1 + ((n * STEP) % posts);
      const command = [`STAT ${number}`, `OVER ${number}-${number + 9}`, `ARTICLE ${number}`][n % 3] ?? 'DATE';
      this.#since = cpuMs();
      const line = await client.ask(command);
      if (/^22[04]/.test(line)) await client.block();
      if (this.#since !== undefined) this.#waits.push(cpuMs() - this.#since);
      this.#since = undefined;
      await pause(PACE);
    }
  }

  /** What the reader still waits for counts with what it waited until now, and no more later. */
  look(): Waiting {
    const waits = this.#since === undefined ? this.#waits : [...this.#waits, cpuMs() - this.#since];
    waits.sort((a, b) => a - b);
    const now = held();
    const mostHeld = Math.max(this.#mostHeld, now);
    [this.#waits, this.#since, this.#mostHeld] = [[], undefined, 0];
    return { waited: waits[Math.ceil(waits.length * 0.99) - 1] ?? 0, held: now, mostHeld };
  }
}

/** MiB */
export function held(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return (used_heap_size + external_memory) / MIB;
}

/** ms of CPU of this thread */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

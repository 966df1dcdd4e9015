import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Cases } from './cases.ts';
import type { Outcome } from './run-target.ts';
import type { Target } from './target.ts';
import type { Order } from './worker.ts';

/** A case that makes no progress for so long hangs. It is long: the machine may have much else to do. */
const HANGS_MS = 300_000;
const LOOK_MS = 1000;
const MB_YOUNG = 192;
const MB_OLD = 512;

/** A thread, the number of the case it is at, and a count of its signs of life. */
class Hand {
  readonly #current = new Int32Array(new SharedArrayBuffer(8));
  #worker = this.#start();

  #start(): Worker {
    return new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: this.#current.buffer,
      // A large nursery: what a case allocates is measured without a collection in between.
      resourceLimits: { maxYoungGenerationSizeMb: MB_YOUNG, maxOldGenerationSizeMb: MB_OLD },
    });
  }

  /** Runs it; a case that hangs, or takes the thread down, is a failure like others. */
  async run(target: Target, order: Order): Promise<Outcome> {
    Atomics.store(this.#current, 0, order.from);
    const given = new AbortController();
    const { signal } = given;
    const answer = once(this.#worker, 'message', { signal }).then(([outcome]): Outcome => outcome);
    const death = this.#death(signal);
    this.#worker.postMessage(order);
    try {
      return await Promise.race([answer, death, this.#hang(signal)]);
    } catch (error) {
      if (signal.aborted) throw error;
      const n = Atomics.load(this.#current, 0);
      await this.#worker.terminate();
      this.#worker = this.#start();
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      const input = new Cases(target, order.seed).at(n);
      return {
        cases: n - order.from,
        failures: [{ target: target.name, n, input, message, repeats: true }],
        dearest: undefined,
      };
    } finally {
      given.abort();
      for (const promise of [answer, death]) promise.catch(() => {});
    }
  }

  async end(): Promise<void> {
    const ended = once(this.#worker, 'exit');
    // It ends by itself, so that what its targets keep on disk is removed.
    this.#worker.postMessage(undefined);
    await ended;
  }

  async #death(signal: AbortSignal): Promise<never> {
    const [code] = await once(this.#worker, 'exit', { signal });
    throw new Error(`the thread ended with ${code}`);
  }

  #hang(signal: AbortSignal): Promise<never> {
    return new Promise((_, reject) => {
      let at = -1;
      let since = performance.now();
      const timer = setInterval(() => {
        const now = Atomics.load(this.#current, 1);
        if (now !== at) since = performance.now();
        at = now;
        if (performance.now() - since > HANGS_MS) reject(new Error('it hangs'));
      }, LOOK_MS);
      signal.addEventListener('abort', () => clearInterval(timer));
    });
  }
}

/** Gives targets to threads, as many at a time as there are threads. */
export async function runAll(
  orders: readonly { readonly target: Target; readonly order: Order }[],
  threads: number,
  onOutcome: (target: Target, outcome: Outcome) => void,
): Promise<void> {
  const waiting = [...orders];
  await Promise.all(
    Array.from({ length: Math.min(threads, waiting.length) }, async () => {
      const hand = new Hand();
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        onOutcome(next.target, await hand.run(next.target, next.order));
      }
      await hand.end();
    }),
  );
}

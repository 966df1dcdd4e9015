import { type Cost, CPU_MS, checkCost, Watch } from './budget.ts';
import { Cases } from './cases.ts';
import { type Failure, signatureOf } from './failure.ts';
import { shrunk } from './shrink.ts';
import { isWorld, type ParserTarget, type Target, type World, type WorldTarget } from './target.ts';

/** Cases that share a server before it is opened again. */
const WORLD_CASES = 500;
const SHRINKING = 5000;
const SHRINKING_MS = 20_000;
/** Faults reported of one target in a run. */
const MOST_FAULTS = 5;
/** Cases between looks at the clock. */
const LOOK = 32;

export interface Run {
  readonly seed: string;
  /** the number of the first case */
  readonly from: number;
  /** Ends at this case. */
  readonly to: number;
  /** Ends at this moment of `performance.now()`. */
  readonly deadline: number;
  /** told before each case, and while a failing one is made smaller */
  onCase(n: number): void;
  /** false: what cases cost does not matter. Default true */
  readonly measured?: boolean;
}

export interface Outcome {
  readonly cases: number;
  readonly failures: readonly Failure[];
  /** of the cases that were measured; undefined: none was dear enough */
  readonly dearest: Cost | undefined;
}

/** Errors that nobody caught since the last look: promises without a handler, listeners that threw. */
class Strays {
  #error: unknown;
  readonly #keep = (error: unknown): void => {
    this.#error ??= error;
  };

  watch(): void {
    process.on('uncaughtException', this.#keep);
    process.on('unhandledRejection', this.#keep);
  }

  stop(): void {
    process.off('uncaughtException', this.#keep);
    process.off('unhandledRejection', this.#keep);
  }

  check(): void {
    const error = this.#error;
    this.#error = undefined;
    if (error !== undefined) throw error;
  }
}

/** Runs cases of a target until one of the run's ends. */
export async function runTarget(target: Target, run: Run): Promise<Outcome> {
  const cases = new Cases(target, run.seed);
  const runner = runnerOf(target, run.measured ?? true);
  const known = new Set<string>();
  const failures: Failure[] = [];
  let n = run.from;
  for (; n < run.to && failures.length < MOST_FAULTS; n++) {
    if ((isWorld(target) || n % LOOK === 0) && performance.now() >= run.deadline) break;
    run.onCase(n);
    const input = cases.at(n);
    const error = await runner.fault(input);
    if (error === undefined) continue;
    const signature = signatureOf(error);
    if (known.has(signature)) continue;
    known.add(signature);
    failures.push(await explain(runner, target, input, n, error, () => run.onCase(n)));
  }
  await runner.close();
  return { cases: n - run.from, failures, dearest: runner.dearest };
}

/** The error that an input provokes, if any, from a fresh start. `measured: false`: its cost does not matter. */
export async function faultOf(target: Target, input: Buffer, { measured = true } = {}): Promise<unknown> {
  const runner = runnerOf(target, measured);
  try {
    return await runner.fault(input);
  } finally {
    await runner.close();
  }
}

interface Runner {
  readonly dearest: Cost | undefined;
  /** the error that the input provokes, if any */
  fault(input: Buffer): unknown;
  /** Forgets what earlier cases left behind. */
  renew(): Promise<void>;
  close(): Promise<void>;
}

function runnerOf(target: Target, measured: boolean): Runner {
  return isWorld(target) ? new WorldRunner(target, measured) : new ParserRunner(target, measured);
}

async function explain(
  runner: Runner,
  target: Target,
  input: Buffer,
  n: number,
  error: unknown,
  onAttempt: () => void,
): Promise<Failure> {
  const signature = signatureOf(error);
  const enough = performance.now() + SHRINKING_MS;
  const fails = async (candidate: Buffer) => {
    onAttempt();
    return performance.now() < enough && signatureOf(await runner.fault(candidate)) === signature;
  };
  await runner.renew();
  const repeats = await fails(input);
  const smallest = repeats ? await shrunk(input, fails, SHRINKING) : input;
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { target: target.name, n, input: smallest, message, repeats };
}

class ParserRunner implements Runner {
  dearest: Cost | undefined;
  readonly #target: ParserTarget;
  readonly #measured: boolean;
  readonly #watch = new Watch();

  constructor(target: ParserTarget, measured: boolean) {
    this.#target = target;
    this.#measured = measured;
  }

  /** A promise where the case has to be measured. */
  fault(input: Buffer): unknown {
    try {
      this.#watch.start();
      this.#target.run(input);
      if (!this.#measured || !this.#watch.suspicious()) return undefined;
    } catch (error) {
      return error;
    }
    return checkCost(() => this.#target.run(input)).then(
      (cost) => {
        this.dearest = dearer(this.dearest, cost);
      },
      (error: unknown) => error,
    );
  }

  async renew(): Promise<void> {}

  async close(): Promise<void> {}
}

class WorldRunner implements Runner {
  dearest: Cost | undefined;
  readonly #target: WorldTarget;
  readonly #strays = new Strays();
  readonly #measured: boolean;
  #world: World | undefined;
  #used = 0;

  constructor(target: WorldTarget, measured: boolean) {
    this.#target = target;
    this.#measured = measured;
    this.#strays.watch();
  }

  async fault(input: Buffer): Promise<unknown> {
    try {
      if (this.#used >= WORLD_CASES) await this.renew();
      this.#used++;
      const world = this.#world ?? (await this.#target.open());
      this.#world = world;
      const begun = process.threadCpuUsage();
      await world.run(input);
      this.#strays.check();
      const { user, system } = process.threadCpuUsage(begun);
      // Exactly only if it looks too much: what the first cases of a process cost is its compiler's.
      if (this.#measured && user + system > CPU_MS * 1000) {
        this.dearest = dearer(this.dearest, await checkCost(() => world.run(input)));
      }
      this.#strays.check();
      return undefined;
    } catch (error) {
      await this.renew().catch(() => {});
      return error;
    }
  }

  async close(): Promise<void> {
    await this.renew();
    this.#strays.stop();
  }

  async renew(): Promise<void> {
    const world = this.#world;
    this.#world = undefined;
    this.#used = 0;
    await world?.close();
  }
}

function dearer(one: Cost | undefined, other: Cost): Cost {
  if (one === undefined) return other;
  return { cpuMs: Math.max(one.cpuMs, other.cpuMs), octets: Math.max(one.octets, other.octets) };
}

import { type Cost, checkCost, LIMIT, type Limit, Watch } from './budget.ts';
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
  /** the most that a case may cost; false: it does not matter. Default: `LIMIT` */
  readonly limit?: Limit | false;
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
  const runner = runnerOf(target, run.limit ?? LIMIT);
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

/** The error that an input provokes, if any, from a fresh start. `limit`: as of a `Run`. */
export async function faultOf(target: Target, input: Buffer, limit: Limit | false = LIMIT): Promise<unknown> {
  const runner = runnerOf(target, limit);
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

function runnerOf(target: Target, limit: Limit | false): Runner {
  return isWorld(target) ? new WorldRunner(target, limit) : new ParserRunner(target, limit);
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
  readonly #limit: Limit | false;
  readonly #watch: Watch;

  constructor(target: ParserTarget, limit: Limit | false) {
    this.#target = target;
    this.#limit = limit;
    this.#watch = new Watch(limit || LIMIT);
  }

  /** A promise where the case has to be measured. */
  fault(input: Buffer): unknown {
    const { ways = 1 } = this.#target;
    try {
      this.#watch.start();
      const checks = Array.from({ length: ways }, (_, way) => this.#target.run(input, way));
      const suspicious = this.#watch.suspicious();
      for (const check of checks) check?.();
      if (this.#limit === false || !suspicious) return undefined;
    } catch (error) {
      return error;
    }
    return this.#measure(input, ways, this.#limit).catch((error: unknown) => error);
  }

  async #measure(input: Buffer, ways: number, limit: Limit): Promise<void> {
    for (let way = 0; way < ways; way++) {
      this.dearest = dearer(this.dearest, await checkCost(() => void this.#target.run(input, way), limit));
    }
  }

  async renew(): Promise<void> {}

  async close(): Promise<void> {}
}

class WorldRunner implements Runner {
  dearest: Cost | undefined;
  readonly #target: WorldTarget;
  readonly #strays = new Strays();
  readonly #limit: Limit | false;
  #world: World | undefined;
  #used = 0;

  constructor(target: WorldTarget, limit: Limit | false) {
    this.#target = target;
    this.#limit = limit;
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
      if (this.#limit !== false && user + system > this.#limit.cpuMs * 1000) {
        this.dearest = dearer(this.dearest, await checkCost(() => world.run(input), this.#limit));
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

/** What one case may cost, whatever it says. */
import { getHeapStatistics } from 'node:v8';

/** The most that a case may cost. */
export interface Limit {
  /** ms of CPU */
  readonly cpuMs: number;
  /** of memory */
  readonly octets: number;
}

export const LIMIT: Limit = { cpuMs: 20, octets: 16 * 2 ** 20 };

/**
 * Where nothing may depend on how busy the machine is: its neighbours' data in its caches. What is allocated does not depend on it.
 * Whatever grows with the square of its input exceeds this, too.
 */
export function wider({ cpuMs, octets }: Limit, times: number): Limit {
  return { cpuMs: cpuMs * times, octets };
}

/**
 * A case that seems to exceed is run again, so often at most, and the least counts: first runs are compiled, and
 * neighbours empty the processor's caches.
 */
const TRIES = 12;

export class OverBudget extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'OverBudget';
  }
}

export interface Cost {
  readonly cpuMs: number;
  readonly octets: number;
}

/** ms of CPU that this thread has used */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** octets of the heap and outside, garbage included */
function octetsInUse(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}

const WORDS = Array.from({ length: 8000 }, (_, n) => `${(n * 7919) % 8009} words`);
/** ms: what the CPU clock can tell apart */
const STEP = 0.5;
/** ms of CPU that the yardstick took at its fastest */
let fastest = Number.POSITIVE_INFINITY;

/**
 * How much slower than at its best this processor is now: the other half of a core, and others' data in its caches,
 * make the same work take longer, in CPU time, too.
 */
function slowness(): number {
  const begun = cpuMs();
  const seen = new Map<string, string>();
  for (const word of WORDS) seen.set(word.slice(1), word.toUpperCase());
  [...seen.values()].sort();
  // The system may count in steps: no time is none that can be compared.
  const took = Math.max(STEP, cpuMs() - begun);
  fastest = Math.min(fastest, took);
  return took / fastest;
}

for (let warm = 0; warm < 20; warm++) slowness();

/** The cost of `task` on a quiet machine, measured from a clean heap: the least of some. @throws what `task` throws */
async function costOf(task: () => void | Promise<void>, limit: Limit): Promise<Cost> {
  let cpu = Number.POSITIVE_INFINITY;
  let octets = Number.POSITIVE_INFINITY;
  for (let n = 0; n < TRIES; n++) {
    globalThis.gc?.();
    const slownessBefore = slowness();
    const before = { cpu: cpuMs(), octets: octetsInUse() };
    const running = task();
    if (running instanceof Promise) await running;
    const [took, grown] = [cpuMs() - before.cpu, octetsInUse() - before.octets];
    cpu = Math.min(cpu, (took * 2) / (slownessBefore + slowness()));
    octets = Math.min(octets, grown);
    if (cpu <= limit.cpuMs && octets <= limit.octets) break;
  }
  return { cpuMs: cpu, octets };
}

/** What it costs. @throws OverBudget; what `task` throws */
export async function checkCost(task: () => void | Promise<void>, limit = LIMIT): Promise<Cost> {
  const cost = await costOf(task, limit);
  const mib = (octets: number) => `${(octets / 2 ** 20).toFixed(1)} MB`;
  if (cost.cpuMs > limit.cpuMs) {
    throw new OverBudget(`more than ${limit.cpuMs} ms of CPU: ${cost.cpuMs.toFixed(1)} ms`);
  }
  if (cost.octets > limit.octets) {
    throw new OverBudget(`more than ${mib(limit.octets)} of memory: ${mib(cost.octets)}`);
  }
  return cost;
}

/** A cheap look at whether a case can have exceeded: its CPU time, and heap growth, which bounds what was allocated. */
export class Watch {
  readonly #limit: Limit;
  #cpuMs = 0;
  #octets = 0;

  constructor(limit: Limit) {
    this.#limit = limit;
  }

  start(): void {
    this.#octets = octetsInUse();
    this.#cpuMs = cpuMs();
  }

  /** Whether the case is to be measured exactly. A heap that shrank was collected: nothing is known then. */
  suspicious(): boolean {
    const ms = cpuMs() - this.#cpuMs;
    const octets = octetsInUse() - this.#octets;
    return ms > this.#limit.cpuMs || octets > this.#limit.octets || octets < 0;
  }
}

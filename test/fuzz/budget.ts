/** What one case may cost, whatever it says: 20 ms of CPU and 16 MB. */
import { getHeapStatistics } from 'node:v8';

export const CPU_MS = 20;
const OCTETS = 16 * 2 ** 20;
/** A case that seems to exceed is measured so often, and the least counts: compilers and neighbours are not its fault. */
const TRIES = 3;

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

/** The cost of `task`, measured from a clean heap: the least of some. @throws what `task` throws */
async function costOf(task: () => void | Promise<void>, tries: number): Promise<Cost> {
  let cpu = Number.POSITIVE_INFINITY;
  let octets = Number.POSITIVE_INFINITY;
  for (let n = 0; n < tries; n++) {
    globalThis.gc?.();
    const before = { cpu: cpuMs(), octets: octetsInUse() };
    const running = task();
    if (running instanceof Promise) await running;
    cpu = Math.min(cpu, cpuMs() - before.cpu);
    octets = Math.min(octets, octetsInUse() - before.octets);
    if (cpu <= CPU_MS && octets <= OCTETS) break;
  }
  return { cpuMs: cpu, octets };
}

/** @throws OverBudget; what `task` throws */
export async function checkCost(task: () => void | Promise<void>, tries = TRIES): Promise<void> {
  const { cpuMs: cpu, octets } = await costOf(task, tries);
  if (cpu > CPU_MS) throw new OverBudget(`more than ${CPU_MS} ms of CPU: ${cpu.toFixed(1)} ms`);
  if (octets > OCTETS) throw new OverBudget(`more than 16 MB of memory: ${(octets / 2 ** 20).toFixed(1)} MB`);
}

/** A cheap look at whether a case can have exceeded: wall-clock time bounds CPU time, heap growth what was allocated. */
export class Watch {
  #begun = 0;
  #octets = 0;

  start(): void {
    this.#octets = octetsInUse();
    this.#begun = performance.now();
  }

  /** Whether the case is to be measured exactly. A heap that shrank was collected: nothing is known then. */
  suspicious(): boolean {
    const ms = performance.now() - this.#begun;
    const octets = octetsInUse() - this.#octets;
    return ms > CPU_MS || octets > OCTETS || octets < 0;
  }
}

/** A thread that runs targets one after the other, so that one that hangs can be ended from outside. */
import { parentPort, workerData } from 'node:worker_threads';
import { LIMIT, wider } from './budget.ts';
import { runTarget } from './run-target.ts';
import { targets } from './targets.ts';

/** What the thread is told. */
export interface Order {
  readonly target: string;
  readonly seed: string;
  readonly from: number;
  readonly to: number;
  /** ms from now */
  readonly time: number;
  /** how often 20 ms of CPU a case may take */
  readonly slack: number;
}

const current = new Int32Array(workerData);

parentPort?.on('message', async (order: Order | undefined) => {
  if (order === undefined) process.exit();
  const { target: name, seed, from, to, time, slack } = order;
  const target = targets.find((candidate) => candidate.name === name);
  if (target === undefined) throw new Error(`no target ${name}`);
  const deadline = performance.now() + time;
  const onCase = (n: number) => {
    Atomics.store(current, 0, n);
    Atomics.add(current, 1, 1);
  };
  parentPort?.postMessage(await runTarget(target, { seed, from, to, deadline, onCase, limit: wider(LIMIT, slack) }));
});

/**
 * `npm run loaded [-- COMMAND…]`: runs a command (`npm test`) three times beside twenty processes that keep the machine
 * busy, says how each run ended, and fails where one did. `TIMES` and `LOAD` are other numbers.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

const times = Number(process.env['TIMES'] ?? 3);
const load = Number(process.env['LOAD'] ?? 20);
const given = process.argv.slice(2);
const [program = 'npm', ...args] = given.length > 0 ? given : ['npm', 'test'];

// Whatever becomes of this process, they end with it.
const BUSY = 'const { ppid } = process; while (process.ppid === ppid) for (let n = 0; n < 1e7; n++);';
const busy: ChildProcess[] = [];
process.on('exit', () => {
  for (const child of busy) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
for (let n = 0; n < load; n++) busy.push(spawn(process.execPath, ['--eval', BUSY], { stdio: 'ignore' }));

const results: string[] = [];
for (let run = 1; run <= times; run++) {
  const began = performance.now();
  const [status] = await once(spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] }), 'close');
  const alive = busy.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null).length;
  const minutes = ((performance.now() - began) / 60_000).toFixed(1);
  results.push(
    `run ${run}: ${status === 0 ? 'fine' : `FAILED with ${status}`} in ${minutes} min beside ${alive} processes`,
  );
  if (status !== 0) process.exitCode = 1;
}
console.log(`\n${[program, ...args].join(' ')}\n${results.join('\n')}`);
process.exit();

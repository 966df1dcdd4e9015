import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'main.ts');
/** Loaded before the program: says at the end which flags it has set, or would have set in time. */
const WATCH = `import v8 from 'node:v8'; import { syncBuiltinESMExports } from 'node:module';
const set = v8.setFlagsFromString; const flags = [];
v8.setFlagsFromString = (flag) => { flags.push(flag); set(flag); };
syncBuiltinESMExports();
const later = []; const wait = globalThis.setTimeout;
globalThis.setTimeout = (task, ms, ...more) => { if (ms === 2000) later.push(task); return wait(task, ms, ...more); };
process.once('exit', () => { flags.push('later'); for (const task of later) task(); process.stderr.write(flags.join()); });`;

const AT_ONCE = '--no-separate-gc-phases';
const LATER = '--heap-growing-percent=25';
const FLAGS = [AT_ONCE, LATER];

test('the heap grows by little at a time, and is collected in short pieces, by flags that this V8 knows', () => {
  const run = (...args: string[]) => {
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    return { stdout, stderr, status };
  };
  const watched = run(`--import=data:text/javascript,${encodeURIComponent(WATCH)}`, MAIN, '--version');
  expect(watched).toMatchObject({ status: 0, stderr: [AT_ONCE, 'later', LATER].join() });
  expect(run(...FLAGS, '--eval', '')).toEqual({ status: 0, stdout: '', stderr: '' });
  // What it says of one that it doesn't know.
  for (const flag of FLAGS) expect(run(flag.replace('-g', '-gg'), '--eval', '').status).not.toBe(0);
});

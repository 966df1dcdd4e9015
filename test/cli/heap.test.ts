import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'main.ts');
/** Loaded before the program: says at the end which flags it has set. */
const WATCH = `import v8 from 'node:v8'; import { syncBuiltinESMExports } from 'node:module';
const set = v8.setFlagsFromString; const flags = [];
v8.setFlagsFromString = (flag) => { flags.push(flag); set(flag); };
syncBuiltinESMExports();
process.once('exit', () => process.stderr.write(flags.join()));`;

const FLAGS = ['--heap-growing-percent=25', '--no-separate-gc-phases'];

test('the heap grows by little at a time, and is collected in short pieces, by flags that this V8 knows', () => {
  const run = (...args: string[]) => {
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    return { stdout, stderr, status };
  };
  const watched = run(`--import=data:text/javascript,${encodeURIComponent(WATCH)}`, MAIN, '--version');
  expect(watched).toMatchObject({ status: 0, stderr: FLAGS.join() });
  expect(run(...FLAGS, '--eval', '')).toEqual({ status: 0, stdout: '', stderr: '' });
  // What it says of one that it doesn't know.
  for (const flag of FLAGS) expect(run(flag.replace('-g', '-gg'), '--eval', '').status).not.toBe(0);
});

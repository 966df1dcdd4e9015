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

test('the heap grows by little at a time, by a flag that this V8 knows', () => {
  const run = (...args: string[]) => {
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    return { stdout, stderr, status };
  };
  const watched = run(`--import=data:text/javascript,${encodeURIComponent(WATCH)}`, MAIN, '--version');
  expect(watched).toMatchObject({ status: 0, stderr: '--heap-growing-percent=25' });
  expect(run('--heap-growing-percent=25', '--eval', '')).toEqual({ status: 0, stdout: '', stderr: '' });
  // What it says of one that it doesn't know.
  expect(run('--heap-growing-percents=25', '--eval', '').status).not.toBe(0);
});

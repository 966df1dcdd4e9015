import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CommandLine, main } from './command-line.ts';

/** Loaded before the program: says at the end which flags it has set. */
const WATCH = `import v8 from 'node:v8'; import { syncBuiltinESMExports } from 'node:module';
const set = v8.setFlagsFromString; const flags = [];
v8.setFlagsFromString = (flag) => { flags.push(flag); set(flag); };
syncBuiltinESMExports();
process.once('exit', () => process.stderr.write(flags.join()));`;
const WATCHED = `--import=data:text/javascript,${encodeURIComponent(WATCH)}`;

const BOUND = '--heap-growing-percent=25';
const LOOSE = '--heap-growing-percent=100';
const SHORT = '--no-separate-gc-phases';
const YOUNG = '--no-allocation-site-pretenuring';

test('how the heap grows and is collected, by flags that this V8 knows', () => {
  const run = (...args: string[]) => {
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    return { stdout, stderr, status };
  };
  expect(run(WATCHED, main, '--version')).toMatchObject({ status: 0, stderr: [LOOSE, SHORT, YOUNG, BOUND].join() });
  const flags = [BOUND, LOOSE, SHORT, YOUNG];
  expect(run(...flags, '--eval', '')).toEqual({ status: 0, stdout: '', stderr: '' });
  // What it says of one that it doesn't know.
  for (const flag of flags) expect(run(flag.replace('--', '--x'), '--eval', '').status).not.toBe(0);
});

test('a start has more room, until it is over', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rgtp-nntp-heap-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const line = new CommandLine(['serve'], {
    env: {
      NODE_OPTIONS: WATCHED,
      RGTP_NNTP_DATA: join(folder, 'data'),
      RGTP_NNTP_LISTEN: 'nntp://127.0.0.1:0',
      RGTP_NNTP_EMBEDDED_LISTEN: 'off',
      RGTP_NNTP_HTTP_LISTEN: 'off',
    },
  });
  await line.printed(/newsreader at /);
  const { stderr, code } = await line.end('SIGTERM');
  expect({ flags: stderr.split('\n').at(-1), code }).toEqual({
    flags: [LOOSE, SHORT, YOUNG, BOUND, LOOSE, BOUND].join(),
    code: 0,
  });
});

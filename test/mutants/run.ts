import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Judgement, judge, type Report } from './report.ts';
import { MODULES, type Tree } from './tree.ts';

/** How long something may take, ms. */
export interface Patience {
  /** a test, a hook, a wait in one */
  readonly test: number;
  /** a test file, with vitest's start: code that loops for ever lets no test say anything */
  readonly file: number;
}

const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach(kill));

/** Runs one test file up to the first test that fails. */
export async function runTests(tree: Tree, file: string, patience: Patience): Promise<Judgement & { ms: number }> {
  const limit = String(patience.test);
  const options = {
    config: 'test/vitest.config.ts',
    reporter: join(tree.folder, 'test/mutants/reporter.ts'),
    ...{ testTimeout: limit, hookTimeout: limit, 'expect.poll.timeout': limit },
    ...{ bail: '1', maxWorkers: '1' },
  };
  const flags = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  const began = performance.now();
  const child = start(tree, [join(MODULES, 'vitest/vitest.mjs'), 'run', ...flags, file]);
  let report: Report | undefined;
  child.once('message', (message: Report) => {
    report = message;
  });
  await ended(child, patience.file);
  return { ...judge(report, patience.test), ms: performance.now() - began };
}

/** Runs the compiler. Whether it has nothing to say. */
export async function compiles(tree: Tree): Promise<boolean> {
  // A mutant may leave something unused. What changed is checked again, not everything.
  const lenient = ['--noUnusedLocals', 'false', '--noUnusedParameters', 'false', '--allowUnreachableCode', 'true'];
  const incremental = ['--incremental', '--tsBuildInfoFile', 'tsconfig.tsbuildinfo'];
  const child = start(tree, [join(MODULES, 'typescript/bin/tsc'), ...lenient, ...incremental]);
  await ended(child);
  return child.exitCode === 0;
}

function start(tree: Tree, args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, args, {
    cwd: tree.folder,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    detached: true,
  });
  running.add(child.once('close', () => running.delete(child)));
  return child;
}

/** Waits for its end, and brings it about if that takes too long. */
async function ended(child: ChildProcess, patience?: number): Promise<void> {
  const timer = patience === undefined ? undefined : setTimeout(kill, patience, child);
  await once(child, 'close');
  clearTimeout(timer);
}

/** With its workers. */
function kill({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}

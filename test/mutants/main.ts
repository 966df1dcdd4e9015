/**
 * `npm run mutate [-- WORD…]`: breaks one line at a time, in a copy of the checkout, and runs the tests that should
 * notice; prints the breaks that no test noticed. With words, only entries whose promise or file has one of them. Fails
 * where an entry does not fit the code any more, where a mutant survives without a reason, and where one with a reason
 * dies.
 */
import { spawn } from 'node:child_process';
import { mutants } from './list.ts';
import type { Mutant } from './mutant.ts';
import { stale, Tree } from './tree.ts';

const WORKERS = 2;
/** for one mutant, ms: a broken program may loop for ever */
const PATIENCE = 300_000;

const VITEST = ['run', '--config', 'test/vitest.config.ts'];

type Outcome = 'killed' | 'hangs' | 'survived' | 'does not compile';

const words = process.argv.slice(2);
const chosen = mutants.filter(
  ({ promise, file }) => words.length === 0 || words.some((word) => `${promise} ${file}`.includes(word)),
);
const old = chosen.flatMap((mutant) => stale(mutant) ?? []);
if (old.length > 0 || chosen.length === 0) {
  console.error(old.length > 0 ? old.join('\n') : 'no such mutant');
  process.exit(1);
}

const trees = Array.from({ length: WORKERS }, () => new Tree());
process.on('exit', () => {
  for (const tree of trees) tree.remove();
});
process.once('SIGINT', () => process.exit(130));

const [first] = trees;
const everyTest = [...new Set(chosen.flatMap(({ tests }) => tests))];
if (first !== undefined && (await run(first, 'vitest', [...VITEST, '--reporter=dot', ...everyTest], 'inherit')) !== 0) {
  console.error('The tests fail with nothing broken.');
  process.exit(1);
}

const outcomes = new Map<Mutant, Outcome>();
const waiting = chosen.values();
await Promise.all(
  trees.map(async (tree) => {
    for (const mutant of waiting) {
      const outcome = await tree.broken(mutant, () => attempt(tree, mutant));
      outcomes.set(mutant, outcome);
      console.log(`${outcome.padEnd(8)} ${mutant.file}: ${mutant.promise}`);
    }
  }),
);

const wrong: string[] = [];
for (const [mutant, outcome] of outcomes) {
  const { promise, file, find, replace, survives } = mutant;
  if (outcome === 'survived') {
    console.log(`\nsurvives: ${promise}\n  ${file}: ${find} → ${replace}\n  ${survives ?? 'NOBODY KNOWS WHY'}`);
    if (survives === undefined) wrong.push(promise);
  } else if (outcome === 'does not compile' || survives !== undefined) {
    wrong.push(`${promise}: ${outcome}`);
  }
}
const count = (outcome: Outcome) => [...outcomes.values()].filter((one) => one === outcome).length;
console.log(
  `\n${outcomes.size} mutants: ${count('killed') + count('hangs')} killed, ${count('survived')} survived${
    wrong.length > 0 ? `; to be mended:\n${wrong.join('\n')}` : ''
  }`,
);
process.exit(wrong.length > 0 ? 1 : 0);

async function attempt(tree: Tree, { tests }: Mutant): Promise<Outcome> {
  // A mutant with a type error was not noticed by a test.
  const lenient = ['--noUnusedLocals', 'false', '--noUnusedParameters', 'false', '--allowUnreachableCode', 'true'];
  // What one file changes is checked again, not everything.
  const incremental = ['--incremental', '--tsBuildInfoFile', 'tsconfig.tsbuildinfo'];
  if ((await run(tree, 'tsc', [...lenient, ...incremental])) !== 0) return 'does not compile';
  const status = await run(tree, 'vitest', [...VITEST, '--bail=1', ...tests]);
  return status === undefined ? 'hangs' : status === 0 ? 'survived' : 'killed';
}

/** The exit status; undefined: it took too long, and was ended. */
function run(
  tree: Tree,
  program: string,
  args: readonly string[],
  output: 'ignore' | 'inherit' = 'ignore',
): Promise<number | undefined> {
  const child = spawn(Tree.program(program), args, {
    cwd: tree.folder,
    stdio: ['ignore', output, output],
    detached: true,
  });
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  // An unbroken program ends.
  const end = setTimeout(() => {
    if (output === 'inherit') return;
    resolve(undefined);
    // Its workers, too.
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, PATIENCE);
  child.once('close', (status) => {
    clearTimeout(end);
    resolve(status ?? 1);
  });
  return promise;
}

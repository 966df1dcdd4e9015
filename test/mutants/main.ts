/**
 * `npm run mutate [-- [--at-once N] WORD…]`: breaks one line at a time, in a copy of the checkout, and runs the tests that
 * should notice; prints the breaks that no test noticed. With words, only entries whose promise or file has one of them,
 * in the order of the words.
 *
 * A test notices by failing: one that takes too long does not, unless the entry says that it hangs. Each test file runs
 * with nothing broken first. Fails where that fails, where an entry does not fit the code any more, where a mutant
 * survives without a reason, or takes too long, and where one that is said to survive dies.
 */
import { parseArgs } from 'node:util';
import { mutants } from './list.ts';
import type { Mutant } from './mutant.ts';
import { complaint, outcomeOf, type Result } from './outcome.ts';
import { compiles, type Patience, runTests } from './run.ts';
import { stale, Tree } from './tree.ts';

/** what a test may take with nothing broken, ms */
const UNBROKEN: Patience = { test: 120_000, file: 1_200_000 };
/** what a test may take at least, ms, and how many times what its whole file took with nothing broken */
const BROKEN = { least: 20_000, times: 4 };

const { values, positionals: words } = parseArgs({
  allowPositionals: true,
  options: { 'at-once': { type: 'string', default: '2' } },
});
const having = (word: string) => mutants.filter(({ promise, file }) => `${promise} ${file}`.includes(word));
const chosen = words.length === 0 ? mutants : [...new Set(words.flatMap(having))];
const old = chosen.flatMap((mutant) => stale(mutant) ?? []);
if (old.length > 0 || chosen.length === 0) stop(old.length > 0 ? old : ['no such mutant']);

const trees = Array.from({ length: Number(values['at-once']) }, () => new Tree());
process.on('exit', () => {
  for (const tree of trees) tree.remove();
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const results = new Map<Mutant, Result>();
/** test files with nothing broken: each is run so before the first mutant that it should notice */
const unbroken = new Map<string, ReturnType<typeof runTests>>();
const waiting = chosen.values();
await Promise.all(
  trees.map(async (tree) => {
    for (const mutant of waiting) {
      const result = await attempt(tree, mutant);
      results.set(mutant, result);
      const by = result.by === undefined ? '' : `  [${result.by}]`;
      console.log(`${result.outcome.padEnd(9)} ${mutant.file}: ${mutant.promise}${by}`);
    }
  }),
);

for (const mutant of await mistyped(chosen)) results.set(mutant, { outcome: 'does not compile' });

const wrong: string[] = [];
for (const [mutant, result] of results) {
  const { promise, file, find, replace, survives } = mutant;
  const what = complaint(mutant, result);
  if (what !== undefined) wrong.push(`${file}: ${promise}: ${what}${result.by ? `  [${result.by}]` : ''}`);
  if (result.outcome !== 'survived') continue;
  console.log(`\nsurvives: ${promise}\n  ${file}: ${find} → ${replace}\n  ${survives ?? 'NOBODY KNOWS WHY'}`);
}
const counts = Map.groupBy(results.values(), ({ outcome }) => outcome);
const summary = [...counts].map(([outcome, these]) => `${these.length} ${outcome}`).join(', ');
console.log(`\n${results.size} mutants: ${summary}`);
if (wrong.length > 0) stop(['to be mended:', ...wrong]);

/** Those that do not compile: nobody would ever run the tests on them. */
async function mistyped(all: readonly Mutant[]): Promise<Mutant[]> {
  const [tree] = trees;
  if (tree === undefined) return [];
  const found: Mutant[] = [];
  const queues = [...Map.groupBy(all, ({ file }) => file).values()];
  // One of each file at a time: most have no mistake.
  for (let n = 0; queues.some((queue) => n < queue.length); n++) {
    const round = queues.flatMap((queue) => queue[n] ?? []);
    if (await tree.broken(round, () => compiles(tree))) continue;
    for (const mutant of round) if (!(await tree.broken([mutant], () => compiles(tree)))) found.push(mutant);
  }
  return found;
}

async function attempt(tree: Tree, mutant: Mutant): Promise<Result> {
  const took = new Map<string, number>();
  for (const file of mutant.tests) {
    const run = unbroken.get(file) ?? runTests(tree, file, UNBROKEN);
    unbroken.set(file, run);
    const { verdict, by = verdict, ms } = await run;
    if (verdict !== 'passed') return { outcome: 'fails unbroken', by: `${file}: ${by}` };
    took.set(file, ms);
  }
  // The quickest first: most mutants are noticed by any of their tests.
  const tests = [...took].toSorted(([, one], [, other]) => one - other).map(([file]) => file);
  return outcomeOf(mutant, tests, (file, isBroken) => {
    const test = Math.max(BROKEN.least, BROKEN.times * (took.get(file) ?? 0));
    return tree.broken(isBroken ? [mutant] : [], () => runTests(tree, file, { test, file: 3 * test }));
  });
}

function stop(lines: readonly string[]): never {
  console.error(lines.join('\n'));
  process.exit(1);
}

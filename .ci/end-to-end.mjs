// Runs the end-to-end tests: `node end-to-end.mjs REPORT [FILTER…]` leaves vitest's JSON report there, and exits as
// vitest does.
//
// Newsreaders with windows are worked from outside, by clicks and keys that a busy X server sometimes loses. Where nothing
// but their files failed, these run once more, alone: a fault of the bridge would fail twice. Those that passed only then are
// named, and the report has their second results.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';

const [report, ...filters] = process.argv.slice(2);
if (report === undefined) throw new Error('usage: node end-to-end.mjs REPORT [FILTER…]');

const first = run(report, ...filters);
const failed = first.results.filter(({ status }) => status === 'failed').map(({ name }) => name);
if (first.status === 0 || failed.length === 0 || !failed.every(hasWindows)) process.exit(first.status);

const files = failed.map((file) => relative(process.cwd(), file));
console.log(`\nonce more, alone: ${files.join(', ')}\n`);
const again = run(`${report}.again`, ...files);
if (again.status === 0) console.log(`passed only when it was run again: ${files.join(', ')}`);
const results = [...first.results.filter(({ name }) => !failed.includes(name)), ...again.results];
const tests = results.flatMap(({ assertionResults }) => assertionResults);
const count = (/** @type {string} */ status) => tests.filter((test) => test.status === status).length;
writeFileSync(
  report,
  JSON.stringify({
    numTotalTests: tests.length,
    numPassedTests: count('passed'),
    numFailedTests: count('failed'),
    numFailedTestSuites: results.filter(({ status }) => status === 'failed').length,
    testResults: results,
  }),
);
process.exit(again.status);

/**
 * @param {string} file where the report goes
 * @param {...string} only files of tests; all without
 */
function run(file, ...only) {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const args = ['run', '--silent', 'test:e2e', '--', ...reporters, ...only];
  const { status } = spawnSync('npm', args, { stdio: 'inherit' });
  /** @type {{ testResults: { name: string, status: string, assertionResults: { status: string }[] }[] }} */
  const { testResults } = JSON.parse(readFileSync(file, 'utf8'));
  return { status: status ?? 1, results: testResults };
}

/** Whether a file of tests works a program that has windows. */
function hasWindows(/** @type {string} */ file) {
  return readFileSync(file, 'utf8').includes("kind: 'graphical'");
}

// Adds up vitest's JSON reports: `node totals.mjs FAILED-STEPS REPORT…` prints `N passed, N failed` and exits 1
// unless everything passed. A report that is missing counts as a failure; tests that did not run are named. What failed
// is said here again: the output before is long, and whoever keeps only its ends would lose the one thing that counts.
import { readFileSync } from 'node:fs';

const LINES = 25;

const [failedSteps, ...reports] = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const path of reports) {
  try {
    const report = JSON.parse(readFileSync(path, 'utf8'));
    passed += report.numPassedTests;
    failed += report.numFailedTests;
    if (report.numTotalTests === 0) failed++;
    // A file that does not even load has no failed tests, only a failed suite.
    if (report.numFailedTests === 0) failed += report.numFailedTestSuites;
    for (const file of report.testResults) {
      if (file.status === 'failed') console.log(`failed: ${file.name}\n${beginning(file.message ?? '')}`);
      for (const test of file.assertionResults) {
        if (test.status === 'passed') continue;
        if (test.status === 'failed') {
          console.log(`failed: ${test.fullName}\n${test.failureMessages.map(beginning).join('\n')}`);
        } else {
          console.log(`not run (${test.status}): ${test.fullName}`);
        }
      }
    }
  } catch (error) {
    console.log(`no report: ${path} (${error instanceof Error ? error.message : error})`);
    failed++;
  }
}
// A step that failed outside the tests (types, packages, an unhandled error) still fails the run.
if (failed === 0) failed = Number(failedSteps);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function beginning(message) {
  return message
    .split('\n')
    .slice(0, LINES)
    .map((line) => `  ${line}`)
    .join('\n');
}

// Installs the dependencies when they are missing or older than the lockfile, so that `npm start` and
// `npm test` work in a clean clone. Plain JavaScript: it runs on whatever node (≥ 20) the machine has, before
// the pinned one is there.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** @param {string} path relative to the checkout; @returns {number} last change in ms, 0 if it is not there */
function changed(path) {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

// npm writes this file last, so it is younger than the lockfile it installed.
if (changed('node_modules/.package-lock.json') < changed('package-lock.json')) {
  console.error('Installing dependencies (npm ci) …');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const options = { cwd: root, stdio: ['ignore', process.stderr, process.stderr] };
  const run =
    npm === undefined ? spawnSync('npm', args, options) : spawnSync(process.execPath, [npm, ...args], options);
  if (run.status !== 0) {
    console.error(`npm ci failed (${run.error?.message ?? `exit code ${run.status}`}).`);
    process.exit(1);
  }
}

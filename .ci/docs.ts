// Writes what is made from the code into the files that show it: the table of configuration keys in docs/configuration.md,
// and the man page. `npm run docs` after a change of either; tests compare.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { manPage } from '../src/cli/man.ts';
import { program } from '../src/cli/program.ts';
import { configTables } from '../src/config/table.ts';
import { version } from '../src/server/version.ts';

const root = join(import.meta.dirname, '..');

/** docs/configuration.md with the tables of today. */
export function keysIn(text: string): string {
  return text.replace(
    /(<!-- configuration -->\n).*?(<!-- \/configuration -->)/s,
    (_, before: string, after: string) => `${before}${configTables()}${after}`,
  );
}

/** `config/rgtp-nntp.1` */
export function manPageNow(): string {
  return manPage(program(), version);
}

if (import.meta.main) {
  const configuration = join(root, 'docs', 'configuration.md');
  writeFileSync(configuration, keysIn(readFileSync(configuration, 'utf8')));
  writeFileSync(join(root, 'config', 'rgtp-nntp.1'), manPageNow());
}

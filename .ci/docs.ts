// Writes what is made from the code into the files that show it: the table of configuration keys in docs/configuration.md,
// that of the fields of the log in docs/running.md, and the man page. `npm run docs` after a change of either; tests compare.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { manPage } from '../src/cli/man.ts';
import { program } from '../src/cli/program.ts';
import { configTables } from '../src/config/table.ts';
import { version } from '../src/server/version.ts';
import { logFields } from '../src/wire/log.ts';

const root = join(import.meta.dirname, '..');

/** docs/configuration.md with the tables of today. */
export function keysIn(text: string): string {
  return text.replace(
    /(<!-- configuration -->\n).*?(<!-- \/configuration -->)/s,
    (_, before: string, after: string) => `${before}${configTables()}${after}`,
  );
}

/** docs/running.md with the fields that the log has today. */
export function fieldsIn(text: string): string {
  const rows = Object.entries(logFields).map(([field, meaning]) => `| \`${field}\` | ${meaning} |\n`);
  return text.replace(
    /(<!-- log fields -->\n).*?(<!-- \/log fields -->)/s,
    (_, before: string, after: string) => `${before}| field | meaning |\n|---|---|\n${rows.join('')}${after}`,
  );
}

/** `config/rgtp-nntp.1` */
export function manPageNow(): string {
  return manPage(program(), version);
}

if (import.meta.main) {
  const configuration = join(root, 'docs', 'configuration.md');
  writeFileSync(configuration, keysIn(readFileSync(configuration, 'utf8')));
  const running = join(root, 'docs', 'running.md');
  writeFileSync(running, fieldsIn(readFileSync(running, 'utf8')));
  writeFileSync(join(root, 'config', 'rgtp-nntp.1'), manPageNow());
}

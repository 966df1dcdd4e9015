/**
 * docs/newsreaders.md: which clients are driven against the bridge, and what works, from the results that `npm run
 * test:e2e` left. `npm run newsreaders` writes it; with `--check` it says whether it is still true, except for
 * versions, which change with Debian's point releases. A client that was not tried, because it is not installed here,
 * keeps its row.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const FEATURES = [
  'subscribe',
  'list',
  'thread',
  'read',
  'follow',
  'log in',
  'post',
  'reply',
  'cancel',
  'return',
  'NNTPS',
  'STARTTLS',
  'COMPRESS',
] as const;
export type Feature = (typeof FEATURES)[number];

export interface KnownClient {
  readonly name: string;
  readonly kind: 'terminal' | 'graphical' | 'tool' | 'library';
  readonly version: string;
  readonly works: readonly Feature[];
  readonly quirks: readonly string[];
}

const root = join(import.meta.dirname, '..');
export const resultsFolder = join(root, 'test', 'e2e', '.results');
const page = join(root, 'docs', 'newsreaders.md');
const BEGIN = '<!-- clients -->\n';
const END = '<!-- /clients -->';
const KINDS = { terminal: 'In a terminal', graphical: 'On a desktop', tool: 'Tools', library: 'Libraries' } as const;

/** The rows: name → line, and under which heading. */
function rowsOf(clients: readonly KnownClient[]): Map<string, { kind: KnownClient['kind']; line: string }> {
  return new Map(
    clients.map(({ name, kind, version, works, quirks }) => [
      name,
      { kind, line: `| ${name} | ${version} | ${works.join(', ')} | ${quirks.join(' ')} |` },
    ]),
  );
}

function rowsIn(text: string): Map<string, { kind: KnownClient['kind']; line: string }> {
  const rows = new Map<string, { kind: KnownClient['kind']; line: string }>();
  let kind: KnownClient['kind'] = 'terminal';
  for (const line of text.split('\n')) {
    const heading = Object.entries(KINDS).find(([, title]) => line === `### ${title}`);
    if (heading !== undefined) kind = heading[0] as keyof typeof KINDS;
    const name = /^\| ([^|]+) \|/.exec(line)?.[1];
    if (name !== undefined && name !== 'client') rows.set(name, { kind, line });
  }
  return rows;
}

function tables(rows: ReadonlyMap<string, { kind: KnownClient['kind']; line: string }>): string {
  const sections = Object.entries(KINDS).flatMap(([kind, title]) => {
    const lines = [...rows.values()].filter((row) => row.kind === kind).map(({ line }) => line);
    if (lines.length === 0) return [];
    const sorted = lines.sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
    return [`### ${title}\n\n| client | version | works | its quirks |\n|---|---|---|---|\n${sorted.join('\n')}\n`];
  });
  return sections.join('\n');
}

const withoutVersions = (text: string) => text.replace(/^(\| [^|]+ \|) [^|]* \|/gm, '$1 … |');

function main(args: readonly string[]): number {
  const files = existsSync(resultsFolder) ? readdirSync(resultsFolder).sort() : [];
  // written by test/e2e/known.ts
  const clients = files.map((file) => JSON.parse(readFileSync(join(resultsFolder, file), 'utf8')) as KnownClient);
  const text = readFileSync(page, 'utf8');
  const begin = text.indexOf(BEGIN) + BEGIN.length;
  const end = text.indexOf(END);
  const old = text.slice(begin, end);
  const tried = rowsOf(clients);
  const missing = [...rowsIn(old).keys()].filter((name) => !tried.has(name));
  const made = tables(new Map([...rowsIn(old), ...tried]));
  if (!args.includes('--check')) {
    writeFileSync(page, text.slice(0, begin) + made + text.slice(end));
    return 0;
  }
  // In CI every client is there: one without a result has lost its test.
  const lost = process.env['CI'] === undefined ? [] : missing;
  if (withoutVersions(made) === withoutVersions(old) && lost.length === 0) return 0;
  console.error(
    'docs/newsreaders.md is not what the tests saw: `npm run newsreaders` after `npm run test:e2e` writes it.',
  );
  if (lost.length > 0) console.error(`Not tried: ${lost.join(', ')}`);
  const before = new Set(withoutVersions(old).split('\n'));
  for (const line of withoutVersions(made).split('\n')) if (!before.has(line)) console.error(`now: ${line}`);
  return 1;
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2));

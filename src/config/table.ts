/** The tables of keys in docs/configuration.md. */
import { type Key, keys, nameOf } from './walk.ts';

/** The groups, in the order of the page, and the prefixes of their keys. */
const GROUPS: readonly (readonly [string, readonly string[]])[] = [
  ['The server', ['name', 'data', 'keys', 'permanent', 'permanentPasswordFile']],
  [
    'Listening to newsreaders',
    ['listen', 'tls', 'cleartextAuth', 'compression', 'proxyProtocol', 'balancers', 'lists'],
  ],
  ['Each board', ['boards']],
  ['Each peer', ['peers']],
  ['The embedded board', ['embedded']],
  ['Limits', ['limits']],
  ['Memory', ['cache']],
  ['Status page, log, ident', ['http', 'log', 'ident']],
];

/** Markdown: a heading and a table for each group, one row per key, in the order of the schema. */
export function configTables(): string {
  const homeless = keys.filter(({ path }) => !GROUPS.some(([, sections]) => sections.includes(path[0] ?? '')));
  if (homeless.length > 0) throw new Error(`no group has ${homeless.map(({ path }) => nameOf(path)).join(', ')}`);
  return GROUPS.map(([title, sections]) => {
    const rows = keys.filter(({ path }) => sections.includes(path[0] ?? '')).map(row);
    const head = ['| Key | Allowed | Default | Meaning | Environment |', '|---|---|---|---|---|'];
    return [`### ${title}`, '', ...head, ...rows, ''].join('\n');
  }).join('\n');
}

function row(key: Key): string {
  const preset = key.usually ?? (String(key.preset) === '' ? '' : `\`${String(key.preset)}\``);
  const cells = [`\`${nameOf(key.path)}\``, key.allowed, preset, key.meaning, `\`${key.variable}\``];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('*', '\\*')).join(' | ')} |`;
}

// Who may import what, as one table, and the rules that Biome checks it by. `node .ci/import-rules.ts` writes them into
// biome.json; with `--check` it only compares (npm run check).
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDERS = [
  'wire',
  'rgtp',
  'store',
  'news',
  'board',
  'nntp',
  'bridge',
  'config',
  'ident',
  'ops',
  'feed',
  'server',
  'cli',
] as const;
type Folder = (typeof FOLDERS)[number];

interface Rule {
  /** the files it applies to */
  readonly files: readonly string[];
  /** the folder they are in, which they may always import */
  readonly folder: Folder;
  /** other folders of src/ */
  readonly from: readonly Folder[];
  /** single files of folders that are otherwise closed */
  readonly except?: readonly string[];
  /** closed subfolders of folders that are otherwise open */
  readonly closed?: readonly string[];
  /** modules of node that are closed, except for these names in them */
  readonly modules?: Readonly<Record<string, readonly string[]>>;
  readonly why: string;
}

const ONE_WAY = 'imports go one way (docs/architecture.md)';
const BRIDGE = { folder: 'bridge', from: ['wire', 'rgtp', 'news', 'store'], except: ['**/nntp/backend.ts'] } as const;

const RULES: readonly Rule[] = [
  {
    files: ['src/wire/**'],
    folder: 'wire',
    from: [],
    modules: {
      'node:net': ['isIP', 'isIPv4', 'isIPv6'],
      'node:tls': [],
      'node:dgram': [],
      'node:http': [],
      'node:https': [],
      'node:http2': [],
    },
    why: 'wire turns bytes into lines and owns no socket',
  },
  { files: ['src/rgtp/*.ts'], folder: 'rgtp', from: ['wire'], closed: ['**/client/**'], why: 'formats know no client' },
  { files: ['src/rgtp/client/**'], folder: 'rgtp', from: ['wire'], why: ONE_WAY },
  { files: ['src/store/**'], folder: 'store', from: ['wire'], why: ONE_WAY },
  { files: ['src/news/**'], folder: 'news', from: ['wire'], why: ONE_WAY },
  { files: ['src/board/**'], folder: 'board', from: ['wire', 'rgtp', 'store'], why: ONE_WAY },
  { files: ['src/nntp/**'], folder: 'nntp', from: ['wire', 'news'], why: 'neither protocol knows the other' },
  {
    files: ['src/bridge/**', '!src/bridge/view/**', '!src/bridge/known/**', '!src/bridge/texts/**'],
    ...BRIDGE,
    why: 'of nntp the bridge knows its backend interface',
  },
  {
    files: ['src/bridge/known/**'],
    ...BRIDGE,
    closed: ['**/mirror/**', '**/texts/**'],
    why: 'what is known of a board does not know who finds it out',
  },
  {
    files: ['src/bridge/texts/**'],
    ...BRIDGE,
    closed: ['**/mirror/**'],
    why: 'texts do not know who tells what changed',
  },
  {
    files: ['src/bridge/view/**'],
    ...BRIDGE,
    closed: ['**/mirror/**', '**/known/**'],
    why: 'views read a board through bridge/model.ts, whoever keeps it',
  },
  { files: ['src/config/**'], folder: 'config', from: ['wire'], why: ONE_WAY },
  { files: ['src/ident/**'], folder: 'ident', from: ['wire'], why: ONE_WAY },
  {
    files: ['src/feed/**'],
    folder: 'feed',
    from: ['wire'],
    except: ['**/nntp/backend.ts'],
    why: 'a feed sends what any newsgroup of the backend has',
  },
  { files: ['src/ops/**'], folder: 'ops', from: ['wire', 'config'], why: ONE_WAY },
  {
    files: ['src/server/**'],
    folder: 'server',
    from: FOLDERS.filter((folder) => folder !== 'cli'),
    why: 'the program is put together without its command line',
  },
  {
    files: ['src/cli/**'],
    folder: 'cli',
    from: ['server', 'config', 'ops', 'wire', 'rgtp', 'store', 'board', 'bridge'],
    closed: ['**/bridge/mirror/**', '**/bridge/view/**', '**/bridge/posting/**'],
    why: 'cli is arguments and output; server puts the program together',
  },
];

function restriction(rule: Rule): object {
  const { files, folder, from, except = [], closed = [], modules = {}, why } = rule;
  const open = new Set<Folder>([folder, ...from]);
  const shut = FOLDERS.filter((name) => !open.has(name)).map((name) => `**/${name}/**`);
  const group = [...shut, ...closed, '**/test/**', '**/bench/**', ...except.map((file) => `!${file}`)];
  const also = [...from, ...except];
  const message = `src/${folder} imports ${also.length === 0 ? 'only itself' : `itself and ${also.join(', ')}`}: ${why}.`;
  const paths = Object.fromEntries(
    Object.entries(modules).map(([name, allowImportNames]) => [
      name,
      { message, ...(allowImportNames.length > 0 && { allowImportNames }) },
    ]),
  );
  const options = { ...(Object.keys(paths).length > 0 && { paths }), patterns: [{ group, message }] };
  return {
    includes: files,
    linter: { rules: { style: { noRestrictedImports: { level: 'error', options } } } },
  };
}

const path = join(import.meta.dirname, '..', 'biome.json');
const before = readFileSync(path, 'utf8');
const config = JSON.parse(before) as Record<string, unknown>;
const overrides = RULES.map(restriction);

if (process.argv[2] === '--check') {
  if (JSON.stringify(config['overrides']) !== JSON.stringify(overrides)) {
    process.stderr.write('biome.json does not have the import rules of .ci/import-rules.ts: run that file.\n');
    process.exitCode = 1;
  }
} else writeFileSync(path, `${JSON.stringify({ ...config, overrides }, undefined, 2)}\n`);

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../../src/config/load.ts';
import { ConfigError } from '../../../src/config/problem.ts';
import { type ParserTarget, unlessRefused } from '../target.ts';

const folder = mkdtempSync(join(tmpdir(), 'fuzz-config-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'config.yaml');
const CONFIG = join(import.meta.dirname, '..', '..', '..', 'config');

const PEERS = `peers:
  - address: nntps://news.example:563
    user: u
    password: p
    newsgroups: "groggs.*,!groggs.test"
    from: the beginning
`;

/** A configuration file: it is taken, or every mistake is named. */
export const configFile: ParserTarget = {
  name: 'config-file',
  // An operator writes it: the library may take its time over what no operator writes.
  maxOctets: 1500,
  seeds: () => [
    ...['all-in-one', 'minimal', 'remote-board', 'cluster'].map((name) => readFileSync(join(CONFIG, `${name}.yaml`))),
    PEERS,
    'balancers: [192.0.2.1, 10.0.0.0/8, "2001:db8::/32"]\nlisten: ["nntp://[::]:119?proxyProtocol&cleartextAuth=false"]\n',
    'permanent: postgres://u:p@db.example/news?sslmode=verify-full\nboards:\n  - rgtp: rgtps://b.example\n',
  ],
  words: [
    '&a ',
    '*a',
    '<<: *a\n',
    '- ',
    '? ',
    '!!binary ',
    '!!set ',
    '|\n',
    '{',
    '}',
    '[',
    ']',
    '~',
    '__proto__: ',
    'constructor: ',
    '\nlimits:\n',
    'boards:\n  - name: a\n',
    '\npeers:\n  - address: ',
    '\npermanent: postgres://u@h/d',
    '?sslmode=',
    '&host=',
    '\nbalancers: ',
    '?proxyProtocol',
    '/129',
    '1e400',
    '.inf',
    '"\\x00"',
  ],
  run(input) {
    writeFileSync(file, input);
    unlessRefused(() => loadConfig({ file }), ConfigError);
  },
};

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

/** A configuration file: it is taken, or every mistake is named. */
export const configFile: ParserTarget = {
  name: 'config-file',
  // An operator writes it: the library may take its time over what no operator writes.
  maxOctets: 1500,
  seeds: () => ['all-in-one', 'minimal', 'remote-board'].map((name) => readFileSync(join(CONFIG, `${name}.yaml`))),
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
    '1e400',
    '.inf',
    '"\\x00"',
  ],
  run(input) {
    writeFileSync(file, input);
    unlessRefused(() => loadConfig({ file }), ConfigError);
  },
};

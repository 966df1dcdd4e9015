import { loadConfig } from '../../../src/config/load.ts';
import { ConfigError } from '../../../src/config/problem.ts';
import { keys } from '../../../src/config/walk.ts';
import { type ParserTarget, unlessRefused } from '../target.ts';

const variables = keys.map((key) => key.variable.replace('_n_', '_0_'));
const VALUES = [
  '',
  'true',
  'off',
  '1',
  '-1',
  '1e9',
  'nntp://[::]:1119',
  'rgtp://x:1',
  'embedded',
  '15s',
  '64MiB',
  'a,b',
  'x\0',
  'é',
];

/** Environment variables, one a line. */
export const configEnvironment: ParserTarget = {
  name: 'config-environment',
  seeds: () => [
    'RGTP_NNTP_LISTEN=nntp://127.0.0.1:1119\nRGTP_NNTP_NAME=a.b',
    'RGTP_NNTP_BOARDS_0_RGTP=rgtp://board:1431\nRGTP_NNTP_BOARDS_1_NAME=x\nRGTP_NNTP_BOARDS_1_RGTP=embedded',
    'RGTP_NNTP_BOARDS_99_NAME=x',
    'RGTP_NNTP_LISTE=x',
  ],
  words: [...variables.map((name) => `${name}=`), 'RGTP_NNTP_BOARDS_63_NAME=', 'RGTP_NNTP_', '=', '\n'],
  generate: (random) =>
    random.some(1, 5, () => `${random.pick(variables) ?? ''}=${random.pick(VALUES) ?? ''}`).join('\n'),
  run(input) {
    const environment = Object.fromEntries(
      input
        .toString('utf8')
        .split('\n')
        .map((line) => /^([^=]*)=?(.*)$/s.exec(line)?.slice(1, 3) ?? ['', '']),
    );
    unlessRefused(() => loadConfig({ environment }), ConfigError);
  },
};

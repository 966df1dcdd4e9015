import assert from 'node:assert/strict';
import { editTime, formatEditLogEntry, parseEditLog } from '../../../src/rgtp/edit-log.ts';
import { octetsFrom } from '../../../src/wire/octets.ts';
import { linesFrom } from '../seeds.ts';
import type { ParserTarget } from '../target.ts';

/** ELOG's data. */
export const rgtpEditLog: ParserTarget = {
  name: 'rgtp-edit-log',
  seeds: () => [
    'Item P3242146 edited by ed@rgtp.test at 21.46 on Sat 21 Nov (#00000012):\nA reason\n\n',
    'Item P3242146 withdrawn by ed@rgtp.test at 21.46 on Sat 21 Nov (#00000013):\nTwo\nlines\n\nIndex edited by ed at 00.00 on Thu  1 Jan (#00000014):\n\n',
  ],
  words: ['Item ', 'Index edited by ', ' withdrawn by ', ' at ', ' (#00000012):', '\n\n'],
  maxOctets: 70_000,
  run(input) {
    const entries = parseEditLog(linesFrom(octetsFrom(input)));
    for (const entry of entries) assert(Number.isFinite(editTime(entry.when, 1_700_000_000)));
    const whole = entries.filter(({ reason }) => !reason.some((line) => /^I(?:tem|ndex) /.test(line)));
    assert.deepEqual(parseEditLog(whole.flatMap(formatEditLogEntry)), whole);
  },
};

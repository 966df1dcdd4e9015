import assert from 'node:assert/strict';
import { parseDateTime } from '../../../src/nntp/syntax/date-time.ts';
import type { ParserTarget } from '../target.ts';

const NOW = Date.UTC(2026, 10, 27);

/** RFC 3977 §7.3.2: the date and time of NEWGROUPS and NEWNEWS. */
export const nntpDateTime: ParserTarget = {
  name: 'nntp-date-time',
  seeds: () => [
    '261127 000000',
    '20261127 235960',
    '19700101 000000',
    '00000101 000000',
    '99991231 235959',
    '000229 120000',
  ],
  maxOctets: 64,
  generate: (random) =>
    `${random.below(10 ** random.pick([6, 8]))} ${random.below(10 ** 6)}`.replace(/\b\d{1,5}\b/g, (n) =>
      n.padStart(6, '0'),
    ),
  run(input) {
    const [date = '', time = ''] = input.toString('latin1').split(' ');
    for (const local of [true, false]) {
      const moment = parseDateTime(date, time, local, NOW);
      if (moment === undefined) continue;
      assert(Number.isInteger(moment));
      if (local || time.endsWith('60') || date.length !== 8) continue;
      const text = new Date(moment * 1000).toISOString().replace(/[-:T]/g, '');
      assert.equal(text.slice(0, 14), date + time);
    }
  },
};

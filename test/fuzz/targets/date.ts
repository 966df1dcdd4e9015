import assert from 'node:assert/strict';
import { formatDate } from '../../../src/news/date.ts';
import { parseDate } from '../../../src/news/posting/date.ts';
import { latin1, octetsFrom } from '../../../src/wire/octets.ts';
import type { ParserTarget } from '../target.ts';

const DAYS = ['Mon, ', 'Tue, ', '', 'Wednesday, '] as const;
const MONTHS = ['Jan', 'feb', 'MAR', 'September', 'Dec'] as const;
const ZONES = ['+0000', '-0830', 'GMT', 'EST', '(CET)', '+9999', ''] as const;

/** Date headers (RFC 5322 §3.3). */
export const date: ParserTarget = {
  name: 'date',
  seeds: () => [
    'Sat, 21 Nov 2026 23:24:15 +0000',
    '1 Jan 70 00:00 GMT',
    '31 Dec 1999 23:59:60 -0800 (PST)',
    'Sat 21-Nov-26 23:24',
  ],
  words: [...MONTHS, ...ZONES, ':', '  ', '99'],
  maxOctets: 400,
  generate: (random) =>
    `${random.pick(DAYS)}${random.below(33)} ${random.pick(MONTHS)} ${random.below(10_000)} ` +
    `${random.below(26)}:${random.below(70)}:${random.below(70)} ${random.pick(ZONES)}`,
  run(input) {
    const time = parseDate(octetsFrom(input));
    if (time === undefined) return;
    assert(Number.isInteger(time));
    const seconds = Math.floor(time / 1000);
    // What boards date lies within 32 bits.
    if (seconds >= 0 && seconds < 2 ** 32) assert.equal(parseDate(latin1(formatDate(seconds))), seconds * 1000);
  },
};

import assert from 'node:assert/strict';
import { RgtpFormatError } from '../../../src/rgtp/errors.ts';
import { formatItemStatus, parseItemStatus } from '../../../src/rgtp/item-status.ts';
import { octetsFrom } from '../../../src/wire/octets.ts';
import { type ParserTarget, unlessRefused } from '../target.ts';

/** STAT's answer, and the first line of an item. */
export const rgtpItemStatus: ParserTarget = {
  name: 'rgtp-item-status',
  seeds: () => [
    '                           00000003',
    'P3242146 P3242147 0000000A 00000009 Subject',
    'P3242146                   00000003',
    '         P3242147          00000003 ',
  ],
  words: ['        ', 'P3242146', '00000003'],
  maxOctets: 400,
  run(input) {
    const status = unlessRefused(() => parseItemStatus(octetsFrom(input)), RgtpFormatError);
    if (status === undefined) return;
    const { subject: _subject, ...known } = status;
    const line = formatItemStatus(known);
    assert.equal(line.length, 35);
    assert.deepEqual(parseItemStatus(line), { ...known, subject: undefined });
  },
};

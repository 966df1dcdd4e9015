import assert from 'node:assert/strict';
import { parseNumber, parseRange } from '../../../src/nntp/syntax/range.ts';
import type { ParserTarget } from '../target.ts';

/** RFC 3977 §6: article numbers and ranges of them. */
export const nntpRange: ParserTarget = {
  name: 'nntp-range',
  seeds: () => ['1', '1-', '1-5', '5-1', '2147483647', '9999999999999999', '0-0', '-', ''],
  words: ['-', '0000', '2147483648'],
  maxOctets: 100,
  generate: (random) =>
    `${random.below(2 ** 31)}${random.oneIn(2) ? '-' : ''}${random.oneIn(2) ? random.below(99) : ''}`,
  run(input) {
    const text = input.toString('latin1');
    const number = parseNumber(text);
    assert.equal(number, /^[0-9]{1,16}$/.test(text) ? Number(text) : undefined);
    const range = parseRange(text);
    assert.equal(range !== undefined, /^[0-9]{1,16}(?:-(?:[0-9]{1,16})?)?$/.test(text));
    if (number !== undefined) assert.deepEqual(range, { low: number, high: number });
  },
};

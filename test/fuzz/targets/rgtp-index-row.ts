import assert from 'node:assert/strict';
import { RgtpFormatError } from '../../../src/rgtp/errors.ts';
import { formatIndexEntry, parseIndexEntry } from '../../../src/rgtp/index-entry.ts';
import { octetsFrom } from '../../../src/wire/octets.ts';
import { recordedRows } from '../seeds.ts';
import { type ParserTarget, unlessRefused } from '../target.ts';

/** A row of the index (RGTP, INDX). */
export const rgtpIndexRow: ParserTarget = {
  name: 'rgtp-index-row',
  seeds: recordedRows,
  words: ['        ', 'P3242146', 'I', 'R', 'M', 'FFFFFFFF'],
  maxOctets: 600,
  run(input) {
    const row = octetsFrom(input);
    const entry = unlessRefused(() => parseIndexEntry(row), RgtpFormatError);
    if (entry === undefined) return;
    assert.deepEqual(parseIndexEntry(input), entry);
    const formatted = formatIndexEntry(entry);
    assert.equal(formatted.length, 199);
    const again = parseIndexEntry(formatted);
    // A subject that runs over its column is cut.
    const subject = entry.subject.slice(0, 94).replace(/ +$/, '');
    assert.deepEqual(again, { ...entry, subject });
  },
};

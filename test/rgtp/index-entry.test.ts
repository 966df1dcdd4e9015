import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RgtpFormatError } from '../../src/rgtp/errors.ts';
import { type EntryType, formatIndexEntry, type IndexEntry, parseIndexEntry } from '../../src/rgtp/index-entry.ts';
import { bytesOf, latin1, octets, trimmedEnd } from '../../src/wire/octets.ts';
import { commands, readTranscript, transcripts } from '../support/transcript.ts';
import { itemId, octets as someOctets, uint32 } from './arbitraries.ts';

const field = (maxLength: number) => someOctets({ maxLength }).map((text) => text.replace(/ +$/, octets``));

const entry: fc.Arbitrary<IndexEntry> = fc
  .record({
    sequence: uint32,
    time: uint32,
    itemId,
    userid: field(75),
    type: fc.constantFrom<EntryType>('I', 'R', 'C', 'F', 'E', 'M'),
    subject: field(94),
  })
  .map((e) => (e.type === 'M' ? { ...e, itemId: undefined } : e));

describe('index entries', () => {
  it('come back from their row', () => {
    fc.assert(
      fc.property(entry, (e) => {
        const row = formatIndexEntry(e);
        expect(row).toHaveLength(199);
        expect(parseIndexEntry(row)).toEqual(e);
        expect(parseIndexEntry(bytesOf(row))).toEqual(e);
      }),
    );
  });

  it('keep their columns where a field is too long', () => {
    const long = {
      sequence: 1,
      time: 2,
      itemId: 'A0000000',
      userid: octets`u`.repeat(99),
      type: 'I',
      subject: octets`s`.repeat(99),
    } as const;
    expect(parseIndexEntry(formatIndexEntry(long))).toEqual({
      ...long,
      userid: 'u'.repeat(75),
      subject: 's'.repeat(94),
    });
  });

  it('are read from every row recorded, and written the same', () => {
    let rows = 0;
    for (const { command, response } of transcripts()
      .flatMap((t) => readTranscript(t))
      .flatMap((s) => [...commands(s)])) {
      if (!/^(?:INDX|EDIX)/i.test(command) || response.data === undefined) continue;
      for (const row of response.data) {
        // groggsd with debugging switched on sends such lines in the middle of data.
        if (row.startsWith('119 ')) continue;
        rows++;
        const parsed = parseIndexEntry(latin1(row));
        const capitals = row.slice(0, 17).toUpperCase() + row.slice(17);
        // A row that spurge cut with dots runs over by one blank.
        expect(formatIndexEntry(parsed)).toBe(capitals.slice(0, 199));
      }
    }
    expect(rows).toBeGreaterThan(150);
  });

  it('may lack the blanks at the end', () => {
    const e = {
      sequence: 3,
      time: 4,
      itemId: 'P3242146',
      userid: octets`ann`,
      type: 'R',
      subject: octets`Re`,
    } as const;
    expect(parseIndexEntry(trimmedEnd(formatIndexEntry(e)))).toEqual(e);
    expect(
      parseIndexEntry(trimmedEnd(formatIndexEntry({ ...e, type: 'M', itemId: undefined, subject: octets`` }))),
    ).toMatchObject({
      type: 'M',
      itemId: undefined,
      subject: '',
    });
  });

  it.each([
    ['empty', ''],
    ['no row', '410 There is no message of the day.'],
    [
      'a sequence that is no number',
      formatIndexEntry({
        sequence: 1,
        time: 2,
        itemId: 'A0000000',
        userid: octets`u`,
        type: 'I',
        subject: octets`s`,
      }).replace('0', 'x'),
    ],
    ['an unknown type', `${' '.repeat(103)}X`],
    [
      'no item id where there must be one',
      formatIndexEntry({ sequence: 1, time: 2, itemId: undefined, userid: octets`u`, type: 'R', subject: octets`s` }),
    ],
  ])('are refused: %s', (_, row) => {
    expect(() => parseIndexEntry(latin1(row))).toThrow(RgtpFormatError);
  });

  it('name the row at fault, escaped and cut', () => {
    expect(() => parseIndexEntry(octets`bad\x1b[2J`)).toThrow('malformed index row: "bad\\x1b[2J"');
    expect(() => parseIndexEntry(latin1('x'.repeat(1000)))).toThrow(/^malformed index row: "x{200}" \(1000 octets\)$/);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { closeDirections, showsNothing, turnsText } from '../../src/news/deceptive.ts';

test.each([
  '',
  ' ',
  '\u00a0',
  '\u200b\u200d',
  '\ufeff',
  '\u00ad',
  '\u3164',
  '\u2800',
  '\u202e\u202c',
  '\ufe0f',
  '\t\x07',
])('%j shows nothing', (text) => {
  expect(showsNothing(text)).toBe(true);
  expect(showsNothing(`${text}a`)).toBe(false);
});

describe('directions', () => {
  test.each([
    ['\u202eabc', '\u202c'],
    ['\u2067a\u202eb', '\u202c\u2069'],
    ['\u202ea\u2067b\u2069', '\u202c'],
    ['\u2067a\u202eb\u2069', ''],
    ['\u202aa\u202c', ''],
    ['plain', ''],
    ['\u202c\u2069', ''],
  ])('%j is closed by %j', (text, closers) => {
    expect(closeDirections(text)).toBe(text + closers);
  });

  test.each([
    ['\u202eabc\u202c', '\u202e'],
    ['a\u202db', '\u202d'],
    ['a\u2067b', '\u2067'],
    ['a\u2067b\u2069', undefined],
    ['\u202aa\u202c', undefined],
    ['שלום', undefined],
  ])('%j turns text: %j', (text, character) => {
    expect(turnsText(text)).toBe(character);
  });

  test('what is closed already is not closed again', () => {
    const text = fc.string({
      unit: fc.constantFrom(
        'a',
        '\u202a',
        '\u202b',
        '\u202c',
        '\u202d',
        '\u202e',
        '\u2066',
        '\u2067',
        '\u2068',
        '\u2069',
      ),
    });
    fc.assert(
      fc.property(text, (t) => {
        expect(closeDirections(closeDirections(t))).toBe(closeDirections(t));
      }),
    );
  });
});

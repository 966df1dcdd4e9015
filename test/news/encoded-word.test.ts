import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeWords, encodeText, encodeWords } from '../../src/news/encoded-word.ts';
import { stripControls } from '../../src/wire/charset.ts';
import { latin1 } from '../../src/wire/octets.ts';
import { CharsetError } from '../../src/wire/undeclared-charset.ts';

const text = fc.string({ unit: 'binary', maxLength: 120 }).map(stripControls);

describe('encodeText', () => {
  test('leaves plain text as it is', () => {
    expect(encodeText('Re: the great marmalade debate')).toBe('Re: the great marmalade debate');
  });

  test('encodes from the first to the last word that needs it', () => {
    expect(encodeText('Re: voilà un été à Cambridge')).toBe(
      'Re: =?UTF-8?Q?voil=C3=A0_un_=C3=A9t=C3=A9_=C3=A0?= Cambridge',
    );
  });

  test('encodes what would read as an encoded word', () => {
    expect(decodeWords(latin1(encodeText('=?UTF-8?Q?x?=')))).toBe('=?UTF-8?Q?x?=');
    expect(encodeText('=?UTF-8?Q?x?=')).not.toBe('=?UTF-8?Q?x?=');
  });

  test('uses base64 where little would stay readable', () => {
    expect(encodeText('Ελλάδα')).toBe('=?UTF-8?B?zpXOu867zqzOtM6x?=');
  });

  test('any text: ASCII, words of at most 75 characters, and the same text back', () => {
    fc.assert(
      fc.property(text, (t) => {
        const encoded = encodeText(t);
        expect(encoded).toMatch(/^[ -~]*$/);
        for (const word of encoded.match(/=\?\S*/g) ?? []) expect(word.length).toBeLessThanOrEqual(75);
        expect(decodeWords(latin1(encoded))).toBe(t.toWellFormed());
      }),
    );
  });

  test('each word holds whole characters', () => {
    fc.assert(
      fc.property(text, (t) => {
        const parts = encodeWords(t)
          .split(' ')
          .map((word) => decodeWords(latin1(word)));
        expect(parts.join('')).toBe(t.toWellFormed());
      }),
    );
  });
});

describe('decodeWords', () => {
  // RFC 2047 §8.
  test.each([
    ['=?ISO-8859-1?Q?a?=', 'a'],
    ['=?ISO-8859-1?Q?a?= b', 'a b'],
    ['=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=', 'ab'],
    ['=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=', 'ab'],
    ['=?ISO-8859-1?Q?a_b?=', 'a b'],
    ['=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=', 'a b'],
    ['=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>', 'Keith Moore <moore@cs.utk.edu>'],
    [
      '=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?= =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=',
      'If you can read this you understand the example.',
    ],
  ])('%s', (encoded, expected) => expect(decodeWords(latin1(encoded))).toBe(expected));

  test.each([
    ['a language', '=?ISO-8859-1*en?Q?caf=E9?=', 'café'],
    ['a character split between two words', '=?utf-8?Q?=C3?= =?utf-8?Q?=A9?=', 'é'],
    ['blanks in the word', '=?UTF-8?Q?a b?=', 'a b'],
    ['a raw octet in a word', '=?iso-8859-1?Q?Fr\xf6sche?=', 'Frösche'],
    ['UTF-8 in a word of another set', '=?iso-8859-1?Q?Fr=C3=B6sche?=', 'Frösche'],
    ['8-bit around a word', '\xa3 =?utf-8?Q?=E2=82=AC?= \xa3', '£ € £'],
    ['base64 that is none', '=?utf-8?B?a-b?=', '=?utf-8?B?a-b?='],
    ['no word at all', '=? =?a =?UTF-8?X?b?= é', '=? =?a =?UTF-8?X?b?= é'],
    ['question marks in the Q encoding', '=?utf-8?Q?why?_so?? =C3=A9??=', 'why? so?? é?'],
    ['a word without an end before another', '=?utf-8?Q?caf =?utf-8?Q?=C3=A9?=', '=?utf-8?Q?caf é'],
    ['base64 folded with a tab', '=?utf-8?B?w6nDqcOp\tw6k=?=', 'éééé'],
    ['Q folded within a character', '=?utf-8?Q?caf=C3 =A9?=', 'café'],
    ['base64 split anywhere', '=?utf-8?B?5byg5L?= =?utf-8?B?iA5YW1?=', '张一兵'],
    ['base64 without padding', '=?utf-8?B?w6k?= =?utf-8?B?w6k?=', 'éé'],
    ['both encodings and two names of a set', '=?utf-8?Q?=C3?= =?UTF8?B?qQ==?=', 'é'],
    ['words that each return to ASCII', '=?ISO-2022-JP?B?GyRCRnwbKEI=?= =?iso-2022-jp?B?GyRCS1wbKEI=?=', '日本'],
    ['words cut within an escape', '=?iso-2022-jp?Q?=1B=24BF|=1B=28Ba=1B=24?= =?iso-2022-jp?Q?BK=5C=1B=28B?=', '日a本'],
    ['the alias slrn uses', '=?utf8?B?w6k=?=', 'é'],
  ])('lives with %s', (_, encoded, expected) => expect(decodeWords(latin1(encoded))).toBe(expected));

  test.each([
    ['=?x-none?Q?b?=', 'the character set "x-none" is not known here'],
    ['=?gb2312?B?u+HS6dTa0MfG2rb/?=', 'declared to be gb2312, and is not'],
    ['=?utf-8?Q?=E2=82?=', 'declared to be UTF-8, and is not'],
    ['=?utf-8?B?YWJjZ?=', 'an encoded word is cut short'],
    ['=?utf-8?B?YWJjZ?= =?utf-8?B?YQ==?=', 'an encoded word is cut short'],
  ])('throws for %s', (encoded, reason) => {
    expect(() => decodeWords(latin1(encoded))).toThrow(CharsetError);
    expect(() => decodeWords(latin1(encoded))).toThrow(reason);
  });

  test('any text: never throws, plain text unchanged', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('=', '?', 'Q', 'B', 'b', ' ', 'utf-8', 'é', '_', '=3D') }), (t) => {
        const decoded = decodeWords(latin1(t));
        if (!t.includes('=?')) expect(decoded).toBe(t);
      }),
    );
  });
});

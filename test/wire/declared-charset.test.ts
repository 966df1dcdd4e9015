import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { CharsetError, decodeDeclared, decodeUndeclared, guessText } from '../../src/wire/declared-charset.ts';

const bytes = (octets: string) => Buffer.from(octets, 'latin1');
const utf8 = (text: string) => Buffer.from(text);

describe('decodeDeclared', () => {
  test.each([
    ['utf-8', utf8('naïve €'), 'naïve €'],
    ['UTF8', utf8('☃'), '☃'],
    ['utf8mb4', utf8('☃'), '☃'],
    ['utf-8', bytes('caf\xe9'), 'café'],
    ['latin-1', bytes('\x93caf\xe9\x94'), '“café”'],
    ['iso-8859-1', bytes('\x80'), '€'],
    ['iso-8859-1', utf8('é'), 'é'],
    ['koi8-r', bytes('\xf0\xd2\xc9'), 'При'],
    ['koi8-r', bytes('\xc2\x80'), 'б─'],
    ['cp850', bytes('\x82'), 'é'],
    ['IBM437', bytes('\x82'), 'é'],
    ['646', bytes('x'), 'x'],
    ['', utf8('é'), 'é'],
    ['x-unknown', bytes('\xe9'), 'é'],
    ['gb2312', bytes('\xbb\xe1\xd2\xe9'), '会议'],
    ['cp936', bytes('\xbb\xe1\xd2\xe9'), '会议'],
    ['uhc', bytes('\xc7\xd1'), '한'],
    ['ujis', bytes('\xc6\xfc'), '日'],
    ['cp932', bytes('\x93\xfa'), '日'],
    ['jis', bytes('\x1b$BF|\x1b(B'), '日'],
    ['utf-16', bytes('\xff\xfeh\0i\0'), 'hi'],
    ['utf-16be', bytes('\0h\0i'), 'hi'],
    ['utf-16', utf8('hello'), 'hello'],
    ['utf-7', bytes('caf+AOk-'), 'café'],
    ['iso-2022-jp', utf8('日'), '日'],
    ['"utf-8"', utf8('é'), 'é'],
  ])('%s %j', (label, octets, text) => {
    expect(decodeDeclared(octets, label)).toBe(text);
  });

  test.each([
    ['klingon', bytes('x'), 'the character set "klingon" is not known here'],
    ['hex', bytes('6162'), 'is not known here'],
    ['base64', bytes('YQ=='), 'is not known here'],
    ['iso-2022-kr', bytes('x'), 'is not known here'],
    [`x${'y'.repeat(1000)}`, bytes('x'), '…" is not known here'],
    ['gb2312', bytes('\xbb\xe1\xff\xff'), 'declared to be gb2312, and is not'],
    ['shift_jis', bytes('\xf0\x40'), 'declared to be shift_jis, and is not'],
    ['euc-jp', bytes('\xa4'), 'declared to be euc-jp, and is not'],
    ['windows-1255', bytes('\xd9'), 'declared to be windows-1255, and is not'],
    ['utf-8', bytes('\xe4\xbb'), 'declared to be UTF-8, and is not'],
    ['utf-8', bytes('\xe4\xbb\x8a\xe6'), 'declared to be UTF-8, and is not'],
    ['gb2312', bytes('\xc4\xa3'), 'could be gb2312 as declared, or UTF-8'],
  ])('refuses %s %j', (label, octets, reason) => {
    expect(() => decodeDeclared(octets, label)).toThrow(CharsetError);
    expect(() => decodeDeclared(octets, label)).toThrow(reason);
  });

  const labels = [
    '',
    'utf-8',
    'iso-8859-1',
    'koi8-r',
    'cp850',
    'gb2312',
    'gb18030',
    'big5',
    'euc-kr',
    'euc-jp',
    'shift_jis',
    'iso-2022-jp',
    'utf-16',
    'utf-7',
    'utf-32',
    'x-none',
  ];
  it('gives text or CharsetError, and makes no character up', () => {
    fc.assert(
      fc.property(fc.constantFrom(...labels), fc.uint8Array({ maxLength: 40 }), (label, octets) => {
        try {
          const text = decodeDeclared(octets, label);
          expect(text.isWellFormed()).toBe(true);
          if (!guessText(octets).includes('\ufffd')) expect(text).not.toContain('\ufffd');
        } catch (error) {
          expect(error).toBeInstanceOf(CharsetError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('reads any UTF-8 as UTF-8, whatever was declared', () => {
    const text = fc.string({ unit: fc.constantFrom('a', ' ', 'é', 'ж', '日', '본', '€'), minLength: 1 });
    fc.assert(
      fc.property(fc.constantFrom(...labels.slice(0, -1)), text, (label, written) => {
        const sent = `${written} 日本語`;
        expect(decodeDeclared(utf8(sent), label)).toBe(sent);
      }),
    );
  });
});

describe('decodeUndeclared', () => {
  test.each([
    [utf8('é'), 'é'],
    [bytes('\x93CAF\xc9\x94'), '“CAFÉ”'],
    [bytes('äöüÄÖÜß mit Text'), 'äöüÄÖÜß mit Text'],
    [bytes('\x1b$BF|\x1b(B'), '日'],
  ])('%j', (octets, text) => expect(decodeUndeclared(octets)).toBe(text));

  test.each([
    [bytes('\xe4\xbb\x8a\xe6 x'), 'damaged UTF-8'],
    [bytes('\xc3\xa9 \xc3\xa9 \xff'), 'UTF-8 with a stray octet'],
    [bytes('\x81'), 'an octet that windows-1252 has not'],
    [bytes('\xcf\xf0\xe8\xe2\xe5\xf2\xec\xe8\xf0'), 'Cyrillic'],
    [bytes('\x1b$(Q9!'), 'an escape of an unknown set'],
  ])('refuses %j: %s', (octets) => expect(() => decodeUndeclared(octets)).toThrow(CharsetError));
});

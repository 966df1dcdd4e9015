import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { decodeDeclared } from '../../src/wire/declared-charset.ts';
import { CharsetError, decodeUndeclared, guessText } from '../../src/wire/undeclared-charset.ts';

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
    ['utf-8//translit', utf8('é'), 'é'],
    ['x-user-defined', bytes('\xe9'), 'é'],
    // Two escapes in a row: neighbouring encoded words are joined.
    ['iso-2022-jp', bytes('\x1b$BF|\x1b(B\x1b$BK\\\x1b(B'), '日本'],
    ['iso-2022-jp', bytes('\x1b$BF|\r\n\x1b$BK\\\x1b(B'), '日\r\n本'],
    ['iso-2022-jp', bytes('\x1b$B-!\x1b(J\\~\x1b(I1B'), '①¥‾ｱﾂ'],
    ['iso-2022-jp-1', bytes('\x1b$(D0!\x1b(B'), '丂'],
    ['iso-2022-kr', bytes('\x1b$)C\x0eGQ1[\x0f x'), '한글 x'],
    ['hz-gb-2312', bytes('~{;aRi~} a~~b~\nc'), '会议 a~bc'],
    ['euc-kr', bytes('\x8cc\xb9\xe6\xb0\xa2\xc7\xcf'), '똠방각하'],
    ['ks_c_5601-1987', bytes('\x8cc'), '똠'],
    ['big5', bytes('\xa4\xa4\x87\x40'), '中䏰'],
    ['shift_jis', bytes('\x87\x40\xfb\xfc'), '①髙'],
    ['iso-8859-2', bytes('\x93a\x94'), '“a”'],
    ['utf-16', bytes('\0h\0i'), 'hi'],
    ['unicode-1-1-utf-7', bytes('1 +- 1 +2D3eAA-'), '1 + 1 😀'],
  ])('%s %j', (label, octets, text) => {
    expect(decodeDeclared(octets, label)).toBe(text);
  });

  test.each([
    ['klingon', bytes('x'), 'the character set "klingon" is not known here'],
    ['hex', bytes('6162'), 'is not known here'],
    ['base64', bytes('YQ=='), 'is not known here'],
    ['iso-2022-cn', bytes('x'), 'is not known here'],
    [`x${'y'.repeat(1000)}`, bytes('x'), '…" is not known here'],
    ['gb2312', bytes('\xbb\xe1\xff\xff'), 'declared to be gb2312, and is not'],
    ['shift_jis', bytes('\xf0\x40'), 'declared to be shift_jis, and is not'],
    ['euc-jp', bytes('\xa4'), 'declared to be euc-jp, and is not'],
    ['windows-1255', bytes('\xd9'), 'declared to be windows-1255, and is not'],
    ['utf-8', bytes('\xe4\xbb'), 'declared to be UTF-8, and is not'],
    ['utf-8', bytes('\xe4\xbb\x8a\xe6'), 'declared to be UTF-8, and is not'],
    ['gb2312', bytes('\xc4\xa3'), 'could be gb2312 as declared, or UTF-8'],
    ['gb2312', bytes('\xc4\xb3\xc4\xb3\xc4\xb3'), 'could be gb2312 as declared, or UTF-8'],
    ['euc-kr', bytes('\xc9\xa1'), 'could be cp949 as declared, or UTF-8'],
    ['utf-8', bytes('\xc0\xaf'), 'declared to be UTF-8, and is not'],
    ['iso-2022-jp', bytes('\x1b$BF|\nabc'), 'declared to be iso-2022-jp, and is not'],
    ['iso-2022-jp', bytes('\x1b$BF\x1b(B'), 'declared to be iso-2022-jp, and is not'],
    ['iso-2022-jp', bytes('\x1b$B~~\x1b(B'), 'declared to be iso-2022-jp, and is not'],
    ['hz', bytes('a ~ b'), 'declared to be hz, and is not'],
    ['euc-kr', bytes('\xc7\xd1\xb1'), 'declared to be euc-kr, and is not'],
    ['windows-1250', bytes('a\x83'), 'declared to be windows-1250, and is not'],
    ['windows-1251', bytes('a\x98'), 'declared to be windows-1251, and is not'],
    ['windows-1253', bytes('a\x8a'), 'declared to be windows-1253, and is not'],
    ['windows-874', bytes('a\x82'), 'declared to be windows-874, and is not'],
    ['iso-8859-1', bytes('a\x9d'), 'declared to be iso-8859-1, and is not'],
    ['iso-8859-2', bytes('m\x9c'), 'declared to be iso-8859-2, and is not'],
    ['shift_jis', bytes('\x80'), 'declared to be shift_jis, and is not'],
    ['utf-16', bytes('\x4f\x1a\x8b\xae'), 'declared to be utf-16, and is not'],
    ['utf-16', bytes('\xff\xfea\0b'), 'declared to be utf-16, and is not'],
    ['utf-32', bytes('A\0\0\0\xe9\0\0'), 'declared to be utf-32, and is not'],
    ['utf-7', bytes('C++ and 1 + 1'), 'declared to be utf-7, and is not'],
    ['utf-7', bytes('+AOk'.slice(0, 3)), 'declared to be utf-7, and is not'],
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
    [bytes('\x1b$)C\x0eGQ\x0f'), '한'],
    [bytes('\xe4\xf6\xfc\xdf'), 'äöüß'],
    [bytes('H\xe4\xe4y\xf6aie, \xc4\xe4\xe4h!'), 'Hääyöaie, Äääh!'],
    [bytes('\xabCr\xe9\xe9e \xe0 l\xb4\xc9t\xe9\xbb'), '«Créée à l´Été»'],
    [bytes('\x96\x84\xdcber uns\x93: 5\xa0\xa0\xa0\xa0\x80'), '–„Über uns“: 5\xa0\xa0\xa0\xa0€'],
    [bytes('Poblacht na h\xc9ireann, 20 \xb0C, m\xb2'), 'Poblacht na hÉireann, 20 °C, m²'],
  ])('%j', (octets, text) => expect(decodeUndeclared(octets)).toBe(text));

  test.each([
    [bytes('\xe4\xbb\x8a\xe6 x'), 'damaged UTF-8'],
    [bytes('\xc3\xa9 \xc3\xa9 \xff'), 'UTF-8 with a stray octet'],
    [bytes('\x81'), 'an octet that windows-1252 has not'],
    [bytes('\xcf\xf0\xe8\xe2\xe5\xf2\xec\xe8\xf0'), 'Cyrillic'],
    [bytes('\x1b$(Q9!'), 'an escape of an unknown set'],
    [bytes('\xf0\xd2\xc9\xd7\xc5\xd4'), 'a word of KOI8-R'],
    [bytes('\xcf\xf0\xe8\xe2\xe5\xf2'), 'a word of windows-1251'],
    [bytes('\xbb\xe1\xd2\xe9'), 'a word of GB 2312'],
    [bytes('\x89\xef\x8b\x63'), 'a word of Shift_JIS'],
    [bytes('\xc7\xd1\xb1\xdb'), 'a word of EUC-KR'],
    [bytes('\xf9\xec\xe5\xed'), 'a word of windows-1255'],
    [bytes('Za\xbf\xf3\xb3\xe6'), 'a word of ISO 8859-2'],
    [bytes('d\x82j\x85'), 'a word of code page 850'],
    [bytes('f\x9fr'), 'a word of Macintosh'],
  ])('refuses %j: %s', (octets) => expect(() => decodeUndeclared(octets)).toThrow(CharsetError));
});

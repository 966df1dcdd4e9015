import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseProxyHeader } from '../../src/nntp/connection/proxy-protocol.ts';
import { afterTwoWords, lineText, wordsOf } from '../../src/nntp/syntax/command-line.ts';
import { parseDateTime } from '../../src/nntp/syntax/date-time.ts';
import { isMessageId } from '../../src/nntp/syntax/message-id.ts';
import { MAX_NUMBER, parseNumber, parseRange } from '../../src/nntp/syntax/range.ts';
import { addressKey, plainAddress } from '../../src/wire/address.ts';

describe('ranges (RFC 3977 §6.1.2.2)', () => {
  test.each([
    ['7', { low: 7, high: 7 }],
    ['7-', { low: 7, high: MAX_NUMBER }],
    ['7-9', { low: 7, high: 9 }],
    ['9-7', { low: 9, high: 7 }],
    ['0000000000000007-0', { low: 7, high: 0 }],
    ['9007199254740991', { low: 9007199254740991, high: 9007199254740991 }],
  ])('%s', (text, range) => expect(parseRange(text)).toEqual(range));

  test.each(['', '-', '-7', '7-9-', 'a', '7-a', '7 -9', '+7', '7.0', '12345678901234567', '٣'])('not "%s"', (text) => {
    expect(parseRange(text)).toBeUndefined();
  });

  test('whatever is a number reads as it', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (n) => {
        expect(parseNumber(String(n))).toBe(String(n).length > 16 ? undefined : n);
      }),
    );
  });
});

describe('message-ids (RFC 3977 §3.6)', () => {
  test.each(['<a>', '<a@b>', '<<@b>', `<${'x'.repeat(248)}>`])('%s', (text) => expect(isMessageId(text)).toBe(true));
  test.each(['', '<>', 'a@b', '<a@b', 'a@b>', '<a>b>', '<a b>', '<é@b>', `<${'x'.repeat(249)}>`])('not %s', (text) => {
    expect(isMessageId(text)).toBe(false);
  });
});

describe('dates (RFC 3977 §7.3.2)', () => {
  const now = Date.UTC(2026, 10, 21);
  const utc = (date: string, time: string) => parseDateTime(date, time, false, now);

  test('years of two digits are not in the future', () => {
    expect(utc('260101', '000000')).toBe(Date.UTC(2026, 0, 1) / 1000);
    expect(utc('270101', '000000')).toBe(Date.UTC(1927, 0, 1) / 1000);
    expect(utc('991231', '235959')).toBe(Date.UTC(1999, 11, 31, 23, 59, 59) / 1000);
    expect(utc('000101', '000000')).toBe(Date.UTC(2000, 0, 1) / 1000);
  });

  test('leap days and leap seconds', () => {
    expect(utc('20240229', '000000')).toBe(Date.UTC(2024, 1, 29) / 1000);
    expect(utc('20230229', '000000')).toBeUndefined();
    expect(utc('19000229', '000000')).toBeUndefined();
    expect(utc('20161231', '235960')).toBe(Date.UTC(2017, 0, 1) / 1000);
    expect(utc('20161231', '235961')).toBeUndefined();
  });

  test('every moment of the last two centuries is read back', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1900-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }),
        (date) => {
          const digits = date.toISOString().replace(/\D/g, '').slice(0, 14);
          expect(utc(digits.slice(0, 8), digits.slice(8))).toBe(Math.floor(date.getTime() / 1000));
        },
      ),
    );
  });
});

describe('command lines (RFC 3977 §3.1)', () => {
  test('words', () => {
    expect(wordsOf('  a\t bc  ')).toEqual(['a', 'bc']);
    expect(wordsOf('')).toEqual([]);
    expect(wordsOf(' \t')).toEqual([]);
  });

  test('joined words are split again', () => {
    const word = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !/[ \t]/.test(text));
    const space = fc.constantFrom(' ', '\t', '  ', ' \t ');
    fc.assert(
      fc.property(fc.array(word), space, (words, between) => {
        expect(wordsOf(`${between}${words.join(between)}${between}`)).toEqual(words);
      }),
    );
  });

  test('what follows two words keeps its spaces', () => {
    expect(afterTwoWords(' AUTHINFO \t PASS  a b ')).toBe(' a b ');
    expect(afterTwoWords('AUTHINFO PASS')).toBe('');
  });

  test('no command may contain NUL; octets that are not UTF-8 are kept', () => {
    expect(lineText(Buffer.from('a\0b'))).toBeUndefined();
    expect(lineText(Buffer.from('grüße'))).toBe('grüße');
    expect(lineText(Buffer.from('grüße', 'latin1'))).toBe('grüße');
  });
});

test('addresses are counted as IPv4, or by /64 (limits)', () => {
  expect(plainAddress('::ffff:192.0.2.1')).toBe('192.0.2.1');
  expect(plainAddress('fe80::1%eth0')).toBe('fe80::1');
  expect(addressKey('::ffff:192.0.2.1')).toBe('192.0.2.1');
  expect(addressKey('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
  expect(addressKey('2001:DB8:1:2::1')).toBe('2001:db8:1:2::/64');
  expect(addressKey('2001:db8::1')).toBe('2001:db8:0:0::/64');
  expect(addressKey('::1')).toBe('0:0:0:0::/64');
});

describe('PROXY protocol v2', () => {
  const signature = '0d0a0d0a000d0a515549540a';
  const header = (rest: string): Buffer => Buffer.from(signature + rest, 'hex');
  const v4 = header('2111000cc0000201cb00710a8b350077');
  const v6 = header(`21210024${'20010db8000000000000000000000001'}${'20010db8000000000000000000000002'}8b350077`);

  test('says who is calling', () => {
    expect(parseProxyHeader(v4)).toEqual({ length: 28, address: '192.0.2.1', port: 35637 });
    expect(parseProxyHeader(v6)).toEqual({ length: 52, address: '2001:db8::1', port: 35637 });
    expect(parseProxyHeader(Buffer.concat([v4, Buffer.from('DATE\r\n')]))).toMatchObject({ length: 28 });
  });

  test('extensions are skipped; LOCAL and unknown families have no address', () => {
    expect(parseProxyHeader(header('21110010c0000201cb00710a8b350077deadbeef'))).toMatchObject({
      length: 32,
      address: '192.0.2.1',
    });
    expect(parseProxyHeader(header('20000000'))).toEqual({ length: 16, address: undefined, port: 0 });
    expect(parseProxyHeader(header('21000003616263'))).toEqual({ length: 19, address: undefined, port: 0 });
  });

  test('every beginning of a header is incomplete', () => {
    for (const whole of [v4, v6]) {
      for (let i = 0; i < whole.length; i++) expect(parseProxyHeader(whole.subarray(0, i))).toBe('incomplete');
    }
  });

  test('anything else is invalid', () => {
    expect(parseProxyHeader(Buffer.from('MODE READER\r\n'))).toBe('invalid');
    expect(parseProxyHeader(header('1111000c'))).toBe('invalid');
    expect(parseProxyHeader(header('2211000c'))).toBe('invalid');
    expect(parseProxyHeader(header('2111ffff'))).toBe('invalid');
    expect(parseProxyHeader(header('21110004c0000201'))).toBe('invalid');
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16 }), (bytes) => {
        expect(['invalid', 'incomplete']).toContain(parseProxyHeader(Buffer.from(bytes)));
      }),
    );
  });
});

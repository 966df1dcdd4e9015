import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bodyOf, clip, plainBodyOf } from '../../src/news/body.ts';
import { formatDate } from '../../src/news/date.ts';
import { overviewLine } from '../../src/news/overview.ts';
import { formatReferences } from '../../src/news/references.ts';
import { headLength, renderArticle } from '../../src/news/render.ts';
import { stripControls } from '../../src/wire/charset.ts';

describe('formatDate', () => {
  test.each([
    [0, 'Thu, 01 Jan 1970 00:00:00 +0000'],
    [1740816000, 'Sat, 01 Mar 2025 08:00:00 +0000'],
    [0xffffffff, 'Sun, 07 Feb 2106 06:28:15 +0000'],
  ])('%j', (time, expected) => expect(formatDate(time)).toBe(expected));

  test('agrees with JavaScript’s', () => {
    fc.assert(
      fc.property(fc.nat({ max: 0xffffffff }), (time) => {
        expect(formatDate(time)).toBe(new Date(time * 1000).toUTCString().replace('GMT', '+0000'));
      }),
    );
  });
});

describe('renderArticle', () => {
  const header = 'Subject: a\r\n\r\n';

  test.each([
    [[], '.\r\n'],
    [[''], '\r\n.\r\n'],
    [['a', '.', '..b', '', '. c'], 'a\r\n..\r\n...b\r\n\r\n.. c\r\n.\r\n'],
    [['.a'], '..a\r\n.\r\n'],
    [['\u2028.é'], '\u2028.é\r\n.\r\n'],
  ])('%j', (lines, expected) => {
    const article = renderArticle(7, '<a@b>', header, bodyOf(lines));
    expect(plainBodyOf(lines) ?? bodyOf(lines)).toEqual(bodyOf(lines));
    expect(article.bytes.toString()).toBe(`Subject: a\r\n\r\n${expected}`);
    expect(article.bytes.subarray(article.bodyStart).toString()).toBe(expected);
    expect(article.answer?.toString()).toBe(`220 7 <a@b>\r\n${article.bytes}`);
  });

  test('any text: as many octets and lines as it says, none too long, nothing lost', () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 100 }),
      fc
        .tuple(fc.constantFrom('.', 'a é', 'é', '\u{1F600}'), fc.integer({ min: 300, max: 3000 }))
        .map(([text, times]) => text.repeat(times)),
    );
    fc.assert(
      fc.property(
        fc.array(
          line.map((l) => stripControls(l).toWellFormed()),
          { maxLength: 8 },
        ),
        (lines) => {
          const body = bodyOf(lines);
          expect(plainBodyOf(lines) ?? body).toEqual(body);
          const { bytes, bodyStart } = renderArticle(7, '<a@b>', header, body);
          const sent = bytes.subarray(bodyStart).toString();
          expect(sent.endsWith('.\r\n')).toBe(true);
          const received = sent.slice(0, -3).replace(/(^|\r\n)\./g, '$1');
          expect(Buffer.byteLength(received)).toBe(body.octets);
          expect(received.split('\r\n').length - 1).toBe(body.lines);
          expect(Math.max(...received.split('\r\n').map((l) => Buffer.byteLength(l)))).toBeLessThanOrEqual(998);
          expect(received.replaceAll('\r\n', '')).toBe(lines.join(''));
          if (lines.every((l) => l.length < 300)) expect(body.lines).toBe(lines.length);
        },
      ),
    );
  });

  test('only printable ASCII is plain', () => {
    expect(plainBodyOf(['a', '~ ', ''])).toEqual(bodyOf(['a', '~ ', '']));
    for (const line of ['é', '\t', '\r', '\n', '\x7f']) expect(plainBodyOf(['a', line])).toBeUndefined();
    expect(plainBodyOf(['a'.repeat(2500)])).toEqual(bodyOf(['a'.repeat(2500)]));
  });

  test('folds a long line at a blank where there is one', () => {
    const body = bodyOf([`${'a'.repeat(600)} ${'b'.repeat(600)}`]);
    expect(body.text).toBe(`${'a'.repeat(600)} \r\n${'b'.repeat(600)}\r\n`);
    expect(body.lines).toBe(2);
  });
});

test('clip splits no character', () => {
  expect(clip('aé', 2)).toBe('a');
  expect(clip('aé', 3)).toBe('aé');
  expect(clip('\u{1F600}', 3)).toBe('');
  expect(clip('abc', 9)).toBe('abc');
});

test('a header is as long as it is with the empty line', () => {
  const fields = [
    ['A', 'b'],
    ['C', 'd'],
  ] as const;
  expect(headLength(fields)).toBe('A: b\r\nC: d\r\n\r\n'.length);
});

describe('formatReferences', () => {
  const id = (n: number) => `<${String(n).padStart(40, '0')}@example.org>`;

  test('keeps all that fit one line', () => {
    expect(formatReferences([id(1), id(2)])).toBe(`${id(1)} ${id(2)}`);
  });

  test('keeps the first and the last of more (RFC 5537 §3.4.4)', () => {
    const ids = Array.from({ length: 100 }, (_, n) => id(n));
    const kept = formatReferences(ids).split(' ');
    expect(`References: ${kept.join(' ')}`.length).toBeLessThanOrEqual(998);
    expect(kept[0]).toBe(id(0));
    expect(kept.slice(1)).toEqual(ids.slice(-(kept.length - 1)));
    expect(kept.length).toBeGreaterThan(15);
  });
});

test('overviewLine', () => {
  const fields = Object.entries({
    From: 'f',
    Subject: 's',
    Date: 'd',
    'Message-ID': '<m@x>',
    'X-Other': 'o',
    Xref: 'h g:1',
  });
  expect(overviewLine(1, fields, { bytes: 100, lines: 3 })).toBe('1\ts\tf\td\t<m@x>\t\t100\t3\tXref: h g:1\r\n');
  expect(overviewLine(1, [...fields, ['References', '<r@x>']], undefined)).toContain('\t<r@x>\t\t\tXref:');
});

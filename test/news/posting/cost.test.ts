/** The work that hostile articles cause is bounded by what a board takes, not by their size: counted, not timed. */
import iconv from 'iconv-lite';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { groggsLimits } from '../../../src/news/posting/board-limits.ts';
import { boardGrogname, boardLines, boardSubject } from '../../../src/news/posting/board-text.ts';
import { PostingError } from '../../../src/news/posting/error.ts';
import { readPosting } from '../../../src/news/posting/posting.ts';
import { withoutRe } from '../../../src/news/posting/subject.ts';
import { oneCharset } from '../../../src/wire/charset.ts';
import { hostileArticles } from './hostile-articles.ts';

afterEach(() => vi.restoreAllMocks());

/** Units of text that went through code that is slow or could be quadratic. */
function counted(): { readonly units: () => number } {
  let units = 0;
  const normalize = String.prototype.normalize;
  vi.spyOn(String.prototype, 'normalize').mockImplementation(function (this: string, form) {
    units += this.length;
    return normalize.call(this, form);
  });
  const segment = Intl.Segmenter.prototype.segment;
  vi.spyOn(Intl.Segmenter.prototype, 'segment').mockImplementation(function (this: Intl.Segmenter, text) {
    units += text.length;
    return segment.call(this, text);
  });
  const decode = TextDecoder.prototype.decode;
  vi.spyOn(TextDecoder.prototype, 'decode').mockImplementation(function (
    this: InstanceType<typeof TextDecoder>,
    octets,
    options,
  ) {
    units += octets?.byteLength ?? 0;
    return decode.call(this, octets, options);
  });
  return { units: () => units };
}

function post(text: string): string {
  try {
    const { from, subject, text: lines } = readPosting(Buffer.from(text), { now: Date.now(), feed: false });
    const charset = oneCharset([from.name, subject, lines.map((line) => line.text).join('\n')], 'auto');
    boardLines(lines, charset, groggsLimits, 'contribution');
    boardGrogname(from.name, charset, groggsLimits);
    boardSubject(withoutRe(subject), charset, groggsLimits);
    return 'posted';
  } catch (error) {
    if (error instanceof PostingError) return error.message;
    throw error;
  }
}

/** Several passes over what might still fit: 28,000 octets of text, and some kilobytes of header. */
const MOST = 200_000;

describe('what hostile articles cost', () => {
  test.each(Object.keys(hostileArticles))('%s', (name) => {
    const { units } = counted();
    post(hostileArticles[name] ?? '');
    expect(units()).toBeLessThan(MOST);
  });

  test.each(['ISO-2022-JP runs', 'ISO-2022-KR runs', 'HZ runs', 'UTF-7 runs'])('no decoder for each of %s', (name) => {
    const decode = vi.spyOn(iconv, 'decode');
    post(hostileArticles[name] ?? '');
    expect(decode.mock.calls.length).toBeLessThan(10);
  });

  test.each(['combining marks', 'flowed a', 'plain lines', 'one line', 'blanks', 'qp soft', 'base64 1M', 'near marks'])(
    '%s: refused from the size of the text',
    (name) => {
      const { units } = counted();
      expect(post(hostileArticles[name] ?? '')).toMatch(
        /^the text is \d{6,7} octets long; the board takes 7000 at most$/,
      );
      expect(units()).toBeLessThan(1000);
    },
  );

  test('what is beside the text is not decoded', () => {
    const { units } = counted();
    expect(post(hostileArticles['HTML beside'] ?? '')).toBe('posted');
    expect(units()).toBeLessThan(1000);
  });

  test('normalising sees no more marks in a row than are linear', () => {
    const longest: number[] = [];
    const normalize = String.prototype.normalize;
    vi.spyOn(String.prototype, 'normalize').mockImplementation(function (this: string, form) {
      longest.push(...Array.from(this.matchAll(/\p{M}+/gu), ([marks]) => marks.length));
      return normalize.call(this, form);
    });
    for (const name of ['combining marks', '30 marks, 7000 octets', 'marks in subject'])
      post(hostileArticles[name] ?? '');
    post(`From: a@b.example\nNewsgroups: a.b\nSubject: x\n\na${'\u0301'.repeat(3000)}\n`);
    post(`From: a@b.example\nNewsgroups: a.b\nSubject: a${'\u0301'.repeat(1500)}\n\nx\n`);
    post(`From: a${'\u0301'.repeat(1500)} <a@b.example>\nNewsgroups: a.b\nSubject: x\n\nx\n`);
    expect(Math.max(0, ...longest)).toBeLessThanOrEqual(30);
  });
});

import { expect } from 'vitest';
import { decodeWords } from '../../../src/news/encoded-word.ts';
import { latin1 } from '../../../src/wire/octets.ts';
import type { Posted, ReadArticle } from '../../support/throw-away.ts';

/** What must become of an article: the JSON of `test/fixtures/posting/*.expect.md`. */
export interface Expectation {
  /** codes, any of which will do */
  readonly answer?: readonly string[];
  /** somewhere in the answer */
  readonly says?: string;
  readonly body?: string;
  readonly subject?: string;
  /** the name in From */
  readonly name?: string;
  /** a reply in the item of the article posted before */
  readonly in_root?: boolean;
  /** no short line within a paragraph */
  readonly no_comb?: boolean;
  readonly same_words?: boolean;
  /** characters as readers see them */
  readonly clusters?: boolean;
  /** nothing that turns the direction of text */
  readonly no_bidi?: boolean;
  /** one of these */
  readonly any?: readonly Expectation[];
}

/** Compares what was posted, and what it became, with what it should become. `sent`: the text as its author saw it. */
export function check(expected: Expectation, posted: Posted, sent: string, rootItem: string): void {
  if (expected.any !== undefined) {
    const failures = expected.any.map((one) => failure(() => check(one, posted, sent, rootItem)));
    expect(failures, `none of the alternatives: ${failures.join('\n')}`).toContain(undefined);
    return;
  }
  const { answer, article } = posted;
  if (expected.answer !== undefined) expect(expected.answer, answer).toContain(answer.slice(0, 3));
  if (expected.says !== undefined) expect(answer).toContain(expected.says);
  if (article === undefined) {
    expect(expected.answer ?? ['441'], answer).toContain('441');
    return;
  }
  sameOverBoth(article);
  if (expected.body !== undefined) expect(article.body.map((line) => `${line}\r\n`).join('')).toBe(expected.body);
  if (expected.subject !== undefined)
    expect(decodeWords(latin1(article.headers.get('subject') ?? ''))).toBe(expected.subject);
  if (expected.name !== undefined)
    expect(decodeWords(latin1(article.headers.get('from') ?? ''))).toContain(expected.name);
  if (expected.in_root === true) expect(article.headers.get('x-rgtp-item')).toBe(rootItem);
  if (expected.no_comb === true) expect(combs(article.body)).toEqual([]);
  if (expected.same_words === true) expect(wordsOf(article.body.join('\n'))).toEqual(wordsOf(sent));
  // Line by line: if they were joined, what was split would be whole again.
  if (expected.clusters === true)
    expect(article.body.flatMap(clustersOf)).toEqual(clustersOf(sent.replaceAll('\n', '')));
  if (expected.no_bidi === true) {
    for (const name of ['from', 'subject']) {
      expect(decodeWords(latin1(article.headers.get(name) ?? ''))).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    }
  }
}

/** NNTP and RGTP show one text, but for the blank that a board strips from a signature's separator. */
function sameOverBoth({ body, text }: ReadArticle): void {
  expect(body.map((line) => (line === '-- ' ? '--' : line))).toEqual(text);
}

/** Words in their order; quote marks are no words. */
export function wordsOf(text: string): string[] {
  return text.split(/[\s>]+/).filter((word) => word !== '');
}

/** Lines of less than 56 octets that another line of their paragraph follows. */
function combs(lines: readonly string[]): string[] {
  const depth = (line = '') => /^[ >]*/.exec(line)?.[0].replaceAll(' ', '').length ?? 0;
  const blank = (line = '') => line.replace(/[ >]/g, '') === '';
  return lines.filter((line, i) => {
    const next = lines[i + 1];
    const goesOn = next !== undefined && !blank(next) && !blank(line) && depth(next) === depth(line);
    return goesOn && Buffer.byteLength(line) < 56;
  });
}

function clustersOf(text: string): string[] {
  return Array.from(new Intl.Segmenter('und').segment(text), ({ segment }) => segment);
}

function failure(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

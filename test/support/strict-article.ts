/** A strict reader of articles, written from the RFCs and not from `src/news`: what it accepts, any newsreader can read. */
import { isUtf8 } from 'node:buffer';
import { expect } from 'vitest';
import type { RenderedArticle } from '../../src/nntp/backend.ts';

export interface StrictArticle {
  readonly headers: ReadonlyMap<string, string>;
  /** lines of the body, dots unstuffed */
  readonly body: readonly string[];
  /** octets without dot-stuffing and terminator */
  readonly octets: number;
}

const ATEXT = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const DOT_ATOM = `${ATEXT}(?:\\.${ATEXT})*`;
const QUOTED = '"(?:[ !#-[\\]-~]|\\\\[ -~])*"';
const ADDRESS = `(?:${DOT_ATOM}|${QUOTED})@${DOT_ATOM}`;
const PHRASE = `(?:${ATEXT}|${QUOTED})(?: (?:${ATEXT}|${QUOTED}))*`;
const FROM = new RegExp(`^(?:${ADDRESS}|${PHRASE} <${ADDRESS}>)$`);
const MESSAGE_ID = `<${DOT_ATOM}@${DOT_ATOM}>`;
const DATE =
  /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d \+0000$/;
const REQUIRED = [
  'Path',
  'From',
  'Newsgroups',
  'Subject',
  'Date',
  'Message-ID',
  'MIME-Version',
  'Content-Type',
  'Content-Transfer-Encoding',
  'Xref',
];

/** Reads an article as sent, asserting everything RFC 5536, 5322, 2047 and 3977 say about its form. */
export function readStrictly(article: RenderedArticle): StrictArticle {
  const { bytes, bodyStart } = article;
  expect(isUtf8(bytes)).toBe(true);
  expect(bytes.includes(0)).toBe(false);
  expect(bytes.subarray(-3).toString()).toBe('.\r\n');
  const whole = bytes.toString('latin1');
  expect(whole.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  for (const line of whole.split('\r\n')) expect(line.replace(/^\.\./, '.').length).toBeLessThanOrEqual(998);

  const head = whole.slice(0, bodyStart);
  expect(head.endsWith('\r\n\r\n')).toBe(true);
  expect(head.indexOf('\r\n\r\n')).toBe(bodyStart - 4);
  const headers = readHead(head.slice(0, -4).split('\r\n'));
  expect(headers.get('Message-ID')).toBe(article.messageId);
  const number = /:(\d+)$/.exec(headers.get('Xref') ?? '')?.[1];
  expect(article.answer?.toString('latin1')).toBe(`220 ${number} ${article.messageId}\r\n${whole}`);

  const stuffed = bytes.subarray(bodyStart).toString('utf8');
  expect(stuffed.endsWith('.\r\n')).toBe(true);
  const lines = stuffed.slice(0, -3).split('\r\n');
  expect(lines.pop()).toBe('');
  let doubled = 0;
  const body = lines.map((line) => {
    if (!line.startsWith('.')) return line;
    expect(line.startsWith('..')).toBe(true);
    doubled++;
    return line.slice(1);
  });
  return { headers, body, octets: bytes.length - 3 - doubled };
}

function readHead(lines: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    // RFC 5536 §2.2: a name, a colon, a space, and at least one character that is no white space.
    expect(line).toMatch(/^[A-Za-z0-9-]+: [!-~]([ -~]*[!-~])?$/);
    const colon = line.indexOf(': ');
    const name = line.slice(0, colon);
    expect(headers.has(name)).toBe(false);
    headers.set(name, line.slice(colon + 2));
    for (const word of line.match(/=\?\S*\?=/g) ?? []) {
      expect(word.length).toBeLessThanOrEqual(75);
      expect(word).toMatch(/^=\?UTF-8\?(Q\?[!->@-~]+|B\?[A-Za-z0-9+/]+=*)\?=$/);
    }
  }
  for (const name of REQUIRED) expect(headers.has(name), name).toBe(true);
  expect(headers.get('From')).toMatch(FROM);
  expect(headers.get('Date')).toMatch(DATE);
  expect(headers.get('Message-ID')).toMatch(new RegExp(`^${MESSAGE_ID}$`));
  expect(headers.get('Message-ID')?.length).toBeLessThanOrEqual(250);
  expect(headers.get('Content-Type')).toBe('text/plain; charset=UTF-8');
  expect(headers.get('Content-Transfer-Encoding')).toBe('8bit');
  if (headers.has('References'))
    expect(headers.get('References')).toMatch(new RegExp(`^${MESSAGE_ID}(?: ${MESSAGE_ID})*$`));
  return headers;
}

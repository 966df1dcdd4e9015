import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { collect, sessionWith } from '../support/front-end.ts';
import { rfcWorld } from '../support/rfc-world.ts';

const SESSION = [
  'MODE READER',
  'group  misc.test ',
  'STAT',
  'nonsense',
  `x${'y'.repeat(3000)}`,
  'ARTICLE 3000237',
  'POST',
  'Newsgroups: misc.test',
  'Subject: dots',
  '',
  '..',
  '..two',
  '.',
  'STAT <suggested.1@example.net>',
  'AUTHINFO USER alice',
  'AUTHINFO SASL PLAIN',
  Buffer.from('\0alice\0secret').toString('base64'),
  'OVER 3000234-3000238',
  'IHAVE <45223423@example.com>',
  'CHECK <45223423@example.com>',
  'TAKETHIS <split@example.com>',
  'Newsgroups: misc.test',
  'Message-ID: <split@example.com>',
  '',
  '..',
  '.',
  'TAKETHIS <45223423@example.com>',
  'DATE',
  '.',
  'QUIT',
  'DATE',
];

/** Plays the session, sent in these pieces, and returns everything that came back. */
async function answers(pieces: readonly Buffer[]): Promise<string> {
  const backend = rfcWorld();
  backend.guest = { read: true, post: true, loginHelps: true };
  const client = sessionWith(backend);
  const text = collect(client);
  for (const piece of pieces) {
    client.write(piece);
    await turn();
  }
  client.end();
  return text;
}

function cut(bytes: Buffer, offsets: readonly number[]): Buffer[] {
  const ordered = [0, ...[...offsets].sort((a, b) => a - b), bytes.length];
  return ordered.slice(1).map((end, i) => bytes.subarray(ordered[i], end));
}

const CRLF = Buffer.from(`${SESSION.join('\r\n')}\r\n`);
/** From the command that brings an article, or asks for it, to its end. */
const inArticle = SESSION.map((_, at) => {
  const begun = SESSION.slice(0, at).findLastIndex((line) => /^(?:POST|TAKETHIS)/.test(line));
  return begun >= 0 && !SESSION.slice(begun, at).includes('.');
});
/** Commands may end with LF alone; articles may not (RFC 3977 §3.1.1). */
const LF = Buffer.from(SESSION.map((line, at) => `${line}${inArticle[at] === true ? '\r\n' : '\n'}`).join(''));

test('the session is worth cutting', async () => {
  const codes = [...(await answers([CRLF])).matchAll(/^(\d{3})[ ]/gm)].map(([, code]) => Number(code));
  expect(codes).toEqual([
    200, 200, 211, 223, 500, 501, 220, 340, 240, 223, 381, 383, 281, 224, 435, 438, 239, 439, 205,
  ]);
});

test('every cut of the same octets gets the same answers', async () => {
  const whole = await answers([CRLF]);
  const long = SESSION.findIndex((line) => line.length > 1000);
  const before = Buffer.byteLength(SESSION.slice(0, long).join('\r\n'));
  for (let at = 1; at < CRLF.length; at++) {
    // The inside of the long line is all the same; its limit and its end are not.
    if (at > before + 20 && at < before + 2980 && (at < before + 2040 || at > before + 2060)) continue;
    expect(await answers(cut(CRLF, [at])), `cut at ${at}`).toBe(whole);
  }
});

test('octet by octet, and with bare line feeds', async () => {
  const whole = await answers([CRLF]);
  expect(await answers(Array.from(CRLF, (octet) => Buffer.from([octet])))).toBe(whole);
  expect(await answers([LF])).toBe(whole);
});

test('any number of cuts', async () => {
  const whole = await answers([CRLF]);
  const offsets = fc.array(fc.nat({ max: CRLF.length }), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(offsets, async (at) => {
      expect(await answers(cut(CRLF, at))).toBe(whole);
    }),
    { numRuns: 30 },
  );
});

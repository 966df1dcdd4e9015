/** Whatever is answered 240 reads back with the same words in the same order, over NNTP and RGTP. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ThrowAway } from '../../support/throw-away.ts';
import { check, wordsOf } from './expectation.ts';

let world: ThrowAway;
beforeAll(async () => {
  world = await ThrowAway.start();
});
afterAll(() => world.close());

const encodings = {
  '8bit': (text: string) => Buffer.from(text),
  base64: (text: string) =>
    Buffer.from(
      Buffer.from(text)
        .toString('base64')
        .replace(/(.{76})/g, '$1\n'),
    ),
  'quoted-printable': (text: string) =>
    Buffer.from(
      text
        .replace(/[^!-<>-~\n]/gu, (character) => encodeURIComponent(character).replaceAll('%', '='))
        .replace(/((?:=..|[^=\n]){20})(?=.)/g, '$1=\n'),
    ),
} as const;

const word = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: fc.constantFrom(...'abcdeéüñßžøжфщλω'), minLength: 1, maxLength: 14 }) },
  fc.constantFrom(
    '👨‍👩‍👧‍👦',
    '🇬🇧',
    'e\u0301\u0323',
    '委員会は火曜日に',
    '“quoted”',
    '5 €',
    '--',
    '.',
    '..',
    '^caret',
    'From',
    '=3D',
    'עברית',
    'ไทย',
    'https://example.org/a?b=c&d',
  ),
);
const line = fc
  .tuple(
    fc.constantFrom('', '', '', '> ', '>> ', '> > ', '  ', '- '),
    fc.array(word, { maxLength: 25 }),
    fc.constantFrom(' ', ' ', '  '),
  )
  .map(([prefix, words, blank]) => prefix + words.join(blank));

test('the same words in the same order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { minLength: 1, maxLength: 20 }),
      fc.constantFrom<keyof typeof encodings>('8bit', 'base64', 'quoted-printable'),
      fc.constantFrom('', '; format=flowed'),
      async (lines, encoding, flowed) => {
        const text = lines.join('\n');
        const head = [
          'From: Ann <ann@rgtp.test>',
          `Newsgroups: ${ThrowAway.newsgroup}`,
          'Subject: words',
          `Content-Type: text/plain; charset=utf-8${flowed}`,
          `Content-Transfer-Encoding: ${encoding}`,
        ];
        const article = Buffer.concat([
          Buffer.from(`${head.join('\n')}\n\n`),
          encodings[encoding](text),
          Buffer.from('\n'),
        ]);
        const posted = await world.post(article);
        check({}, posted, text, '');
        if (posted.article === undefined) expect(posted.answer).toMatch(/no text|octets long/);
        // A word of an unspaced script may go on in the next line.
        else expect(wordsOf(posted.article.body.join('\n')).join('')).toBe(wordsOf(text.normalize('NFC')).join(''));
      },
    ),
    { numRuns: 60 },
  );
});

test('lines of words without long ones keep them whole', async () => {
  const short = fc.array(fc.string({ unit: fc.constantFrom(...'abcdeéüжфλ'), minLength: 1, maxLength: 12 }), {
    minLength: 1,
    maxLength: 60,
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom('', '> ', '>> '), short), { minLength: 1, maxLength: 6 }),
      async (lines) => {
        const text = lines.map(([prefix, words]) => prefix + words.join(' ')).join('\n');
        const article = `From: a@b.example\nNewsgroups: ${ThrowAway.newsgroup}\nSubject: x\n\n${text}\n`;
        const posted = await world.post(article);
        check({ answer: ['240', '441'], same_words: true }, posted, text, '');
        if (posted.article === undefined) expect(posted.answer).toContain('octets long');
      },
    ),
    { numRuns: 40 },
  );
});

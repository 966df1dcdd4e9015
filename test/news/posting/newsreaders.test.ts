import { expect, test } from 'vitest';
import { groggsLimits } from '../../../src/news/posting/board-limits.ts';
import { boardGrogname, boardLines } from '../../../src/news/posting/board-text.ts';
import { readPosting } from '../../../src/news/posting/posting.ts';
import { decode } from '../../../src/wire/charset.ts';
import { latin1 } from '../../../src/wire/octets.ts';
import { textOf } from './lines.ts';
import { recordedPost } from './recorded.ts';

const NOW = Date.UTC(2026, 10, 21, 23);

const quotedOpening = ['> .leading dot line', '> ..two dots', '> UTF-8: £ € ☃ café', '>'];

test.each([
  {
    newsreader: 'alpine',
    grogname: 'Alice Example',
    subject: 'Re: Item 0: café ☃ naïve résumé',
    references: ['<A0000000.0@groggs.example.net>'],
    messageId: '<48bfe7d5-06d4-ee71-7e87-1356d5367ad3@example.net>',
    text: ['On Mon, 12 Oct 2026, Jürgen wrote:', '', '> Opening of A0000000.', ...quotedOpening, '>'],
  },
  {
    newsreader: 'gnus',
    grogname: 'Alice Example',
    subject: 'Re: Item 1 about things',
    references: ['<A0000001.0@groggs.example.net>'],
    messageId: '<o6bhvqhi.fsf@example.net>',
    text: ['reply from Gnus: café'],
  },
  {
    newsreader: 'neomutt2',
    grogname: 'Alice Example',
    subject: 'Re: Item 1 about things',
    references: ['<A0000001.0@groggs.example.net>'],
    messageId: '<20261121211117.fllaeaxa4kqlpkpi@vm>',
    text: [
      'On Mon, Oct 12, 2026 at 11:04:37PM -0000, Alice Example wrote:',
      '> Opening of A0000001.',
      ...quotedOpening,
      '',
      'reply typed by the test editor: café',
    ],
  },
  {
    newsreader: 'newsie',
    grogname: '',
    subject: 'newsie',
    references: [],
    messageId: undefined,
    text: ['hello', '.dot'],
  },
  {
    newsreader: 'nntplib',
    grogname: 'Alice',
    subject: 'Re: Item 1',
    references: ['<A0000001.0@groggs.example.net>'],
    messageId: undefined,
    text: ['posted by nntplib', '.dot'],
  },
  {
    newsreader: 'pan2',
    grogname: 'Alice Example',
    subject: 'Re: Item 19 about things',
    references: ['<A0000019.0@groggs.example.net>'],
    messageId: undefined,
    text: ['> Opening of A0000019. .leading dot line ..two dots UTF-8: £ € ☃ café', '', 'reply from pan'],
  },
  {
    newsreader: 'perl',
    grogname: '',
    subject: 'Net::NNTP',
    references: [],
    messageId: undefined,
    text: ['hello', '.dot'],
  },
  {
    newsreader: 'sinntp',
    grogname: '',
    subject: 'sinntp test',
    references: [],
    messageId: '<s2260@example.net>',
    text: ['hello'],
  },
  {
    newsreader: 'slrn2',
    grogname: 'Alice Example',
    subject: 'Re: Item 1',
    references: ['<A0000001.0@groggs.example.net>', '<11dt13q$lpp$1@vm.example.net>'],
    messageId: undefined,
    text: [
      'On 2026-11-21, Alice <alice@example.net> wrote:',
      '> posted by nntplib',
      '> .dot',
      '',
      'reply typed by the test editor: café',
    ],
  },
  {
    newsreader: 'thunderbird',
    grogname: 'Alice Example',
    subject: 'Re: Item 1 about things ☃',
    references: ['<A0000001.0@groggs.example.net>'],
    messageId: undefined,
    text: ['reply from Thunderbird café', '.dot'],
  },
  {
    newsreader: 'tin2',
    grogname: 'Alice Example',
    subject: 'Re: Item 0: café ☃ naïve résumé',
    references: ['<A0000000.0@groggs.example.net>'],
    messageId: '<11dt1b2$p5r$1@vm.example.net>',
    text: [
      'Jürgen <jm@example.net> wrote:',
      '> Opening of A0000000.',
      ...quotedOpening,
      '',
      'reply typed by the test editor: café',
    ],
  },
])('what $newsreader posted becomes what its author wrote', ({ newsreader, grogname, text, ...headers }) => {
  const posting = readPosting(recordedPost(newsreader), { now: NOW, feed: false });
  expect({ ...posting, text: textOf(posting.text) }).toMatchObject(headers);
  expect(boardGrogname(posting.from.name, 'auto', groggsLimits)).toBe(grogname);
  const lines = boardLines(posting.text, 'auto', groggsLimits, 'reply');
  // as it will be read: the whole text decides its character set
  expect(decode(latin1(lines.join('\n')), 'auto').split('\n')).toEqual(text);
});

test('Latin-1 boards get what they can carry, and the author is told about the rest', () => {
  const gnus = readPosting(recordedPost('gnus'), { now: NOW, feed: false });
  expect(boardLines(gnus.text, 'latin1', groggsLimits, 'reply')).toEqual(['reply from Gnus: caf\xe9']);
  const mutt = readPosting(recordedPost('neomutt2'), { now: NOW, feed: false });
  expect(() => boardLines(mutt.text, 'latin1', groggsLimits, 'reply')).toThrow(
    'line 5 of the text: the character "☃" (U+2603) can\'t be written in the board\'s character set',
  );
});

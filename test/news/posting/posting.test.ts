import { expect, test } from 'vitest';
import { parseDate } from '../../../src/news/posting/date.ts';
import { PostingError } from '../../../src/news/posting/error.ts';
import { type Posting, readPosting } from '../../../src/news/posting/posting.ts';
import { latin1 } from '../../../src/wire/octets.ts';
import { textOf } from './lines.ts';
import { article } from './recorded.ts';

const NOW = Date.UTC(2026, 10, 22);
const rules = { now: NOW, feed: false };
const HEAD = ['From: Alice <alice@example.net>', 'Newsgroups: groggs.gossip', 'Subject: hello'];

const read = (head: readonly string[], body: readonly string[] = ['text'], feed = false) =>
  written(readPosting(article([...head, '', ...body]), { now: NOW, feed }));

/** A posting with its text as strings. */
const written = (posting: Posting) => ({ ...posting, text: textOf(posting.text) });

test('headers in every spelling', () => {
  const posting = read([
    'FROM: "=?utf-8?q?J=C3=BCrgen?=" <j@example.net>, other@example.net',
    'Newsgroups:',
    ' groggs.gossip,',
    '\tgroggs.gossip.edits, groggs.gossip',
    'Subject: =?utf-8?q?caf?=',
    ' =?utf-8?q?=C3=A9?= raw ☃\ttab',
    'References: <a@b>',
    ' garbage <c@d> <a@b> <no-at>',
    'Followup-To: poster',
    'X-Empty:',
    'X-RGTP-Reason: tidy',
  ]);
  expect(posting).toEqual({
    messageId: undefined,
    newsgroups: ['groggs.gossip', 'groggs.gossip.edits'],
    from: { name: 'Jürgen', address: 'j@example.net' },
    subject: 'café raw ☃ tab',
    references: ['<a@b>', '<c@d>'],
    cut: undefined,
    inReplyTo: [],
    isFollowUp: true,
    cancels: undefined,
    supersedes: undefined,
    path: '',
    reason: 'tidy',
    text: ['text'],
  });
});

test('undeclared 8-bit headers are UTF-8 where they are valid, else windows-1252', () => {
  const lines = ['From: J\xfcrgen <j@example.net>', ...HEAD.slice(1, 2), 'Subject: \x93x\x94 caf\xe9', '', 'x'];
  expect(readPosting(article(lines, 'latin1'), rules)).toMatchObject({ from: { name: 'Jürgen' }, subject: '“x” café' });
});

test.each([
  { from: 'alice@example.net', name: '' },
  { from: 'alice@example.net (Alice E.)', name: 'Alice E.' },
  { from: '"Alice, E." <alice@localhost>', name: 'Alice, E.' },
])('From: $from', ({ from, name }) => {
  expect(read([`From: ${from}`, ...HEAD.slice(1)]).from.name).toBe(name);
});

test('bare LF, and a body that starts at once', () => {
  const posting = written(readPosting(Buffer.from(`${HEAD.join('\n')}\n\none\ntwo`), rules));
  expect(posting.text).toEqual(['one', 'two']);
});

test('cancel and Supersedes', () => {
  expect(read([...HEAD, 'Control: cancel <a@b>'], [])).toMatchObject({ cancels: '<a@b>', text: [] });
  expect(read([...HEAD, 'Supersedes: <a@b>']).supersedes).toBe('<a@b>');
});

test.each([
  { what: 'no From', head: HEAD.slice(1), reason: 'From: is missing or empty' },
  { what: 'From without address', head: ['From: Alice', ...HEAD.slice(1)], reason: 'From: "Alice" has no address' },
  { what: 'no Newsgroups', head: [HEAD[0] ?? '', HEAD[2] ?? ''], reason: 'Newsgroups: is missing or empty' },
  {
    what: 'bad Newsgroups',
    head: [...HEAD.filter((h) => !h.startsWith('News')), 'Newsgroups: a b'],
    reason: '"a b" is not a newsgroup',
  },
  { what: 'no Subject', head: HEAD.slice(0, 2), reason: 'Subject: is missing or empty' },
  { what: 'two Subjects', head: [...HEAD, 'subject: again'], reason: 'Subject: there are 2 of them' },
  {
    what: 'a bad Message-ID',
    head: [...HEAD, 'Message-ID: <no at>'],
    reason: 'Message-ID: "<no at>" is not a Message-ID',
  },
  { what: 'a long Message-ID', head: [...HEAD, `Message-ID: <${'a'.repeat(250)}@b>`], reason: 'more than 250 octets' },
  { what: 'no date', head: [...HEAD, 'Date: yesterday'], reason: 'Date: "yesterday" is not a date' },
  { what: 'a date ahead', head: [...HEAD, 'Date: Mon, 23 Nov 2026 00:00:01 +0000'], reason: 'is in the future' },
  { what: 'an old date', head: [...HEAD, 'Date: 22 Oct 2026 00:00:00 GMT'], reason: 'more than 30 days ago' },
  { what: 'Xref', head: [...HEAD, 'Xref: a b:1'], reason: 'Xref: not in an article' },
  { what: 'Injection-Info', head: [...HEAD, 'Injection-Info: x'], reason: 'Injection-Info: not in' },
  { what: 'a posted Path', head: [...HEAD, 'Path: x!.POSTED.y!not-for-mail'], reason: 'Path: says that' },
  {
    what: 'another control message',
    head: [...HEAD, 'Control: newgroup x.y'],
    reason: 'Control: "newgroup" is not honoured',
  },
  { what: 'cancel of nothing', head: [...HEAD, 'Control: cancel'], reason: 'cancel takes one Message-ID' },
  { what: 'a bad Supersedes', head: [...HEAD, 'Supersedes: x'], reason: 'Supersedes: "x" is not a Message-ID' },
  {
    what: 'replies elsewhere',
    head: [...HEAD, 'Followup-To: alt.flame'],
    reason: 'replies can\'t be sent to "alt.flame"',
  },
  { what: 'no header line', head: ['Hello there', ...HEAD], reason: 'header line 1: "Hello there" is not a header' },
  { what: 'a folded first line', head: [' x', ...HEAD], reason: 'header line 1: a folded line' },
  { what: 'a blank before the colon', head: ['From : a@b'], reason: 'header line 1' },
  { what: 'a huge header', head: [...HEAD, `X: ${'x'.repeat(40_000)}`], reason: 'longer than 32768 octets' },
  { what: 'very many headers', head: [...HEAD, ...Array<string>(200).fill('X: y')], reason: 'more than 200' },
])('refused: $what', ({ head, reason }) => {
  expect(() => read(head)).toThrow(reason);
});

const INJECTED = [...HEAD, 'Message-ID: <a@b.example>', 'Path: x!.POSTED.y!not-for-mail', 'Injection-Info: x'];

test('a feed brings what injection added', () => {
  const head = [...INJECTED, 'Xref: a b:1', 'Date: Sat, 21 Nov 2026 12:00:00 +0000'];
  expect(read(head, ['text'], true).text).toEqual(['text']);
  // However long it lay before it was injected.
  const late = [...INJECTED, 'Date: Sat, 1 Aug 2026 12:00:00 +0000', 'Injection-Date: Sat, 21 Nov 2026 12:00:00 +0000'];
  expect(read(late, ['text'], true).messageId).toBe('<a@b.example>');
});

test.each(['Date', 'Message-ID', 'Path'])('RFC 5537 §3.6 a feed without %s', (name) => {
  const head = [...INJECTED, 'Date: Sat, 21 Nov 2026 12:00:00 +0000'].filter((line) => !line.startsWith(`${name}:`));
  expect(() => read(head, ['text'], true)).toThrow(`${name}: is missing or empty`);
  expect(() => read([...head, `${name}: `], ['text'], true)).toThrow(`${name}: is missing or empty`);
});

test.each([
  ['nonsense', 'is not a date'],
  ['Sat, 28 Nov 2026 12:00:00 +0000', 'is in the future'],
  ['Sat, 1 Aug 2026 12:00:00 +0000', 'is more than 30 days ago'],
])('RFC 5537 §3.6 a feed with Injection-Date: %s', (date, reason) => {
  const head = [...INJECTED, 'Date: Sat, 21 Nov 2026 12:00:00 +0000', `Injection-Date: ${date}`];
  expect(() => read(head, ['text'], true)).toThrow(reason);
});

test('hostile input is read or refused, and holds up nobody', () => {
  const long = 'x'.repeat(30_000);
  for (const header of ['@', '<', '"', '\\"', '(', '; ', ' ', '=?', '=?utf-8?q?', '>', ',', ':']) {
    for (const name of ['Message-ID', 'References', 'From', 'Content-Type', 'Date', 'X']) {
      const body = header.repeat(Math.floor(30_000 / header.length));
      try {
        read([...HEAD.filter((line) => !line.startsWith(name)), `${name}: ${body}`], [' '.repeat(500_000) + long]);
      } catch (error) {
        expect(error).toBeInstanceOf(PostingError);
      }
    }
  }
});

test('dates', () => {
  const at = Date.UTC(2026, 10, 21, 21, 12, 9);
  for (const text of [
    'Sat, 21 Nov 2026 21:12:09 +0000',
    'Sat, 21 Nov 2026 16:12:09 EST (somewhere)',
    '21 Nov 26 22:12:09 +0100',
    'Saturday, 21-Nov-26 21:12:09 GMT',
  ]) {
    expect(parseDate(latin1(text)), text).toBe(at);
  }
  for (const text of ['', 'Nov 21', '31 Feb 2026 00:00:00 GMT', '21 Nov 2026 25:00 GMT', '2026-11-21']) {
    expect(parseDate(latin1(text)), text).toBeUndefined();
  }
});

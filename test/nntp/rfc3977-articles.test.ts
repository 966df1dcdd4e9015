import { expect, test } from 'vitest';
import { play } from '../support/exchange.ts';
import { serve } from '../support/nntp-server.ts';
import { rfcWorld } from '../support/rfc-world.ts';

const HEAD = `S! Path: pathost!demo!whitehouse!not-for-mail
  S! From: "Demo User" <nobody@example.net>
  S! Newsgroups: misc.test
  S! Subject: I am just a test article
  S! Date: 6 Oct 1998 04:38:40 -0500
  S! Organization: An Example Net, Uncertain, Texas
  S! Message-ID: <45223423@example.com>`;
const BODY = 'S! This is just a test article.';
const SELECT = 'C: GROUP misc.test\nS! 211 5 3000234 3002322 misc.test';
const SELECT_EMPTY = 'C: GROUP example.empty.newsgroup\nS! 211 0 4000 3999 example.empty.newsgroup';

/** clause, exchange: the standard's own examples, with the numbers of `rfcWorld` */
const rows: readonly [clause: string, exchange: string][] = [
  ['§6.1.1 GROUP', SELECT],
  ['§6.1.1 GROUP, unknown', 'C: GROUP example.is.sob.bradner.or.barber\nS: 411'],
  ['§6.1.1 GROUP, empty: high = low − 1', SELECT_EMPTY],
  [
    '§6.1.1 GROUP again goes back to the first article',
    `${SELECT}\nC: STAT 3000238\nS: 223 3000238 <23894720@example.com>\n${SELECT}\nC: STAT\nS: 223 3000234 <45223423@example.com>`,
  ],
  [
    '§6.1.1 GROUP that fails keeps group and article',
    `${SELECT}\nC: STAT 3000238\nS: 223\nC: GROUP no.such\nS: 411\nC: STAT\nS: 223 3000238 `,
  ],
  [
    '§6.1.2 LISTGROUP selects',
    `C: LISTGROUP misc.test
     S: 211 5 3000234 3002322 misc.test
     S! 3000234
     S! 3000237
     S! 3000238
     S! 3000239
     S! 3002322
     S! .
     C: STAT
     S: 223 3000234`,
  ],
  [
    '§6.1.2 LISTGROUP, empty',
    'C: LISTGROUP example.empty.newsgroup\nS: 211 0 4000 3999 example.empty.newsgroup\nS! .\nC: STAT\nS: 420',
  ],
  [
    '§6.1.2 LISTGROUP of the selected group moves to its first article',
    `${SELECT}\nC: STAT 3000238\nS: 223\nC: LISTGROUP\nS: 211 5 3000234 3002322 misc.test\nS! 3000234\nS: ...\nC: STAT\nS: 223 3000234`,
  ],
  [
    '§6.1.2 LISTGROUP with a range',
    'C: LISTGROUP misc.test 3000238-3000248\nS: 211 5 3000234 3002322 misc.test\nS! 3000238\nS! 3000239\nS! .\nC: STAT\nS: 223 3000234',
  ],
  [
    '§6.1.2 LISTGROUP with a range whose bounds are articles',
    'C: LISTGROUP misc.test 3000237-3000239\nS: 211\nS! 3000237\nS! 3000238\nS! 3000239\nS! .',
  ],
  ['§6.1.2 LISTGROUP with one number', 'C: LISTGROUP misc.test 3000238\nS: 211\nS! 3000238\nS! .'],
  [
    '§6.1.2 LISTGROUP with an empty range',
    'C: LISTGROUP misc.test 12345678-\nS: 211 5 3000234 3002322 misc.test\nS! .',
  ],
  [
    '§6.1.2 LISTGROUP with a reversed range',
    'C: LISTGROUP misc.test 9999-111\nS: 211 5 3000234 3002322 misc.test\nS! .',
  ],
  ['§6.1.2 LISTGROUP, none selected', 'C: LISTGROUP\nS: 412'],
  ['§6.1.2 LISTGROUP, unknown', `${SELECT}\nC: LISTGROUP no.such\nS: 411\nC: STAT\nS: 223 3000234`],
  ['§6.1.2 LISTGROUP, no range', 'C: LISTGROUP misc.test a-b\nS: 501\nC: LISTGROUP misc.test -5\nS: 501'],
  [
    '§6.1.3 LAST',
    `${SELECT}\nC: NEXT\nS: 223 3000237 <668929@example.org>\nC: LAST\nS: 223 3000234 <45223423@example.com>`,
  ],
  ['§6.1.3 LAST, none selected', 'C: LAST\nS: 412'],
  ['§6.1.3 LAST at the first stays there', `${SELECT}\nC: LAST\nS: 422\nC: STAT\nS: 223 3000234`],
  ['§6.1.3 LAST in an empty group', `${SELECT_EMPTY}\nC: LAST\nS: 420`],
  ['§6.1.4 NEXT', `${SELECT}\nC: NEXT\nS: 223 3000237 <668929@example.org>`],
  ['§6.1.4 NEXT, none selected', 'C: NEXT\nS: 412'],
  [
    '§6.1.4 NEXT at the last stays there',
    `${SELECT}\nC: STAT 3002322\nS: 223 3002322 <411@example.net>\nC: NEXT\nS: 421\nC: STAT\nS: 223 3002322`,
  ],
  ['§6.1.4 NEXT in an empty group', `${SELECT_EMPTY}\nC: NEXT\nS: 420`],
  [
    '§6.2.1 ARTICLE, current',
    `${SELECT}\nC: ARTICLE\nS: 220 3000234 <45223423@example.com>\n${HEAD}\nS: \n${BODY}\nS! .`,
  ],
  [
    '§6.2.1 ARTICLE by message-id',
    `C: ARTICLE <45223423@example.com>\nS: 220 0 <45223423@example.com>\n${HEAD}\nS: \n${BODY}\nS! .`,
  ],
  ['§6.2.1 ARTICLE by message-id, unknown', 'C: ARTICLE <i.am.not.there@example.com>\nS: 430'],
  [
    '§6.2.1 ARTICLE by number',
    `${SELECT}\nC: ARTICLE 3000237\nS: 220 3000237 <668929@example.org>\nS: ...\nC: STAT\nS: 223 3000237`,
  ],
  ['§6.2.1 ARTICLE by number, unknown, stays', `${SELECT}\nC: ARTICLE 300256\nS: 423\nC: STAT\nS: 223 3000234`],
  ['§6.2.1 ARTICLE by number, none selected', 'C: ARTICLE 300256\nS: 412'],
  ['§6.2.1 ARTICLE, current, none selected', 'C: ARTICLE\nS: 412'],
  ['§6.2.1 ARTICLE, current, in an empty group', `${SELECT_EMPTY}\nC: ARTICLE\nS: 420`],
  [
    '§6.2.1 a message-id never moves the current article',
    `${SELECT}\nC: ARTICLE <411@example.net>\nS: 220\nS: ...\nC: STAT\nS: 223 3000234`,
  ],
  ['§6.2.1 number 0 is legal and nobody’s', `${SELECT}\nC: ARTICLE 0\nS: 423`],
  ['§6.2.2 HEAD', `${SELECT}\nC: HEAD\nS: 221 3000234 <45223423@example.com>\n${HEAD}\nS! .`],
  ['§6.2.2 HEAD by message-id', `C: HEAD <45223423@example.com>\nS: 221 0 <45223423@example.com>\n${HEAD}\nS! .`],
  [
    '§6.2.2 HEAD, refused',
    `C: HEAD <i.am.not.there@example.com>\nS: 430\nC: HEAD 300256\nS: 412\n${SELECT}\nC: HEAD 300256\nS: 423\n${SELECT_EMPTY}\nC: HEAD\nS: 420`,
  ],
  ['§6.2.3 BODY', `${SELECT}\nC: BODY\nS: 222 3000234 <45223423@example.com>\n${BODY}\nS! .`],
  ['§6.2.3 BODY by message-id', `C: BODY <45223423@example.com>\nS: 222 0 <45223423@example.com>\n${BODY}\nS! .`],
  ['§3.1.1 BODY, dots stuffed', 'C: BODY <411@example.net>\nS: 222 0\nS! One line.\nS! ..and a dot\nS! .'],
  [
    '§6.2.3 BODY, refused',
    `C: BODY <i.am.not.there@example.com>\nS: 430\nC: BODY 300256\nS: 412\n${SELECT}\nC: BODY 300256\nS: 423\n${SELECT_EMPTY}\nC: BODY\nS: 420`,
  ],
  ['§6.2.4 STAT', `${SELECT}\nC: STAT\nS! 223 3000234 <45223423@example.com>`],
  ['§6.2.4 STAT by message-id', 'C: STAT <45223423@example.com>\nS! 223 0 <45223423@example.com>'],
  [
    '§6.2.4 STAT, refused',
    `C: STAT <i.am.not.there@example.com>\nS: 430\nC: STAT 300256\nS: 412\n${SELECT}\nC: STAT 300256\nS: 423\n${SELECT_EMPTY}\nC: STAT\nS: 420`,
  ],
  [
    '§6.2.4 STAT by message-id has the number where the article is in the selected group, else 0',
    `${SELECT}\nC: STAT <45223423@example.com>\nS: 223 3000234 \n${SELECT_EMPTY}\nC: STAT <45223423@example.com>\nS: 223 0 `,
  ],
];

test.each(rows)('RFC 3977 %s', async (_clause, exchange) => {
  const { connect } = await serve(rfcWorld());
  const client = await connect();
  await play(client, exchange);
  // Nothing more was said than what the exchange has.
  expect(await client.ask('DATE')).toMatch(/^111 /);
});

test('RFC 3977 §6.1.3, §6.1.4 the current article may have gone: 420, and NEXT and LAST go from its number', async () => {
  const backend = rfcWorld();
  const { connect } = await serve(backend);
  const client = await connect();
  await play(client, `${SELECT}\nC: STAT 3000238\nS: 223`);
  backend.groups.get('misc.test')?.remove(3000238);
  await play(
    client,
    'C: STAT\nS: 420\nC: ARTICLE\nS: 420\nC: OVER\nS: 420\nC: LAST\nS: 223 3000237\nC: NEXT\nS: 223 3000239',
  );
});

test('RFC 3977 §6 the highest article number there may be', async () => {
  const backend = rfcWorld();
  backend.add('full').put('<full@example.com>', 'Subject: full\r\n\r\nText\r\n', 2_147_483_647);
  const { connect } = await serve(backend);
  await play(
    await connect(),
    `C: LISTGROUP full\nS: 211 1 2147483647 2147483647 full\nS! 2147483647\nS! .
     C: LISTGROUP full 1-2147483647\nS: 211\nS! 2147483647\nS! .
     C: LISTGROUP full 2147483647-9999999999999999\nS: 211\nS! 2147483647\nS! .
     C: LISTGROUP full 1-2147483646\nS: 211\nS! .
     C: HDR Subject 2147483647-\nS: 225\nS! 2147483647 full\nS! .
     C: STAT 2147483647\nS: 223 2147483647\nC: NEXT\nS: 421\nC: STAT 2147483648\nS: 423`,
  );
});

import { expect, test } from 'vitest';
import { play } from '../support/exchange.ts';
import { serve } from '../support/nntp-server.ts';
import { rfcWorld } from '../support/rfc-world.ts';

const SELECT = 'C: GROUP misc.test\nS: 211 ';
const SELECT_EMPTY = 'C: GROUP example.empty.newsgroup\nS: 211 0 ';
const FIRST =
  'I am just a test article\t"Demo User" <nobody@example.net>\t6 Oct 1998 04:38:40 -0500\t<45223423@example.com>\t\t291\t1\tXref: news.example.net misc.test:3000234';

/** clause, exchange: the standards' own examples, with the articles of `rfcWorld` */
const rows: readonly [clause: string, exchange: string][] = [
  ['3977 §8.3 OVER, current', `${SELECT}\nC: OVER\nS: 224\nS! 3000234\t${FIRST}\nS! .`],
  ['3977 §8.3 OVER by message-id: number 0', `C: OVER <45223423@example.com>\nS: 224\nS! 0\t${FIRST}\nS! .`],
  [
    '3977 §8.3 OVER by message-id in the selected group',
    `${SELECT}\nC: OVER <45223423@example.com>\nS: 224\nS! 3000234\t${FIRST}\nS! .`,
  ],
  [
    '3977 §8.3 OVER of a range: no article, no line; a TAB in a header is a blank',
    `${SELECT}
     C: OVER 3000234-3000240
     S: 224
     S! 3000234\t${FIRST}
     S: 3000237\tRe: I am just a test article\tnobody@nowhere.to\t7 Oct 1998 11:38:40 +1200\t<668929@example.org>\t<45223423@example.com>\t
     S: 3000238\tDitto\t
     S: 3000239\tContent-free and with a tab\t
     S! .`,
  ],
  ['3977 §8.3 OVER to the end', `${SELECT}\nC: OVER 3000239-\nS: 224\nS: 3000239\t\nS: 3002322\t\nS! .`],
  ['3977 §8.3 OVER does not move', `${SELECT}\nC: OVER 3000239-\nS: 224\nS: ...\nC: STAT\nS: 223 3000234`],
  ['3977 §8.3 OVER, no such number', `${SELECT}\nC: OVER 300256\nS: 423`],
  ['3977 §8.3 OVER, reversed', `${SELECT}\nC: OVER 3000444-3000222\nS: 423`],
  ['3977 §8.3 OVER, none selected', 'C: OVER\nS: 412\nC: OVER 1-\nS: 412'],
  ['3977 §8.3 OVER in an empty group', `${SELECT_EMPTY}\nC: OVER\nS: 420\nC: OVER 1-\nS: 423`],
  [
    '3977 §8.3 OVER, unknown message-id, wrong arguments',
    'C: OVER <no@example.com>\nS: 430\nC: OVER x\nS: 501\nC: OVER 1-2-3\nS: 501\nC: OVER 1 2\nS: 501',
  ],
  [
    '3977 §8.5 HDR',
    `${SELECT}
     C: HDR Subject 3000234-3000238
     S: 225
     S! 3000234 I am just a test article
     S! 3000237 Re: I am just a test article
     S! 3000238 Ditto
     S! .`,
  ],
  [
    '3977 §8.5 HDR of metadata',
    `${SELECT}\nC: HDR :lines 3000234-3000237\nS: 225\nS! 3000234 1\nS! 3000237 2\nS! .\nC: HDR :bytes 3000234\nS: 225\nS! 3000234 291\nS! .\nC: HDR Bytes 3000234\nS: 225\nS! 3000234 291\nS! .\nC: XHDR lines 3000234\nS: 221\nS! 3000234 1\nS! .`,
  ],
  [
    '3977 §8.5 HDR of any header; empty where there is none',
    `${SELECT}\nC: HDR to 3000237-3000238\nS: 225\nS! 3000237 \nS! 3000238 somebody@example.net\nS! .`,
  ],
  ['3977 §8.5 HDR by message-id', 'C: HDR subject <45223423@example.com>\nS: 225\nS! 0 I am just a test article\nS! .'],
  ['3977 §8.5 HDR, current', `${SELECT}\nC: HDR subject\nS: 225\nS! 3000234 I am just a test article\nS! .`],
  [
    '3977 §8.5 HDR, refused',
    `C: HDR subject <i.am.not.there@example.com>\nS: 430\nC: HDR subject 300256-\nS: 412\nC: HDR subject\nS: 412\n${SELECT_EMPTY}\nC: HDR subject 1-\nS: 423\nC: HDR subject\nS: 420`,
  ],
  [
    '3977 §8.5 HDR, metadata that is not kept: 503; no header: 501',
    `${SELECT}\nC: HDR :x-unknown 3000234\nS: 503\nC: HDR\nS: 501\nC: HDR sub:ject 3000234\nS: 501\nC: HDR subject x\nS: 501`,
  ],
  [
    '2980 §2.8 XOVER',
    `C: XOVER\nS: 412\n${SELECT}\nC: XOVER 3000234\nS: 224\nS! 3000234\t${FIRST}\nS! .\nC: xover\nS: 224\nS: 3000234\t\nS: .`,
  ],
  [
    '2980 §2.8 XOVER of an empty range',
    `${SELECT}\nC: XOVER 5-4\nS: 420\nC: XOVER 1-3\nS: 420\n${SELECT_EMPTY}\nC: XOVER 1-\nS: 420`,
  ],
  ['2980 §2.8 XOVER knows no message-id', `${SELECT}\nC: XOVER <45223423@example.com>\nS: 501`],
  [
    '2980 §2.6 XHDR',
    `C: XHDR Path\nS: 412\nC: XHDR\nS: 501\n${SELECT}\nC: XHDR subject 3000234-3000237\nS: 221\nS! 3000234 I am just a test article\nS! 3000237 Re: I am just a test article\nS! .`,
  ],
  [
    '2980 §2.6 XHDR by message-id',
    'C: XHDR subject <45223423@example.com>\nS: 221\nS! <45223423@example.com> I am just a test article\nS! .',
  ],
  ['2980 §2.6 XHDR, refused', `C: XHDR subject <no@example.com>\nS: 430\n${SELECT}\nC: XHDR subject 1-2\nS: 420`],
  [
    '2980 §2.9 XPAT',
    `${SELECT}
     C: XPAT subject 3000234- *test*
     S: 221
     S! 3000234 I am just a test article
     S! 3000237 Re: I am just a test article
     S! .`,
  ],
  [
    '2980 §2.9 XPAT, one pattern of several words',
    `${SELECT}\nC: XPAT subject 1- *a test article\nS: 221\nS! 3000234 I am just a test article\nS! 3000237 Re: I am just a test article\nS! .`,
  ],
  [
    '2980 §2.9 XPAT that matches nothing',
    `${SELECT}\nC: XPAT subject 1- nothing\nS: 221\nS! .\nC: XPAT subject 1-2 *\nS: 221\nS! .`,
  ],
  [
    '2980 §2.9 XPAT by message-id',
    'C: XPAT from <45223423@example.com> *Demo*\nS: 221\nS! <45223423@example.com> "Demo User" <nobody@example.net>\nS! .',
  ],
  [
    '2980 §2.9 XPAT, refused',
    `C: XPAT subject 1- *\nS: 412\nC: XPAT subject 1-\nS: 501\nC: XPAT subject <no@example.com> *\nS: 430\n${SELECT}\nC: XPAT subject 1- [\nS: 501`,
  ],
];

test.each(rows)('RFC %s', async (_clause, exchange) => {
  const { connect } = await serve(rfcWorld());
  await play(await connect(), exchange);
});

test('an overview that cannot be made is refused as long as nothing was sent, then the connection ends', async () => {
  const backend = rfcWorld();
  const group = backend.groups.get('misc.test');
  if (!group) throw new Error('no misc.test');
  const { connect } = await serve(backend);
  const client = await connect();
  await client.ask('GROUP misc.test');
  group.onArticle = () => Promise.reject(new Error('disk on fire'));
  expect(await client.ask('OVER 3000234-')).toMatch(/^403 /);
  expect(await client.ask('DATE')).toMatch(/^111 /);
  for (let number = 3003000; number < 3003400; number++) group.put(`<${number}@x>`, 'Subject: x\r\n\r\n', number);
  // The first piece is fine, the second is not: a visible end is better than a list that looks complete.
  group.onArticle = (number) => (number === 3003300 ? Promise.reject(new Error('disk on fire')) : undefined);
  client.send('OVER 3000234-', 'DATE');
  const seen = await client.rest();
  expect(seen).toMatch(/^224 /);
  expect(seen).not.toMatch(/\r\n\.\r\n/);
});

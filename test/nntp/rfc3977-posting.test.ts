import { expect, test } from 'vitest';
import { Refusal, type RefusalKind } from '../../src/nntp/backend.ts';
import { play } from '../support/exchange.ts';
import { serve } from '../support/nntp-server.ts';
import { rfcWorld } from '../support/rfc-world.ts';

const ARTICLE = `C: From: "Demo User" <nobody@example.net>
  C: Newsgroups: misc.test
  C: Subject: I am just a test article
  C: Organization: An Example Net`;
const TEXT = 'C: \nC: This is just a test article.\nC: .';
const ID = 'C: Message-ID: <i.am.an.article.you.will.want@example.com>';

/** clause, exchange */
const rows: readonly [clause: string, exchange: string][] = [
  [
    '§6.3.1 POST: the id of the 340 line is the article’s',
    `C: POST\nS: 340 Ok, recommended Message-ID <suggested.1@example.net>\n${ARTICLE}\n${TEXT}\nS! 240 Article received <suggested.1@example.net>
     C: STAT <suggested.1@example.net>\nS: 223 0 `,
  ],
  [
    '§6.3.1 POST, there at once',
    `C: POST\nS: 340\n${ARTICLE}\n${TEXT}\nS: 240\nC: GROUP misc.test\nS: 211 6 3000234 3002323 misc.test`,
  ],
  [
    '§6.3.1 POST, refused in the backend’s words',
    'C: POST\nS: 340\nC: Newsgroups: no.such\nC: \nC: .\nS! 441 Newsgroups: no such newsgroup',
  ],
  ['§6.3.1 POST, no arguments', 'C: POST now\nS: 501'],
  ['§6.3.1 POST, an empty article', 'C: POST\nS: 340\nC: .\nS: 441\nC: DATE\nS: 111'],
  [
    '§6.3.2 IHAVE',
    `C: IHAVE <i.am.an.article.you.will.want@example.com>\nS: 335\n${ARTICLE}\n${ID}\n${TEXT}\nS: 235
     C: IHAVE <i.am.an.article.you.will.want@example.com>\nS: 435`,
  ],
  ['§6.3.2 IHAVE, rejected', `C: IHAVE <x@example.com>\nS: 335\nC: Newsgroups: no.such\n${ID}\n${TEXT}\nS: 437`],
  ['§6.3.2 IHAVE, there already', 'C: IHAVE <45223423@example.com>\nS! 435 Duplicate'],
  ['§6.3.2 IHAVE, wrong', 'C: IHAVE\nS: 501\nC: IHAVE x@y\nS: 435\nC: IHAVE <x\nS: 435'],
];

test.each(rows)('RFC 3977 %s', async (_clause, exchange) => {
  const { connect } = await serve(rfcWorld());
  await play(await connect(), exchange);
});

/** what the backend says; POST; IHAVE */
const refusals: readonly [RefusalKind, string, string][] = [
  ['login-required', '441 why', '437 why'],
  ['forbidden', '441 why', '437 why'],
  ['unavailable', '441 why', '436 why'],
  ['rejected', '441 why', '437 why'],
  ['duplicate', '441 435 Duplicate', '437 why'],
];

test.each(refusals)('RFC 3977 §6.3 a post refused as %s', async (kind, posted, fed) => {
  const backend = rfcWorld();
  backend.onPost = () => Promise.reject(new Refusal(kind, 'why'));
  const { connect } = await serve(backend);
  const exchange = `C: POST\nS: 340\n${ARTICLE}\n${TEXT}\nS! ${posted}\nC: IHAVE <new@example.com>\nS: 335\n${ARTICLE}\n${TEXT}\nS! ${fed}`;
  await play(await connect(), exchange);
});

test('RFC 3977 §6.3.1 posting not permitted: 440; where a login would help: 480', async () => {
  const backend = rfcWorld();
  backend.guest = { read: true, post: false, loginHelps: false };
  const { connect } = await serve(backend);
  await play(await connect(false), 'S: 201\nC: POST\nS: 440\nC: IHAVE <x@example.com>\nS: 502');
  backend.guest = { read: true, post: false, loginHelps: true };
  await play(
    await connect(false),
    'S: 200\nC: POST\nS: 480\nC: AUTHINFO USER alice\nS: 381\nC: AUTHINFO PASS secret\nS: 281\nC: MODE READER\nS: 200\nC: POST\nS: 340\nC: .\nS: 441',
  );
});

test('RFC 3977 §6.3.2 IHAVE, not now', async () => {
  const backend = rfcWorld();
  backend.offer = () => 'later';
  const { connect } = await serve(backend);
  await play(await connect(), 'C: IHAVE <i.am.an.article.you.defer@example.com>\nS: 436');
});

test('RFC 3977 §3.1.1 the article arrives as it was sent, dots unstuffed', async () => {
  const backend = rfcWorld();
  const { connect } = await serve(backend);
  const client = await connect();
  client.send(
    'POST',
    'Newsgroups: misc.test',
    '',
    '..',
    '...',
    '.x',
    ' . ',
    Buffer.from('\xe9\0\xff\r\n', 'latin1'),
    '.',
    'DATE',
  );
  expect(await client.line()).toMatch(/^340 /);
  expect(await client.line()).toMatch(/^240 /);
  expect(await client.line()).toMatch(/^111 /);
  expect(backend.posted[0]?.article.toString('latin1')).toBe(
    'Newsgroups: misc.test\r\n\r\n.\r\n..\r\nx\r\n . \r\n\xe9\0\xff\r\n',
  );
  expect(backend.posted[0]?.context).toMatchObject({
    feed: false,
    suggested: '<suggested.1@example.net>',
    user: undefined,
  });
});

test('RFC 3977 §6.3.1 an article beyond the limit is read to its end and refused', async () => {
  const backend = rfcWorld();
  const { connect } = await serve(backend, { limits: { article: 1000 } });
  const client = await connect();
  for (const [command, code] of [
    ['POST', 441],
    ['IHAVE <big@example.com>', 437],
  ] as const) {
    client.send(command);
    expect(await client.line()).toMatch(/^3[34][05] /);
    client.send('Newsgroups: misc.test', '', 'x'.repeat(2000), '.');
    expect(await client.line()).toBe(`${code} Article larger than 1000 octets`);
  }
  expect(backend.posted).toHaveLength(0);
  expect(await client.ask('DATE')).toMatch(/^111 /);
});

test('an article without its end is not posted', async () => {
  const backend = rfcWorld();
  const { connect } = await serve(backend);
  const client = await connect();
  client.send('POST');
  await client.line();
  client.send('Newsgroups: misc.test', '', 'half of i');
  client.stream.end();
  expect(await client.rest()).toBe('');
  expect(backend.posted).toHaveLength(0);
});

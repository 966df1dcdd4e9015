import { expect, test } from 'vitest';
import type { Access } from '../../src/nntp/backend.ts';
import { play } from '../support/exchange.ts';
import { serve } from '../support/nntp-server.ts';
import { rfcWorld } from '../support/rfc-world.ts';

const POSTER: Access = { read: true, post: true, loginHelps: false };
const READER: Access = { read: true, post: false, loginHelps: false };
const STRANGER: Access = { read: false, post: false, loginHelps: true };
const NOBODY: Access = { read: false, post: false, loginHelps: false };

/** clause, what the client may do, the exchange */
const rows: readonly [clause: string, access: Access, exchange: string][] = [
  [
    '§3.1 verbs in any case, any white space between and after words',
    POSTER,
    `S: 200
     C: gRoUp   misc.test\t
     S: 211 5 3000234 3002322 misc.test
     C:  \t date \t
     S: 111 `,
  ],
  ['§3.1 names of groups are case-sensitive', POSTER, 'S: 200\nC: GROUP MISC.TEST\nS: 411'],
  [
    '§3.1 a line of 512 octets is taken, a longer one refused once',
    POSTER,
    `S: 200
     C: GROUP ${'x'.repeat(504)}
     S: 411
     C: GROUP ${'x'.repeat(505)}
     S: 501
     C: DATE
     S: 111`,
  ],
  [
    '§3.2.1 500 for a verb that is not known, 501 for arguments that are wrong',
    POSTER,
    `S: 200
     C: MAIL
     S: 500
     C: HEADER
     S: 500
     C: LISTX
     S: 500
     C:
     S: 500
     C: GROUP
     S: 501
     C: GROUP two words
     S: 501
     C: ARTICLE x
     S: 501
     C: STAT 12345678901234567
     S: 501
     C: STAT 1234567890123456
     S: 412
     C: DATE now
     S: 501
     C: ARTICLE <no.end
     S: 501
     C: ARTICLE <>
     S: 501
     C: STAT <${'x'.repeat(249)}>
     S: 501
     C: STAT <${'x'.repeat(248)}>
     S: 430`,
  ],
  [
    '§3.2.1 480 where a login helps; what needs none goes on',
    STRANGER,
    `S: 200
     C: GROUP misc.test
     S: 480
     C: LIST
     S: 480
     C: NEWNEWS * 990101 000000
     S: 480
     C: STAT <45223423@example.com>
     S: 480
     C: GROUP
     S: 501
     C: POST
     S: 480
     C: IHAVE <new@example.com>
     S: 480
     C: DATE
     S: 111
     C: HELP
     S: 100
     S: ...
     C: MODE READER
     S: 200
     C: QUIT
     S: 205
     [end]`,
  ],
  ['§5.1 posting allowed', POSTER, 'S: 200\nC: QUIT\nS: 205\n[end]'],
  ['§5.1 no posting', READER, 'S: 201\nC: QUIT\nS: 205\n[end]'],
  ['§5.1 nobody may come', NOBODY, 'S: 502\n[end]'],
  [
    '§5.2 capabilities: VERSION first, every label once, POST and IHAVE as they may be posted',
    POSTER,
    `S: 200
     C: CAPABILITIES
     S: 101
     S! VERSION 2
     S: IMPLEMENTATION 
     S! READER
     S! COMPRESS DEFLATE
     S! LIST ACTIVE ACTIVE.TIMES COUNTS HEADERS MOTD NEWSGROUPS OVERVIEW.FMT SUBSCRIPTIONS
     S! NEWNEWS
     S! OVER MSGID
     S! HDR
     S! POST
     S! IHAVE
     S! STREAMING
     S! .`,
  ],
  [
    '§5.2 a keyword is taken and makes no difference; something else is refused',
    READER,
    `S: 201
     C: CAPABILITIES AUTOUPDATE
     S: 101
     S! VERSION 2
     S: ...
     C: CAPABILITIES 1!
     S: 501
     C: CAPABILITIES two words
     S: 501`,
  ],
  ['§5.3 MODE READER, posting allowed', POSTER, 'S: 200\nC: MODE READER\nS: 200\nC: mode reader\nS: 200'],
  [
    '§5.1, §5.3 a login could give posting',
    { read: true, post: false, loginHelps: true, loginPosts: true },
    'S: 200\nC: MODE READER\nS: 200\nC: POST\nS: 480',
  ],
  [
    '§5.1, §5.3 a login helps to read, not to post',
    { read: false, post: false, loginHelps: true, loginPosts: false },
    'S: 201\nC: MODE READER\nS: 201\nC: GROUP misc.test\nS: 480',
  ],
  ['§5.3 MODE READER, no posting', READER, 'S: 201\nC: MODE READER\nS: 201\nC: MODE\nS: 501\nC: MODE FEED\nS: 501'],
  [
    '§5.4 QUIT takes no arguments, and nothing runs after it',
    POSTER,
    'S: 200\nC: QUIT now\nS: 501\nC: QUIT\nC: DATE\nS: 205\n[end]',
  ],
];

test.each(rows)('RFC 3977 %s', async (_clause, access, exchange) => {
  const backend = rfcWorld();
  backend.guest = access;
  const { connect } = await serve(backend);
  await play(await connect(false), exchange);
});

test('RFC 3977 §5.1, §5.2 rights are those of the moment', async () => {
  const backend = rfcWorld();
  backend.guest = READER;
  const { connect } = await serve(backend);
  const client = await connect();
  expect(await client.askAll('CAPABILITIES')).not.toContain('POST');
  backend.guest = POSTER;
  expect(await client.askAll('CAPABILITIES')).toContain('POST');
  expect(await client.ask('MODE READER')).toMatch(/^200 /);
});

test('RFC 3977 §3.1 commands are UTF-8', async () => {
  const backend = rfcWorld();
  backend.add('de.gruppe.käse', { description: 'Käse' });
  const { connect } = await serve(backend);
  const client = await connect();
  await play(
    client,
    `C: GROUP de.gruppe.käse
     S! 211 0 1 0 de.gruppe.käse
     C: LIST NEWSGROUPS de.gruppe.k?se
     S: 215
     S! de.gruppe.käse\tKäse
     S: .`,
  );
  // Where it is none, each octet is a character: a client of the old days means the same.
  client.send(Buffer.from('GROUP de.gruppe.k\xe4se\r\n', 'latin1'));
  expect(await client.line()).toMatch(/^211 /);
});

test('RFC 3977 §3.5 pipelined commands are answered in order', async () => {
  const { connect } = await serve(rfcWorld());
  const client = await connect();
  const numbers = [3000234, 3000237, 3000238, 3000239, 3002322];
  client.send('GROUP misc.test', ...numbers.flatMap((number) => [`STAT ${number}`, `BODY ${number}`, 'nonsense']));
  expect(await client.line()).toMatch(/^211 /);
  for (const number of numbers) {
    expect(await client.line()).toMatch(new RegExp(`^223 ${number} `));
    expect(await client.line()).toMatch(new RegExp(`^222 ${number} `));
    await client.block();
    expect(await client.line()).toMatch(/^500 /);
  }
});

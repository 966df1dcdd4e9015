import { expect, test } from 'vitest';
import type { Access } from '../../src/nntp/backend.ts';
import { Refusal, type RefusalKind } from '../../src/nntp/backend.ts';
import { play } from '../support/exchange.ts';
import { serve } from '../support/nntp-server.ts';
import { rfcWorld } from '../support/rfc-world.ts';

const HELD = '<45223423@example.com>';
const NEW = '<new@example.com>';
const article = (id: string, group = 'misc.test'): string =>
  `C: Newsgroups: ${group}\nC: Message-ID: ${id}\nC: \nC: ..\nC: DATE\nC: .\n`;
const STRANGER: Access = { read: true, post: false, loginHelps: true };

/** clause, exchange */
const rows: readonly [clause: string, exchange: string][] = [
  ['§2.3 MODE STREAM', 'C: MODE STREAM\nS! 203 Streaming permitted\nC: mode stream now\nS: 501'],
  ['§2.4 CHECK: wanted, and not', `C: CHECK ${NEW}\nS! 238 ${NEW}\nC: CHECK ${HELD}\nS! 438 ${HELD} Duplicate`],
  ['§2.4 CHECK needs no MODE STREAM, and the case of letters is all one', `C: check ${NEW}\nS! 238 ${NEW}`],
  [
    '§2.4.1 the answer names what the client named, whatever it is',
    'C: CHECK x@y\nS! 438 x@y Not a message-id\nC: CHECK <x>\nS! 438 <x> Not a message-id',
  ],
  ['§2.4 CHECK, wrong', 'C: CHECK\nS: 501\nC: CHECK <a@b> <c@d>\nS: 501'],
  [
    '§2.5 TAKETHIS: taken, and a duplicate then',
    `C: TAKETHIS ${NEW}\n${article(NEW)}S! 239 ${NEW}\nC: TAKETHIS ${NEW}\n${article(NEW)}S! 439 ${NEW} Duplicate
     C: CHECK ${NEW}\nS: 438\nC: STAT ${NEW}\nS: 223`,
  ],
  [
    '§2.5 TAKETHIS, refused for good in the backend’s words',
    `C: TAKETHIS ${NEW}\n${article(NEW, 'no.such')}S! 439 ${NEW} Newsgroups: no such newsgroup\nC: DATE\nS: 111`,
  ],
  [
    '§2.5 the article is read before whatever is wrong with the line is said',
    `C: TAKETHIS\n${article(NEW)}S: 501
     C: TAKETHIS <a@b> <c@d>\n${article(NEW)}S: 501
     C: TAKETHIS a\0b\n${article(NEW)}S: 501
     C: TAKETHIS x@y\n${article(NEW)}S! 439 x@y Not a message-id
     C: TAKETHIS ${'x'.repeat(1000)}\n${article(NEW)}S: 501 Line longer
     C: CHECK ${NEW}\nS: 238`,
  ],
  [
    '§2.5 a line so long that it is not kept: the connection ends, and nothing of the article is a command',
    `C: \tTakeThis ${'x'.repeat(5000)}\n${article(NEW)}S: 400\n[end]`,
  ],
];

test.each(rows)('RFC 4644 %s', async (_clause, exchange) => {
  const { connect } = await serve(rfcWorld());
  await play(await connect(), exchange);
});

test('RFC 4644 §2.2 STREAMING is announced where it can be used', async () => {
  const backend = rfcWorld();
  backend.guest = STRANGER;
  const { connect } = await serve(backend);
  const client = await connect();
  const capabilities = () => client.list('CAPABILITIES', '101');
  expect(await capabilities()).not.toContain('STREAMING');
  await play(
    client,
    `C: MODE STREAM\nS: 480\nC: CHECK ${NEW}\nS: 480\nC: TAKETHIS ${NEW}\n${article(NEW)}S: 480\nC: DATE\nS: 111
     C: AUTHINFO USER alice\nS: 381\nC: AUTHINFO PASS secret\nS: 281\nC: MODE STREAM\nS: 203\nC: CHECK ${NEW}\nS: 238`,
  );
  expect(await capabilities()).toContain('STREAMING');
  backend.member = { read: true, post: false, loginHelps: false };
  await play(
    client,
    `C: MODE STREAM\nS: 502\nC: CHECK ${NEW}\nS: 502\nC: TAKETHIS ${NEW}\n${article(NEW)}S: 502\nC: DATE\nS: 111`,
  );
  expect(await capabilities()).not.toContain('STREAMING');
  expect(backend.posted).toHaveLength(0);
});

test('RFC 4644 §2.1 a whole stream at once: each answer in its place', async () => {
  const backend = rfcWorld();
  const { connect } = await serve(backend);
  const client = await connect();
  const ids = Array.from({ length: 50 }, (_, n) => `<${n}@example.com>`);
  for (const id of ids) client.send(`CHECK ${id}`, `TAKETHIS ${id}`, 'Newsgroups: misc.test', '', 'Text', '.');
  for (const id of ids) {
    expect(await client.line()).toBe(`238 ${id}`);
    expect(await client.line()).toBe(`239 ${id}`);
  }
  expect(backend.posted.map(({ context }) => context.suggested)).toEqual(ids);
  expect(backend.posted.every(({ context }) => context.feed)).toBe(true);
});

test('RFC 4644 §2.4.2 what another connection is sending: 431, until it is there or not', async () => {
  const backend = rfcWorld();
  const { connect } = await serve(backend);
  const [one, other] = [await connect(), await connect()];
  for (const command of [`IHAVE ${NEW}`, `TAKETHIS ${NEW}`]) {
    one.send(command);
    if (command.startsWith('IHAVE')) {
      expect(await one.line()).toMatch(/^335 /);
      expect(backend.arriving.size).toBe(1);
    }
    one.send('Newsgroups: misc.test', '', 'half');
    await expect.poll(() => backend.arriving.size).toBe(1);
    expect(await other.ask(`CHECK ${NEW}`)).toBe(`431 ${NEW} Not now; try again later`);
    expect(await other.ask(`IHAVE ${NEW}`)).toMatch(/^436 /);
    backend.onPost = () => Promise.reject(new Refusal('rejected', 'no'));
    one.send('.');
    expect(await one.line()).toMatch(/^43[79] .*no$/);
    expect(await other.ask(`CHECK ${NEW}`)).toBe(`238 ${NEW}`);
  }
  one.send(`TAKETHIS ${NEW}`, 'Newsgroups: misc.test', '', 'half');
  await expect.poll(() => backend.arriving.size).toBe(1);
  one.close();
  await expect.poll(() => backend.arriving.size).toBe(0);
  expect(await other.ask(`CHECK ${NEW}`)).toBe(`238 ${NEW}`);
});

/** what the backend says, and what a peer is told */
const refusals: readonly [RefusalKind, string][] = [
  ['login-required', `S! 439 ${NEW} why`],
  ['forbidden', `S! 439 ${NEW} why`],
  ['rejected', `S! 439 ${NEW} why`],
  ['duplicate', `S! 439 ${NEW} why`],
  // 439 would be for good, and there is no code for later.
  ['unavailable', 'S! 400 why\n[end]'],
];

test.each(refusals)('RFC 4644 §2.5.2 an article refused as %s', async (kind, answer) => {
  const backend = rfcWorld();
  backend.onPost = () => Promise.reject(new Refusal(kind, 'why'));
  const { connect } = await serve(backend);
  await play(await connect(), `C: TAKETHIS ${NEW}\n${article(NEW)}${answer}`);
});

test('RFC 4644 §2.5.2 a fault is not for good: 400, whatever was sent ahead is not run', async () => {
  const backend = rfcWorld();
  backend.onPost = () => Promise.reject(new Error('bug'));
  const { connect } = await serve(backend);
  await play(await connect(), `C: TAKETHIS ${NEW}\n${article(NEW)}C: DATE\nS: 400 Internal fault\n[end]`);
});

test('… and it is heard, also where the round of the event loop is over when it is answered', async () => {
  const backend = rfcWorld();
  backend.onPost = () => {
    for (const until = performance.now() + 20; performance.now() < until; );
    return Promise.reject(new Error('bug'));
  };
  const { connect } = await serve(backend);
  await play(await connect(), `C: TAKETHIS ${NEW}\n${article(NEW)}S: 400 Internal fault\n[end]`);
});

test('RFC 4644 §2.5 a backend that fails when it is asked whether it wants the article: it is read first', async () => {
  const backend = rfcWorld();
  backend.offer = () => {
    throw new Error('bug');
  };
  const { connect } = await serve(backend);
  await play(await connect(), `C: TAKETHIS ${NEW}\n${article(NEW)}S: 403\nC: CHECK ${NEW}\nS: 403\nC: DATE\nS: 111`);
});

test('RFC 4644 §2.5 an article beyond the limit is read to its end: 439; without room for it: 400', async () => {
  const backend = rfcWorld();
  const { connect } = await serve(backend, { limits: { article: 1000, articles: 1000 } });
  const client = await connect();
  const long = Array<string>(100).fill('C: DATE');
  await play(client, `C: TAKETHIS ${NEW}\n${long.concat(long, long).join('\n')}\nC: .\nS: 439 ${NEW} Article larger`);
  const other = await connect();
  other.send('POST', 'Newsgroups: misc.test', '', 'x'.repeat(600));
  await other.line();
  const room = `C: TAKETHIS ${NEW}\n${long.join('\n')}\nC: .\nS: 400 Too many articles\n[end]`;
  await play(client, room);
  expect(backend.posted).toHaveLength(0);
});

test('RFC 4644 §2.5 what is refused before it comes takes no memory', async () => {
  const backend = rfcWorld();
  backend.guest = STRANGER;
  const { connect } = await serve(backend, { limits: { articles: 1000 } });
  const [stranger, peer] = [await connect(), await connect()];
  await peer.login('alice', 'secret');
  const half = [`TAKETHIS ${NEW}`, 'Newsgroups: misc.test', '', 'x'.repeat(600)];
  stranger.send(...half);
  for (let n = 0; n < 20; n++) await peer.ask('DATE');
  peer.send(...half, '.');
  expect(await peer.line()).toBe(`239 ${NEW}`);
  stranger.send('.');
  expect(await stranger.line()).toMatch(/^480 /);
});

test('an answer fits its line of 512 octets, message-id and all', async () => {
  const backend = rfcWorld();
  const id = `<${'x'.repeat(236)}@example.com>`;
  backend.onPost = () => Promise.reject(new Refusal('rejected', 'é'.repeat(600)));
  const { connect } = await serve(backend);
  const client = await connect();
  client.send(`TAKETHIS ${id}`, '', '.');
  const line = await client.line();
  expect(line).toMatch(new RegExp(`^439 ${id} é+$`));
  expect(Buffer.byteLength(line)).toBeLessThanOrEqual(510);
});

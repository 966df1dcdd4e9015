import { expect, test } from 'vitest';
import { Refusal } from '../../src/nntp/backend.ts';
import { play } from '../support/exchange.ts';
import type { MemoryBackend } from '../support/memory-backend.ts';
import { serve } from '../support/nntp-server.ts';
import { rfcWorld } from '../support/rfc-world.ts';

const thrown: readonly (readonly [what: string, fail: () => never])[] = [
  [
    'throws an Error',
    () => {
      throw new Error('bug');
    },
  ],
  [
    'throws nothing',
    () => {
      throw undefined;
    },
  ],
  [
    'throws a string',
    () => {
      throw 'bug';
    },
  ],
];
const rejected: readonly (readonly [what: string, fail: () => Promise<never>])[] = [
  ['rejects', () => Promise.reject(new Error('bug'))],
  ['rejects with nothing', () => Promise.reject(undefined)],
  ['rejects with a string', () => Promise.reject('bug')],
];

/** Where a backend can fail, and a command that goes there. */
const places: readonly [keyof MemoryBackend, string][] = [
  ['access', 'MODE READER'],
  ['access', 'STAT'],
  ['access', 'CAPABILITIES'],
  ['newsgroup', 'GROUP misc.test'],
  ['newsgroup', 'LISTGROUP misc.test'],
  ['newsgroups', 'LIST ACTIVE'],
  ['newsgroups', 'NEWNEWS * 990101 000000'],
  ['find', 'ARTICLE <45223423@example.com>'],
  ['find', 'OVER <45223423@example.com>'],
  ['motd', 'LIST MOTD'],
  ['offer', 'IHAVE <new@example.com>'],
  ['suggestMessageId', 'POST'],
];
const slow = places.filter(([method]) => method === 'motd');

const cases = [
  ...places.flatMap(([method, command]) => thrown.map(([what, fail]) => [method, what, command, fail] as const)),
  ...slow.flatMap(([method, command]) => rejected.map(([what, fail]) => [method, what, command, fail] as const)),
];

test.each(cases)('a backend whose %s %s (%s): 403, and all goes on', async (method, _what, command, fail) => {
  const backend = rfcWorld();
  const { connect } = await serve(backend);
  const [client, other] = [await connect(), await connect()];
  const works = backend[method];
  Object.assign(backend, { [method]: fail });
  // Pipelined: the fault must not take what follows with it.
  client.send(command, 'DATE', command, 'DATE');
  for (let round = 0; round < 2; round++) {
    expect(await client.line()).toMatch(/^403 /);
    expect(await client.line()).toMatch(/^111 /);
  }
  Object.assign(backend, { [method]: works });
  expect(await other.ask('GROUP misc.test')).toMatch(/^211 /);
});

test('a backend that fails at the greeting: 400, and the next may come in', async () => {
  const backend = rfcWorld();
  const { connect } = await serve(backend);
  const { access } = backend;
  backend.access = () => {
    throw new Error('bug');
  };
  await play(await connect(false), 'S: 400\n[end]');
  backend.access = () => {
    throw new Refusal('unavailable', 'the disk fails');
  };
  await play(await connect(false), 'S: 400 the disk fails\n[end]');
  backend.access = access;
  await play(await connect(false), 'S: 200');
});

test('posts that fail in any way are refused, logged and over', async () => {
  const backend = rfcWorld();
  const { connect } = await serve(backend);
  const client = await connect();
  for (const [, fail] of [...thrown, ...rejected]) {
    backend.onPost = fail;
    await play(client, 'C: POST\nS: 340\nC: Newsgroups: misc.test\nC: \nC: .\nS: 441 Internal fault');
    await play(
      client,
      'C: IHAVE <new@example.com>\nS: 335\nC: Newsgroups: misc.test\nC: \nC: .\nS: 436 Internal fault',
    );
  }
  expect(await client.ask('DATE')).toMatch(/^111 /);
});

test('a refusal’s text is one line, whatever is in it', async () => {
  const backend = rfcWorld();
  const { connect } = await serve(backend);
  const client = await connect();
  backend.onPost = () =>
    Promise.reject(new Refusal('rejected', `Line 3:\r\n.\r\n200 injected\0\x1b[1m ${'x'.repeat(1000)}`));
  await play(client, 'C: POST\nS: 340\nC: .\nS: 441 Line 3: . 200 injected[1m x');
  expect(await client.ask('DATE')).toMatch(/^111 /);
});

test('a refusal’s text fits a response line of 512 octets, whole characters only', async () => {
  const backend = rfcWorld();
  const { connect } = await serve(backend);
  const client = await connect();
  for (const filler of ['é', 'x', '☃', '😀', 'x☃']) {
    backend.onPost = () => Promise.reject(new Refusal('rejected', filler.repeat(600)));
    await play(client, 'C: POST\nS: 340\nC: .');
    const line = await client.line();
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(510);
    expect(Buffer.byteLength(line)).toBeGreaterThan(470);
    expect(line).not.toContain('\uFFFD');
  }
});

test('a group that requires a login: 480, 483 or 502, by what would help', async () => {
  const backend = rfcWorld();
  const hidden = backend.groups.get('comp.risks');
  if (hidden) hidden.hidden = true;
  backend.guest = { read: true, post: false, loginHelps: true };
  const { connect } = await serve(backend);
  await play(
    await connect(),
    'C: GROUP comp.risks\nS: 480\nC: LIST ACTIVE comp.*\nS: 215\nS! .\nC: STAT <risk.1@example.com>\nS: 430\nC: AUTHINFO USER alice\nS: 381\nC: AUTHINFO PASS secret\nS: 281\nC: GROUP comp.risks\nS: 211\nC: STAT <risk.1@example.com>\nS: 223',
  );
});

test('answers that are ready late keep their place in line', async () => {
  const backend = rfcWorld();
  const group = backend.groups.get('misc.test');
  const { connect } = await serve(backend);
  const client = await connect();
  let turns = 0;
  if (group) {
    group.onArticle = () => (++turns % 2 === 0 ? undefined : new Promise((resolve) => setImmediate(resolve)));
  }
  const wanted = [3000234, 3000237, 3000238, 3000239, 3002322];
  client.send('GROUP misc.test', ...wanted.map((number) => `HEAD ${number}`), 'OVER 1-', 'DATE');
  expect(await client.line()).toMatch(/^211 /);
  for (const number of wanted) {
    expect(await client.line()).toMatch(new RegExp(`^221 ${number} `));
    await client.block();
  }
  expect(await client.line()).toMatch(/^224 /);
  expect(await client.block()).toHaveLength(5);
  expect(await client.line()).toMatch(/^111 /);
});

test('a newsgroup whose articles are not known yet is listed; whatever asks for them is told to come back', async () => {
  const backend = rfcWorld();
  const notYet = new Refusal('unavailable', "the board's index has not been read yet; try again shortly");
  const { connect } = await serve(backend);
  const client = await connect();
  await client.ask('GROUP misc.test');
  backend.newsgroup = () => {
    throw notYet;
  };
  for (const command of [
    'GROUP misc.test',
    'LISTGROUP misc.test',
    'LISTGROUP',
    'NEWNEWS misc.* 20000101 000000',
    'OVER 1-',
    'HDR Subject 1-',
    'STAT 3000234',
    'ARTICLE 3000234',
    'NEXT',
    'LAST',
  ]) {
    expect(await client.ask(command), command).toBe(`403 ${notYet.message}`);
  }
  expect((await client.askAll('LIST ACTIVE misc.test'))[1]).toMatch(/^misc\.test 0*3002322 0*3000234 y$/);
});

import net from 'node:net';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { Attacked } from '../support/attacked.ts';
import type { NntpClient } from '../support/nntp-client.ts';

/** Attacks that ended the bare package's process, filled its memory, or stopped it for long. */
const MB = 1024 * 1024;
let attacked: Attacked;
let bystander: NntpClient;

async function connect(): Promise<NntpClient> {
  const client = await attacked.connect();
  onTestFinished(() => client.close());
  return client;
}

beforeAll(async () => {
  attacked = await Attacked.start({ DEBUG: 'nntp-server.*' });
  bystander = await attacked.connect();
  await bystander.ask('GROUP large');
});

afterEach(async () => {
  // Whatever happened, the process is alive and others are served.
  expect(attacked.alive).toBe(true);
  expect(await bystander.ask('STAT 5')).toBe('223 5 <5@large.example.net>');
});

afterAll(async () => {
  bystander.close();
  await attacked.stop();
});

test('a wildmat of 5,000 patterns in a line of 30 KB', async () => {
  const client = await connect();
  expect(await client.ask(`LIST ACTIVE ${'a*b,'.repeat(7500)}x`)).toMatch(/^501 /);
  expect(await client.ask('DATE')).toMatch(/^111 /);
});

test('patterns made to take for ever, and what the package took for a regular expression', async () => {
  const client = await connect();
  await client.ask('GROUP large');
  for (const pattern of [
    `${'*a'.repeat(240)}b`,
    '*'.repeat(490),
    `${'?*'.repeat(240)}`,
    '(a+)+$',
    'a-b',
    '***',
    '.*',
  ]) {
    const [status] = await client.askAll(`LIST ACTIVE ${pattern}`);
    expect(status).toMatch(/^215 /);
    const [found] = await client.askAll(`XPAT subject 1-2000 ${pattern}`);
    expect(found).toMatch(/^221 /);
  }
});

test('a line of 30 MB: one 501, nothing kept', async () => {
  const client = await connect();
  const { held } = await attacked.health('collect');
  const chunk = Buffer.alloc(MB, 'A');
  for (let i = 0; i < 30; i++) await new Promise((resolve) => client.stream.write(chunk, resolve));
  client.send('', 'DATE');
  expect(await client.line()).toMatch(/^501 /);
  expect(await client.line()).toMatch(/^111 /);
  expect((await attacked.health('collect')).held - held).toBeLessThan(10 * MB);
});

test('20,000 pipelined OVER of a million articles from a client that never reads', async () => {
  const socket = net.connect(attacked.port, '127.0.0.1');
  socket.on('error', () => {});
  const { held, pieces } = await attacked.health('collect');
  socket.pause();
  socket.write(`GROUP large\r\n${'OVER 1-\r\n'.repeat(20_000)}`);
  // Made until the socket is full, then no more.
  let made = -1;
  await expect
    .poll(
      async () => {
        const before = made;
        made = (await attacked.health()).pieces - pieces;
        return made > 0 && made === before;
      },
      { interval: 50 },
    )
    .toBe(true);
  expect(made).toBeLessThan(1000);
  expect((await attacked.health('collect')).held - held).toBeLessThan(10 * MB);
  socket.destroy();
  await expect.poll(async () => (await attacked.health()).connections).toBe(1);
  // Nor does it go on for a client that has gone.
  const { pieces: atTheEnd } = await attacked.health();
  for (let round = 0; round < 5; round++) expect((await attacked.health()).pieces).toBe(atTheEnd);
});

test('resets with 2,000 commands queued: they are not run once their client has gone', async () => {
  const { commands } = await attacked.health();
  for (let round = 0; round < 10; round++) {
    const client = await connect();
    client.stream.on('error', () => {});
    client.send('GROUP large', ...Array.from({ length: 2000 }, (_, i) => `OVER ${i + 1}-`));
    await client.line();
    client.socket.resetAndDestroy();
  }
  await expect.poll(async () => (await attacked.health()).connections).toBe(1);
  expect((await attacked.health()).commands - commands).toBeLessThan(2000);
});

test('binary garbage and NULs', async () => {
  const client = await connect();
  client.stream.on('error', () => {});
  const garbage = Buffer.from(Array.from({ length: 64 * 1024 }, (_, i) => (i * 7919 + (i >> 3)) & 0xff));
  client.send(garbage, '', 'DATE\0', Buffer.from([0, 0, 0x0d, 0x0a]), Buffer.from([0xff, 0xfe, 0x0d, 0x0a]), 'DATE');
  client.stream.end();
  const answers = (await client.rest()).split('\r\n').slice(0, -1);
  expect(answers.at(-1)).toMatch(/^111 /);
  expect(answers.at(-2)).toMatch(/^500 /);
  expect(answers.at(-3)).toMatch(/^501 /);
  expect(answers.slice(0, -1).every((line) => /^50[01] /.test(line))).toBe(true);
});

test.each([
  ['a form', 'POST / HTTP/1.1\r\nHost: 127.0.0.1:119\r\nContent-Type: text/plain\r\n\r\n'],
  ['an address longer than a line', `GET /${'a'.repeat(60_000)} HTTP/1.1\r\nHost: 127.0.0.1:119\r\n\r\n`],
  ['an address with spaces', 'GET /a b c HTTP/1.1\r\nhost: x\r\n\r\n'],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
])('a browser is cut off at its first line that is HTTP: %s', async (_what, request) => {
  const client = await connect();
  const { commands } = await attacked.health();
  client.stream.write(`${request}GROUP large\r\nPOST\r\nFrom: a page\r\n\r\n.\r\nQUIT\r\n`);
  expect(await client.rest()).toMatch(/^(50[01] [^\n]*\n)?400 This is a news server, not a web server\r\n$/);
  expect((await attacked.health()).commands - commands).toBeLessThanOrEqual(2);
});

test('100,000 commands in one write, read at leisure', async () => {
  const client = await connect();
  await client.ask('GROUP large');
  client.stream.write('STAT 7\r\n'.repeat(100_000));
  client.stream.end();
  const answers = await client.rest();
  expect(answers.length).toBe(100_000 * '223 7 <7@large.example.net>\r\n'.length);
});

test('a client that hands in its commands octet by octet', async () => {
  const client = await connect();
  for (const octet of Buffer.from('STAT <77@large.example.net>\r\n')) {
    await new Promise((resolve) => client.stream.write(Buffer.from([octet]), resolve));
  }
  expect(await client.line()).toBe('223 0 <77@large.example.net>');
});

test('60 articles of dot lines at once, 34 MB: what is held is bounded, and comes back', async () => {
  const clients = await Promise.all(Array.from({ length: 60 }, connect));
  const before = (await attacked.health('collect')).held;
  for (const client of clients) client.send('POST');
  for (const client of clients) expect(await client.line()).toMatch(/^340 /);
  const lines = Buffer.from('..\r\n'.repeat(145_000));
  await Promise.all(clients.map((client) => new Promise((resolve) => client.stream.write(lines, resolve))));
  expect((await attacked.health('collect')).held - before).toBeLessThan(70 * MB);
  for (const client of clients) client.send('', '.');
  for (const client of clients) expect(await client.line()).toMatch(/^441 /);
  expect((await attacked.health('collect')).held).toBeLessThan(1.3 * before);
});

test('the package’s debug switch shows no password', async () => {
  const client = await connect();
  await client.ask('AUTHINFO USER alice');
  await client.ask('AUTHINFO PASS hunter2');
  expect(attacked.output).not.toMatch(/hunter2/);
});

/** Commands that take all a session is given, whether they answer at once, at length, or by promises. */
const greed: readonly [what: string, command: string, times: number][] = [
  ['overviews of a million articles', 'OVER 1-', 1000],
  ['patterns over a million headers', `XPAT subject 1- ${'*a,*b'.repeat(90)}`, 1000],
  ['GROUP after GROUP', 'GROUP large', 2_000_000],
  ['STAT after STAT', 'STAT 7', 2_000_000],
];

test.each(greed)('%s do not hold up another’s STAT', async (_what, command, times) => {
  const greedy = await connect();
  await greedy.ask('GROUP large');
  greedy.stream.removeAllListeners('data');
  greedy.stream.resume();
  greedy.stream.write(`${command}\r\n`.repeat(times));
  const { commands } = await attacked.health();
  for (let i = 1; i <= 50; i++) expect(await bystander.ask(`STAT ${i}`)).toMatch(/^223 /);
  // Fifty answers have come before all of the other's: one for each turn.
  expect((await attacked.health()).commands - commands).toBeLessThan(times);
});

test('5,000 idle connections', async () => {
  const clients: net.Socket[] = [];
  const { held } = await attacked.health('collect');
  for (let i = 0; i < 5_000; i += 250) {
    await Promise.all(
      Array.from(
        { length: 250 },
        () =>
          new Promise<void>((resolve, reject) => {
            const socket = net.connect(attacked.port, '127.0.0.1');
            clients.push(socket);
            socket.once('data', () => resolve());
            socket.once('error', reject);
          }),
      ),
    );
  }
  const crowded = await attacked.health('collect');
  expect(crowded.connections).toBe(5_001);
  // What each keeps; what the process takes for it is measured by the benchmark.
  expect((crowded.held - held) / 5_000).toBeLessThan(6_000);
  expect(await bystander.ask('STAT 5')).toMatch(/^223 /);
  for (const socket of clients) socket.destroy();
  await expect.poll(async () => (await attacked.health()).connections).toBe(1);
});

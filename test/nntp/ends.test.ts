import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { expect, onTestFinished, test, vi } from 'vitest';
import { LoginGate } from '../../src/nntp/login-gate.ts';
import { play } from '../support/exchange.ts';
import { NntpClient } from '../support/nntp-client.ts';
import { serve, tlsFiles } from '../support/nntp-server.ts';
import { rfcWorld } from '../support/rfc-world.ts';

const deferred = <T = void>(): { promise: Promise<T>; resolve: (value: T) => void } => Promise.withResolvers<T>();

test('a half-closed client gets every answer it asked for', async () => {
  const backend = rfcWorld();
  const group = backend.groups.get('misc.test');
  const { connect } = await serve(backend);
  const client = await connect();
  if (group) group.onArticle = () => new Promise((resolve) => setImmediate(resolve));
  client.send('GROUP misc.test', ...Array.from({ length: 200 }, () => 'ARTICLE 3000234'), 'DATE');
  client.stream.end();
  const text = await client.rest();
  expect(text.match(/^220 /gm)).toHaveLength(200);
  expect(text).toMatch(/\r\n111 \d{14}\r\n$/);
});

test('an article that is complete before the end of the input is taken', async () => {
  const backend = rfcWorld();
  backend.guest = { read: true, post: true, loginHelps: true };
  const group = backend.groups.get('misc.test');
  const { connect } = await serve(backend);
  const client = await connect();
  const [begun, sent] = [deferred(), deferred()];
  // While the first ARTICLE is at work the server does not read on: the rest and the end of the input arrive together.
  const held = [sent.promise, new Promise<void>((resolve) => setImmediate(resolve))];
  if (group) {
    group.onArticle = () => {
      begun.resolve();
      return held.shift();
    };
  }
  client.send('GROUP misc.test', 'ARTICLE 3000234', Buffer.from('ARTI'));
  await begun.promise;
  client.send('CLE 3000234', 'POST', 'Newsgroups: misc.test', 'Subject: x', '', 'Text', '.', 'DATE');
  client.stream.end();
  for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate);
  sent.resolve();
  const codes = (await client.rest()).match(/^\d{3}(?= )/gm);
  expect(codes).toEqual(['211', '220', '220', '340', '240', '111']);
});

test('so does one behind TLS', async () => {
  const backend = rfcWorld();
  const group = backend.groups.get('misc.test');
  if (group) group.onArticle = () => new Promise((resolve) => setImmediate(resolve));
  const { tlsPort } = await serve(backend, { tls: tlsFiles('first') });
  const secured = tls.connect({
    port: tlsPort,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    allowHalfOpen: true,
  } as tls.ConnectionOptions);
  const client = new NntpClient(secured);
  expect(await client.line()).toMatch(/^200 /);
  client.send('GROUP misc.test', ...Array.from({ length: 20 }, () => 'ARTICLE 3000234'), 'DATE');
  client.stream.end();
  const text = await client.rest();
  expect(text.match(/^220 /gm)).toHaveLength(20);
  expect(text).toMatch(/\r\n111 \d{14}\r\n$/);
});

test.each(['NNTPS', 'STARTTLS'])('who goes in the middle of a handshake (%s) is not waited for', async (kind) => {
  const { server, tlsPort } = await serve(rfcWorld(), { tls: tlsFiles('first') });
  const port = kind === 'NNTPS' ? tlsPort : server.addresses[0]?.port;
  const socket = net.connect({ port: port ?? 0, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {});
  if (kind === 'STARTTLS') {
    const client = new NntpClient(socket);
    await client.line();
    expect(await client.ask('STARTTLS')).toMatch(/^382 /);
  }
  socket.resume();
  const closed = once(socket, 'close');
  // The beginning of a ClientHello.
  socket.end(Buffer.from('1603010200', 'hex'));
  await closed;
  await expect.poll(() => server.connections).toBe(0);
});

test('close(): 400 to idle clients; an answer in flight and a post being taken finish first', async () => {
  const backend = rfcWorld();
  const { connect, server } = await serve(backend);
  const [idle, reading, posting, writing] = [await connect(), await connect(), await connect(), await connect()];
  const text = deferred();
  const posted = deferred<string>();
  const group = backend.groups.get('misc.test');
  const asked = deferred();
  if (group) {
    group.onArticle = () => {
      asked.resolve();
      return text.promise;
    };
  }
  backend.onPost = () => {
    taken.resolve();
    return posted.promise;
  };
  const taken = deferred();
  reading.send('GROUP misc.test', 'ARTICLE 3000234', 'DATE');
  expect(await reading.line()).toMatch(/^211 /);
  posting.send('POST');
  expect(await posting.line()).toMatch(/^340 /);
  posting.send('Newsgroups: misc.test', '', '.');
  writing.send('POST');
  expect(await writing.line()).toMatch(/^340 /);
  writing.send('Newsgroups: misc.test');
  await asked.promise;
  await taken.promise;

  const closed = server.close();
  expect(await idle.rest()).toMatch(/^400 [^\n]*\r\n$/);
  idle.stream.end();
  text.resolve();
  expect(await reading.line()).toMatch(/^220 /);
  await reading.block();
  // What was not begun is not run.
  expect(await reading.rest()).toMatch(/^400 /);
  reading.stream.end();
  posted.resolve('<done@example.com>');
  expect(await posting.line()).toBe('240 Article received <done@example.com>');
  expect(await posting.rest()).toMatch(/^400 /);
  posting.stream.end();
  writing.send('', '.');
  expect(await writing.line()).toMatch(/^240 /);
  expect(await writing.rest()).toMatch(/^400 /);
  writing.stream.end();
  await closed;
  await expect(connect()).rejects.toThrow(/ECONNREFUSED/);
});

test('close(): whoever does not go is cut off', async () => {
  const backend = rfcWorld();
  const { connect, server, port } = await serve(backend);
  const group = backend.groups.get('misc.test');
  const asked = deferred();
  if (group) {
    group.onArticle = () => {
      asked.resolve();
      return new Promise(() => {});
    };
  }
  const stuck = await connect();
  stuck.send('GROUP misc.test', 'ARTICLE');
  expect(await stuck.line()).toMatch(/^211 /);
  await asked.promise;
  const open = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  await once(open, 'data');
  await server.close(200);
  expect(server.connections).toBe(0);
  expect(await stuck.rest()).toBe('');
  open.destroy();
});

test('close() twice is close() once', async () => {
  const { server } = await serve();
  expect(server.close()).toBe(server.close());
  await server.close();
});

test('readers are counted in and out', async () => {
  const backend = rfcWorld();
  const { connect, server } = await serve(backend);
  const [quitting, resetting, half] = [await connect(), await connect(), await connect()];
  expect(backend.readers).toBe(3);
  await play(quitting, 'C: QUIT\nS: 205\n[end]');
  quitting.stream.end();
  resetting.socket.resetAndDestroy();
  half.stream.end();
  await expect.poll(() => backend.readers).toBe(0);
  expect(server.connections).toBe(0);
});

test('a selected newsgroup that goes is empty, with its high mark; one that comes in its place is read at once', async () => {
  const backend = rfcWorld();
  const { connect } = await serve(backend);
  const client = await connect();
  await client.ask('GROUP misc.test');
  const group = backend.groups.get('misc.test');
  backend.groups.delete('misc.test');
  expect(await client.ask('LISTGROUP')).toBe('211 0 3002323 3002322 misc.test list follows');
  expect(await client.block()).toEqual([]);
  await play(
    client,
    'C: XOVER 1-\nS: 420\nC: ARTICLE 3000234\nS: 423\nC: STAT\nS: 420\nC: NEXT\nS: 420\nC: GROUP misc.test\nS: 411',
  );
  group?.put('<new@example.net>', 'Subject: new\r\n\r\nText\r\n');
  backend.groups.set('misc.test', group ?? backend.add('misc.test'));
  await play(client, 'C: STAT 3002323\nS! 223 3002323 <new@example.net>');
});

test('nothing waits for a client that has gone', async () => {
  const { connect, server } = await serve();
  const [begun, ended] = [vi.spyOn(globalThis, 'setTimeout'), vi.spyOn(globalThis, 'clearTimeout')];
  onTestFinished(() => void vi.restoreAllMocks());
  const client = await connect();
  await client.ask('QUIT');
  client.close();
  const waits = () =>
    begun.mock.calls.flatMap(([, ms], call) => (ms === 5_000 ? [begun.mock.results[call]?.value] : []));
  const isOver = (wait: unknown) => ended.mock.calls.some(([timer]) => timer === wait);
  await expect.poll(() => server.connections).toBe(0);
  expect(waits().map(isOver)).toEqual([true]);
});

test('a login that waited behind another is not looked at once its connection is closed', async () => {
  const backend = rfcWorld();
  const { connect, server } = await serve(backend, { limits: { failedLogins: 1 } });
  const [asked, proven] = [deferred(), deferred<string>()];
  const login = vi.spyOn(backend, 'login').mockImplementation(() => {
    asked.resolve();
    return proven.promise;
  });
  const attempt = vi.spyOn(LoginGate.prototype, 'attempt');
  onTestFinished(() => attempt.mockRestore());
  for (const client of [await connect(), await connect()]) {
    await client.ask('AUTHINFO USER ann');
    client.send('AUTHINFO PASS right');
  }
  await asked.promise;
  await expect.poll(() => attempt).toHaveBeenCalledTimes(2);
  await server.close(200);
  proven.resolve('ann');
  for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate);
  expect(login).toHaveBeenCalledTimes(1);
});

import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Peer } from '../../src/nntp/backend.ts';
import { Certificate } from '../../src/nntp/connection/certificate.ts';
import type { Observer } from '../../src/nntp/observer.ts';
import { silent } from '../../src/wire/log.ts';
import { play } from '../support/exchange.ts';
import { MemoryBackend } from '../support/memory-backend.ts';
import { NntpClient } from '../support/nntp-client.ts';
import { serve, tlsFiles } from '../support/nntp-server.ts';
import { recordedLog } from '../support/recorded-log.ts';
import { rfcWorld } from '../support/rfc-world.ts';

test('connections in total: one more is told to try again later, and is let in once another has gone', async () => {
  const { connect, server } = await serve(rfcWorld(), { limits: { connections: 2 } });
  const first = await connect();
  const second = await connect();
  await play(await connect(false), 'S: 400\n[end]');
  expect(await second.ask('DATE')).toMatch(/^111 /);
  first.close();
  await expect.poll(() => server.connections).toBe(1);
  expect(await (await connect()).ask('DATE')).toMatch(/^111 /);
});

test('limits can change while connections are there', async () => {
  const { connect, server } = await serve(rfcWorld(), { limits: { connections: 1 } });
  await connect();
  server.setLimits({ connections: 2, line: 20 });
  const second = await connect();
  expect(await second.ask(`GROUP ${'x'.repeat(20)}`)).toMatch(/^501 /);
  await play(await connect(false), 'S: 400\n[end]');
});

test('connections of one address', async () => {
  const { connect, server } = await serve(rfcWorld(), { limits: { connectionsPerAddress: 1 } });
  const first = await connect();
  await play(await connect(false), 'S: 400\n[end]');
  first.send('QUIT');
  await first.rest();
  first.close();
  await expect.poll(() => server.connections).toBe(0);
  expect(await (await connect()).ask('DATE')).toMatch(/^111 /);
});

test('who is turned away and does not hang up keeps nobody from arriving, and is cut off where many do so', async () => {
  const { connect, server, port } = await serve(rfcWorld(), { limits: { connections: 2, connectionsPerAddress: 1 } });
  await connect();
  const leaving = [await connect(false), await connect(false)];
  for (const client of leaving) expect(await client.line()).toMatch(/^400 /);
  // One too many hears nothing.
  await play(await connect(false), '[end]');
  const elsewhere = net.connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' });
  onTestFinished(() => void elsewhere.destroy());
  expect(await new NntpClient(elsewhere).line()).toMatch(/^200 /);
  expect(server.connections).toBe(2);
});

test('idle for too long: 400 and the end; a client that says something stays', async () => {
  let time = 0;
  const limits = { idle: 600_000, handshake: 100 };
  const { connect } = await serve(rfcWorld(), { limits, clock: () => time });
  const [idle, busy] = [await connect(), await connect()];
  time = 599_999;
  expect(await busy.ask('DATE')).toMatch(/^111 /);
  time = 600_000;
  expect(await idle.rest()).toMatch(/^400 [^\n]*\r\n$/);
  expect(await busy.ask('DATE')).toMatch(/^111 /);
});

test('a wall clock that jumps ends nothing: neither sessions nor pauses', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 9, 25), shouldAdvanceTime: true });
  onTestFinished(() => void vi.useRealTimers());
  const backend = rfcWorld();
  backend.guest = { read: true, post: false, loginHelps: true };
  const limits = { idle: 60_000, command: 60_000, handshake: 100, failedLogins: 1, loginDelay: 1 };
  const { connect, tlsPort } = await serve(backend, { tls: tlsFiles('first'), limits });
  const [idle, guessing] = [await connect(), await connect()];
  await play(guessing, 'C: AUTHINFO USER alice\nS: 381\nC: AUTHINFO PASS wrong\nS: 481');
  for (const hours of [2, -24, 48]) {
    vi.setSystemTime(Date.now() + hours * 3_600_000);
    // It says nothing, and is cut off: the server has looked over its connections since.
    await once(net.connect(tlsPort, '127.0.0.1'), 'close');
    expect(await idle.ask('DATE')).toMatch(/^111 /);
    await play(
      guessing,
      'C: AUTHINFO USER alice\nS: 381\nC: AUTHINFO PASS secret\nS! 481 Too many failed logins; try again in 5 min',
    );
  }
});

test('an article that stops coming, and a command that never ends', async () => {
  const backend = rfcWorld();
  const { connect } = await serve(backend, { limits: { command: 100 } });
  const client = await connect();
  client.send('POST');
  expect(await client.line()).toMatch(/^340 /);
  client.send('Newsgroups: misc.test');
  expect(await client.rest()).toBe('');
  const group = backend.groups.get('misc.test');
  if (group) group.onArticle = () => new Promise(() => {});
  const other = await connect();
  other.send('GROUP misc.test', 'ARTICLE');
  expect(await other.line()).toMatch(/^211 /);
  expect(await other.rest()).toBe('');
});

test('a handshake that never comes', async () => {
  const { tlsPort, server } = await serve(rfcWorld(), { tls: tlsFiles('first'), limits: { handshake: 100 } });
  const socket = net.connect(tlsPort, '127.0.0.1');
  await once(socket, 'close');
  expect(server.connections).toBe(0);
});

test('passwords are in no log, and every line of it names its connection', async () => {
  const { log, lines } = recordedLog();
  const backend = rfcWorld();
  backend.guest = { read: true, post: false, loginHelps: true };
  const { connect } = await serve(backend, { log, limits: { loginDelay: 1 } });
  const client = await connect();
  await play(
    client,
    `C: AUTHINFO USER alice\nS: 381\nC: AUTHINFO PASS hunter2\nS: 481
     C: AUTHINFO SASL PLAIN ${Buffer.from('\0alice\0hunter2').toString('base64')}\nS: 481
     C: AUTHINFO USER alice\nS: 381\nC: AUTHINFO PASS secret\nS: 281\nC: QUIT\nS: 205\n[end]`,
  );
  expect(lines.join('\n')).not.toMatch(/hunter2|aHVudGVyMg|"secret"/);
  expect(lines.filter((line) => line.startsWith('login refused'))).toHaveLength(2);
  const ids = lines.map((line) => /"connection":"([^"]+)"/.exec(line)?.[1]);
  expect(new Set(ids).size).toBe(1);
});

test('the observer is told of connections, commands and logins', async () => {
  const told: string[] = [];
  const peers: Peer[] = [];
  const observer: Observer = {
    connectionOpened: (peer, secure) => {
      peers.push(peer);
      told.push(`opened ${secure}`);
    },
    connectionClosed: (_peer, seconds) => told.push(`closed ${seconds >= 0}`),
    connectionRefused: (reason) => told.push(`refused ${reason}`),
    commandFinished: (verb, status, seconds) => told.push(`${verb} ${status} ${seconds >= 0}`),
    loginFailed: () => told.push('failed'),
    loginSucceeded: () => told.push('succeeded'),
  };
  const backend = rfcWorld();
  backend.guest = { read: true, post: true, loginHelps: true };
  const { connect, server } = await serve(backend, { observer, limits: { loginDelay: 1, connections: 1 } });
  const client = await connect();
  await play(
    client,
    'C: group misc.test\nS: 211\nC: OVER 3000234-\nS: 224\nS: ...\nC: <script>\nS: 500\nC: LIST COUNTS\nS: 215\nS: ...\nC: POST\nS: 340\nC: .\nS: 441\nC: AUTHINFO USER alice\nS: 381\nC: AUTHINFO PASS wrong\nS: 481\nC: AUTHINFO USER alice\nS: 381\nC: AUTHINFO PASS secret\nS: 281',
  );
  await play(await connect(false), 'S: 400\n[end]');
  client.close();
  await expect.poll(() => server.connections).toBe(0);
  expect(told).toEqual([
    'opened false',
    'GROUP 211 true',
    'OVER 224 true',
    'unknown 500 true',
    'LIST COUNTS 215 true',
    'POST 441 true',
    'AUTHINFO USER 381 true',
    'failed',
    'AUTHINFO PASS 481 true',
    'AUTHINFO USER 381 true',
    'succeeded',
    'AUTHINFO PASS 281 true',
    'refused full',
    'closed true',
  ]);
  expect(peers).toEqual([
    { address: '127.0.0.1', port: expect.any(Number), localPort: expect.any(Number), connection: expect.any(String) },
  ]);
});

test('PROXY protocol: the client is who the header says; without one there is no session', async () => {
  const peers: Peer[] = [];
  const observer: Observer = { connectionOpened: (peer) => void peers.push(peer) };
  const { connect, tlsPort } = await serve(rfcWorld(), { proxyProtocol: true, observer, tls: tlsFiles('first') });
  const header = Buffer.from('0d0a0d0a000d0a515549540a2111000cc0000201cb00710a8b350077', 'hex');
  const client = await connect(false);
  // Cut in two, with a command behind it.
  client.stream.write(header.subarray(0, 14));
  client.stream.write(Buffer.concat([header.subarray(14), Buffer.from('DATE\r\n')]));
  await play(client, 'S: 200\nS: 111');
  client.stream.end();
  expect(await client.rest()).toBe('');
  expect(peers[0]).toMatchObject({ address: '192.0.2.1', port: 35637 });

  const socket = net.connect(tlsPort, '127.0.0.1');
  socket.write(header);
  const secured = tls.connect({ socket, rejectUnauthorized: false });
  expect(String((await once(secured, 'data'))[0])).toMatch(/^200 /);
  expect(peers[1]).toMatchObject({ address: '192.0.2.1' });
  secured.destroy();

  const bare = await connect(false);
  bare.send('DATE');
  expect(await bare.rest()).toBe('');
});

test('a certificate is read again when its files change; one that is broken is not taken', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nntp-tls-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const files = { certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  const install = (certificate: string, key: string, at: number): void => {
    copyFileSync(certificate, files.certificate);
    copyFileSync(key, files.key);
    utimesSync(files.certificate, at, at);
  };
  const [first, second] = [tlsFiles('first'), tlsFiles('second')];
  install(first.certificate, first.key, 1);
  const { server, tlsPort } = await serve(rfcWorld(), { tls: files });
  const subject = async (): Promise<string | undefined> => {
    const socket = tls.connect({ port: tlsPort, host: '127.0.0.1', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const { CN } = socket.getPeerCertificate().subject;
    socket.destroy();
    return String(CN);
  };
  expect(await subject()).toBe('first.news.example.net');
  install(second.certificate, first.key, 2);
  server.reload();
  expect(await subject()).toBe('first.news.example.net');
  install(second.certificate, second.key, 3);
  server.reload();
  expect(await subject()).toBe('second.news.example.net');
  // Without being told, once the last look is old enough.
  let now = 0;
  const certificate = new Certificate(files, silent, () => now);
  const before = certificate.context;
  install(first.certificate, first.key, 4);
  expect(certificate.context).toBe(before);
  now = 5_000;
  expect(certificate.context).not.toBe(before);
});

test('a server that can’t listen everywhere listens nowhere', async () => {
  const { port } = await serve();
  const free = { host: '127.0.0.1', port: 0, tls: false };
  await expect(serve(new MemoryBackend(), { listen: [free, { ...free, port }] })).rejects.toThrow(/EADDRINUSE/);
  await expect(serve(new MemoryBackend(), { listen: [{ ...free, tls: true }] })).rejects.toThrow(/certificate/);
  await expect(serve(new MemoryBackend(), { tls: { certificate: '/no/such', key: '/no/such' } })).rejects.toThrow(
    /ENOENT/,
  );
});

test('what a client can make the log say is bounded', async () => {
  const { log, messages: lines } = recordedLog();
  const { connect } = await serve(rfcWorld(), { log, limits: { connectionsPerAddress: 1 } });
  await connect();
  for (let n = 0; n < 60; n++) await (await connect(false)).rest();
  expect(lines.filter((line) => line === 'connection refused')).toHaveLength(30);
});

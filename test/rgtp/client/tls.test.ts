/** Boards that are asked over TLS. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { expect, onTestFinished, test, vi } from 'vitest';
import { RgtpConnection } from '../../../src/rgtp/client/connection.ts';
import { overTls } from '../../../src/rgtp/client/tls.ts';
import { Paced } from '../../../src/wire/paced.ts';
import { tlsFiles } from '../../support/tls-files.ts';
import { BANNER } from './guest.ts';

const PIECE = 8 * 1024;
const files = tlsFiles('first');
const ca = readFileSync(files.certificate, 'utf8');

test('what a board sends is decrypted a little at a time, in turns with everything else', async () => {
  const push = vi.spyOn(Paced.prototype, 'push');
  onTestFinished(() => push.mockRestore());
  const server = createServer({ cert: ca, key: readFileSync(files.key) });
  const lines = `${'x'.repeat(78)}\r\n`.repeat(2000);
  server.on('secureConnection', (socket: TLSSocket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.write(`250 here it is\r\n00000001 6B02111B\r\n${lines}.\r\n`));
    socket.write(`${BANNER}\r\n`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  // A server that listens on TCP has this kind of address.
  const { port } = server.address() as AddressInfo;
  const connection = await RgtpConnection.open({ host: 'localhost', port, connect: overTls(ca) });
  const motd = await connection.motd();
  expect(motd?.lines).toHaveLength(2000);
  connection.destroy();
  const sizes = push.mock.calls.map(([chunk]) => (Buffer.isBuffer(chunk) ? chunk.length : 0));
  expect(Math.max(...sizes)).toBe(PIECE);
});

test('a board that does not answer the handshake is not waited for', async () => {
  const mute = createTcpServer((socket) => socket.on('error', () => {}).resume());
  mute.listen(0, '127.0.0.1');
  await once(mute, 'listening');
  onTestFinished(() => void mute.close());
  const { port } = mute.address() as AddressInfo;
  const opened = RgtpConnection.open({ host: '127.0.0.1', port, connect: overTls(ca), timeouts: { connect: 1 } });
  await expect(opened).rejects.toThrow(`no connection to 127.0.0.1:${port} within 1 ms`);
});

/** A connection that is cut: what is on its way does not arrive. The other end sees a reset, which an orderly end is not. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { createServer } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { reset } from '../../../src/rgtp/client/reset.ts';
import { overTls } from '../../../src/rgtp/client/tls.ts';
import { tcpServer } from '../../support/tcp-server.ts';
import { tlsFiles } from '../../support/tls-files.ts';

test('over TCP', async () => {
  const ended = Promise.withResolvers<string>();
  const server = await tcpServer((socket) => watch(socket, ended.resolve));
  onTestFinished(() => server.close());
  const socket = connect(server.port, server.host);
  await once(socket, 'connect');
  reset(socket);
  expect(await ended.promise).toBe('ECONNRESET');
  expect(socket.destroyed).toBe(true);
  reset(socket);
});

test('over TLS', async () => {
  const files = tlsFiles('first');
  const ended = Promise.withResolvers<string>();
  const server = createServer({ cert: readFileSync(files.certificate), key: readFileSync(files.key) });
  server.on('secureConnection', (socket) => {
    watch(socket, ended.resolve);
    socket.write('230 ready\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const ca = readFileSync(files.certificate, 'utf8');
  const socket = overTls(ca)({ host: 'localhost', port });
  await once(socket, 'data');
  reset(socket);
  expect(await ended.promise).toBe('ECONNRESET');
  expect(socket.destroyed).toBe(true);
});

function watch(socket: Socket, ended: (how: string) => void): void {
  socket.on('error', (error) => ended('code' in error ? String(error.code) : error.message));
  socket.on('end', () => ended('end'));
}

import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { RgtpConnection } from '../../src/rgtp/client/connection.ts';
import { boardClient } from '../../src/server/board-client.ts';
import { openEmbeddedBoard } from '../../src/server/embedded-board.ts';
import { silent } from '../../src/wire/log.ts';
import { tlsFiles } from '../support/tls-files.ts';

let folder: string;
let files: { readonly certificate: string; readonly key: string };
let board: Awaited<ReturnType<typeof openEmbeddedBoard>>;
let now = 0;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rgtp-nntp-rgtps-'));
  files = { certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  install('first', 1);
  board = await openEmbeddedBoard(config({ RGTP_NNTP_EMBEDDED_LISTEN: 'rgtps://0.0.0.0:0' }), silent, {
    clock: () => now,
  });
});

afterEach(async () => {
  await board.server.close(0);
  rmSync(folder, { recursive: true });
});

function install(name: 'first' | 'second', at: number): void {
  copyFileSync(tlsFiles(name).certificate, files.certificate);
  copyFileSync(tlsFiles(name).key, files.key);
  utimesSync(files.certificate, at, at);
}

function config(environment: NodeJS.ProcessEnv): Config {
  return loadConfig({
    environment: {
      RGTP_NNTP_DATA: folder,
      RGTP_NNTP_TLS_CERTIFICATE: files.certificate,
      RGTP_NNTP_TLS_KEY: files.key,
      ...environment,
    },
  });
}

/** Logs in as a bridge does that is configured like this. */
function open(environment: NodeJS.ProcessEnv, host = '127.0.0.1'): Promise<RgtpConnection> {
  const rgtp = `rgtps://${host}:${board.server.address.port}`;
  const [remote] = config({ RGTP_NNTP_BOARDS_0_RGTP: rgtp, ...environment }).boards;
  if (remote === undefined) throw new Error('no board');
  return RgtpConnection.open(boardClient(remote, silent));
}

const trusting = { RGTP_NNTP_BOARDS_0_CA: tlsFiles('first').certificate };

it.each(['127.0.0.1', 'localhost'])('a board is read over TLS at %s', async (host) => {
  const connection = await open(trusting, host);
  expect(connection.level).toBe(1);
  expect((await connection.motd())?.lines.join()).toContain('Welcome');
  await connection.close();
});

it('a login is proved over TLS', async () => {
  const { userid = '', secret = '' } = board.made ?? {};
  const login = { RGTP_NNTP_BOARDS_0_USER: userid, RGTP_NNTP_BOARDS_0_SECRET: secret };
  const connection = await open({ ...trusting, ...login });
  expect(connection.level).toBe(3);
  await connection.close();
});

it.each<[string, NodeJS.ProcessEnv, string, RegExp]>([
  ['of nobody known', {}, '127.0.0.1', /self-signed certificate/],
  ['of another authority', { RGTP_NNTP_BOARDS_0_CA: tlsFiles('second').certificate }, '127.0.0.1', /certificate/],
  ['for another host', trusting, '127.0.0.2', /127\.0\.0\.2.*(not in the cert|altnames)/i],
])('a certificate %s is not accepted', async (_, environment, host, message) => {
  await expect(open(environment, host)).rejects.toMatchObject({
    kind: 'unavailable',
    message: expect.stringMatching(message),
  });
});

it('authorities that are not a certificate are a mistake in the configuration', () => {
  expect(() => open({ RGTP_NNTP_BOARDS_0_CA: files.key })).toThrow(/are not a PEM certificate/);
  expect(() => open({ RGTP_NNTP_BOARDS_0_CA: join(folder, 'none') })).toThrow(/can't be read/);
});

it('the certificate is read again when its files change', async () => {
  const subject = async () => {
    const socket = connectTls({ port: board.server.address.port, host: '127.0.0.1', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const { CN } = socket.getPeerCertificate().subject;
    socket.destroy();
    return CN;
  };
  expect(await subject()).toBe('first.news.example.net');
  install('second', 2);
  now += 60_000;
  expect(await subject()).toBe('second.news.example.net');
});

it('a client that goes in the middle of the handshake is not waited for', async () => {
  const half = connect({ port: board.server.address.port, host: '127.0.0.1', allowHalfOpen: true });
  half.on('error', () => {});
  half.resume();
  const closed = once(half, 'close');
  half.end(Buffer.from('1603010200', 'hex'));
  await closed;
});

it('a client without TLS gets nothing, and keeps nobody from the end', async () => {
  const { port } = board.server.address;
  const plain = connect(port, '127.0.0.1');
  let heard = '';
  plain.on('data', (chunk) => {
    heard += chunk.toString('latin1');
  });
  plain.on('error', () => {});
  plain.write('MOTD\r\n');
  await once(plain, 'close');
  expect(heard).not.toMatch(/^\d{3} /m);

  const mute = connect(port, '127.0.0.1');
  mute.on('error', () => {});
  await once(mute, 'connect');
  const gone = once(mute, 'close');
  await board.server.close(0);
  await gone;
});

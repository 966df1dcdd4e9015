/**
 * What a client is told about failures contains no addresses, ports, paths, or system messages: those are for the log.
 */

import { readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { connect as connectTls, createServer } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { BoardServer } from '../../src/board/server.ts';
import { refusalFor } from '../../src/bridge/posting/refusals.ts';
import { Refusal } from '../../src/nntp/backend.ts';
import { failureStatus, refusalStatus } from '../../src/nntp/syntax/status.ts';
import { RgtpConnection } from '../../src/rgtp/client/connection.ts';
import type { ClientOptions } from '../../src/rgtp/client/options.ts';
import { NotAskedError } from '../../src/rgtp/client/shared-connection.ts';
import { overTls } from '../../src/rgtp/client/tls.ts';
import { RgtpError } from '../../src/rgtp/errors.ts';
import { StoreError, type StoreErrorKind } from '../../src/store/errors.ts';
import { addUser, secrets } from '../board/boards.ts';
import { recordedLog } from '../support/recorded-log.ts';
import { scriptedServer } from '../support/scripted-server.ts';
import { tcpServer } from '../support/tcp-server.ts';
import { tlsFiles } from '../support/tls-files.ts';
import { draft, PEER, TestBridge } from './posting/bridge.ts';

const AWAY = 'the board is away; try again later';
const BANNER = '231 GROGGS welcome';

/** The answers to POST, IHAVE and reading. */
function heard(error: unknown): string[] {
  return (['post', 'feed', 'read'] as const).map((task) =>
    error instanceof Refusal ? refusalStatus(error, task) : failureStatus(task),
  );
}

/** The failure of whatever is done with a board. */
async function failure(
  options: Partial<ClientOptions> & Pick<ClientOptions, 'port'>,
  use: (connection: RgtpConnection) => Promise<unknown> = async () => {},
): Promise<RgtpError> {
  try {
    const connection = await RgtpConnection.open({ host: '127.0.0.1', ...options });
    await use(connection).finally(() => connection.destroy());
  } catch (error) {
    if (error instanceof RgtpError) return error;
    throw error;
  }
  throw new Error('nothing failed');
}

async function closedPort(): Promise<number> {
  const server = await tcpServer(() => {});
  server.stop();
  return server.port;
}

/** A server with a certificate that nobody vouches for. */
async function tlsPort(): Promise<number> {
  const { certificate, key } = tlsFiles('first');
  const server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

const noSuchHost = Object.assign(new Error('getaddrinfo ENOTFOUND board.internal'), { code: 'ENOTFOUND' });

test.each<{ what: string; logged: RegExp; fail: () => Promise<RgtpError> }>([
  {
    what: 'connection refused',
    logged: /ECONNREFUSED 127\.0\.0\.1/,
    fail: async () => failure({ port: await closedPort() }),
  },
  {
    what: 'several addresses, none of them there',
    // Without IPv6 the first of them is not there at all.
    logged: /ECONNREFUSED|EADDRNOTAVAIL|ENETUNREACH/,
    fail: async () => failure({ port: await closedPort(), host: 'localhost' }),
  },
  {
    what: 'reset',
    logged: /ECONNRESET|connection lost/,
    fail: async () => failure({ port: (await scriptedServer(async (peer) => peer.reset())).port }),
  },
  {
    what: 'reset at work',
    logged: /ECONNRESET|connection lost/,
    fail: async () => {
      const { port } = await scriptedServer(async (peer) => {
        peer.say(BANNER);
        await peer.line();
        peer.reset();
      });
      return failure({ port }, (connection) => connection.item('A0000001'));
    },
  },
  {
    what: 'time-out',
    logged: /within 1 ms/,
    fail: async () => {
      const { port } = await scriptedServer((peer) => peer.expectEnd());
      return failure({ port, timeouts: { banner: 1 } });
    },
  },
  {
    what: 'an unknown name',
    logged: /ENOTFOUND board\.internal/,
    fail: () =>
      failure({
        port: 1431,
        host: 'board.internal',
        connect: (address) => createConnection({ ...address, lookup: (_name, _options, tell) => tell(noSuchHost, '') }),
      }),
  },
  {
    what: 'no TLS',
    logged: /127\.0\.0\.1:\d+: .*(SSL|wrong version|packet length|TLS)/i,
    fail: async () => {
      const { port } = await scriptedServer(async (peer) => {
        peer.say(BANNER);
        await peer.line();
      });
      return failure({ port, connect: overTls(undefined) });
    },
  },
  {
    what: 'a certificate of nobody known',
    logged: /self-signed certificate/,
    fail: async () => failure({ port: await tlsPort(), connect: overTls(undefined) }),
  },
  {
    what: 'a certificate of another name',
    logged: /altnames/,
    fail: async () => {
      const ca = readFileSync(tlsFiles('first').certificate, 'utf8');
      const port = await tlsPort();
      const connect = () => connectTls({ host: '127.0.0.1', port, ca, servername: 'board.internal' });
      return failure({ host: 'board.internal', port, connect });
    },
  },
])('$what', async ({ logged, fail }) => {
  const error = await fail();
  expect(error.message).toMatch(logged);
  for (const each of [error, new NotAskedError(error)]) {
    expect(heard(refusalFor(each))).toEqual([`441 ${AWAY}`, `436 ${AWAY}`, `403 ${AWAY}`]);
    // The log gets it as the cause.
    expect(refusalFor(each)).toMatchObject({ cause: each });
  }
});

test('a fault of ours is not described', () => {
  const cause = new TypeError(
    'Cannot read properties of undefined, at /srv/rgtp-nntp/src/board-line.ts:70 (127.0.0.1)',
  );
  for (const error of [new NotAskedError(cause), new RgtpError('bug', String(cause), { cause })]) {
    expect(heard(refusalFor(error)).join()).not.toMatch(/TypeError|undefined|srv|127/);
  }
});

const KINDS: Readonly<Record<StoreErrorKind, true>> = {
  ...{ newer: true, corrupt: true, foreign: true, unfinished: true, 'log-lost': true, linked: true, missing: true },
  ...{ away: true, locked: true, full: true, 'read-only': true, denied: true, io: true },
};

test.each(Object.keys(KINDS))('no path of a database: %s', (kind) => {
  // These are the keys.
  const error = new StoreError(kind as StoreErrorKind, '/srv/news/groggs.sqlite', 'SQLITE_IOERR_FSYNC (EIO)');
  expect(heard(refusalFor(error)).join()).not.toMatch(/srv|groggs|sqlite|EIO/i);
});

test('posting, logging in and reading while the board is away; the log knows why', async () => {
  const board = await BoardServer.open({ path: ':memory:', listen: { host: '127.0.0.1', port: 0 } });
  await addUser(board, 'ann@rgtp.test', 2, secrets.ann);
  const { log, lines } = recordedLog();
  const bridge = await TestBridge.open(board.address.port, { poster: { log } });
  const ann = await bridge.ann();
  await bridge.post(ann, draft({}, 'Hello.'));
  const { port } = board.address;
  await board.close();
  const refused = async (work: () => unknown) => {
    try {
      return await work();
    } catch (error) {
      return error;
    }
  };
  const posted = await refused(() => bridge.post(ann, draft({}, 'x')));
  // With what the board says when it goes, where the bridge notices it by that.
  expect(heard(posted)[0]).toMatch(/^441 the board is away(: .*)?; try again later$/);
  const group = bridge.view.groups[0];
  const answers = [
    posted,
    await refused(() => bridge.logins.login('ann@rgtp.test', secrets.ann.toString('hex'), PEER)),
    await refused(() => group?.article(group.high)),
  ];
  for (const answer of answers) {
    expect(answer).toBeInstanceOf(Refusal);
    expect(heard(answer).join()).not.toMatch(new RegExp(`127|${port}|ECONN`));
  }
  expect(lines.join('\n')).toMatch(/post refused .*(ECONNREFUSED|connection lost)/);
});

test('a board that answers nobody: a login is told its words', async () => {
  const { port } = await tcpServer((socket) => void socket.end(Buffer.from('484 Caf\xe9 geschlossen\r\n', 'latin1')));
  const bridge = await TestBridge.open(port);
  const login = bridge.logins.login('ann@rgtp.test', secrets.ann.toString('hex'), PEER);
  await expect(login).rejects.toMatchObject({
    kind: 'unavailable',
    message: 'the board cannot check your login now: Café geschlossen; try again later',
  });
});

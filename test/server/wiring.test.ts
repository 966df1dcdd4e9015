import { describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { IdentRegistry } from '../../src/ident/registry.ts';
import { Metrics } from '../../src/ops/metrics.ts';
import { boardConnections } from '../../src/server/board-connections.ts';
import { Failure } from '../../src/server/failure.ts';
import { listenFailure } from '../../src/server/listening.ts';
import { Undo } from '../../src/server/undo.ts';
import { silent } from '../../src/wire/log.ts';
import { octets } from '../../src/wire/octets.ts';
import { tcpServer } from '../support/tcp-server.ts';

describe('connections to a board', () => {
  const registry = new IdentRegistry();
  const callers: (string | undefined)[] = [];
  it('are known to the ident responder by who caused them, and measured', async () => {
    const server = await tcpServer((socket) => {
      socket.write('231 Hello\r\n');
      socket.on('data', (text) => {
        const { remotePort = 0, localPort = 0 } = socket;
        callers.push(registry.find({ localPort: remotePort, remotePort: localPort, address: '127.0.0.1' }));
        socket.write(String(text).startsWith('QUIT') ? '280 Bye\r\n' : '231 Welcome\r\n');
      });
    });
    onTestFinished(() => server.close());
    const { port } = server;
    const [board] = loadConfig({
      environment: { RGTP_NNTP_BOARDS_0_RGTP: `rgtp://127.0.0.1:${port}`, RGTP_NNTP_BOARDS_0_USER: 'bridge' },
    }).boards;
    if (board === undefined) throw new Error('no board');
    const metrics = new Metrics();
    const { reading, people } = boardConnections(board, { log: silent, embedded: undefined, ident: registry, metrics });
    await reading.use(async () => {});
    // This server asks for no proof, which a person with a secret does not accept; the connection was nevertheless made
    // for them.
    const refused = people.use({ userid: octets`ann@example.org`, secret: Buffer.from('00', 'hex') }, async () => {});
    await expect(refused).rejects.toThrow();
    expect(callers).toEqual(['bridge', 'ann@example.org']);
    const { body } = await metrics.render();
    expect(body).toContain('rgtp_nntp_board_requests_total{board="gossip",command="USER",code="231"} 1');
    expect(body).toContain('rgtp_nntp_board_request_duration_seconds_count{board="gossip",command="USER"} 2');
    await reading.close();
    await people.close();
  });
});

describe('ports that cannot be taken', () => {
  const address = { scheme: 'nntp', host: '::', port: 119 } as const;

  it.each([
    ['EADDRINUSE', /^port 119 is taken: something already listens on nntp:\/\/\[::\]:119$/],
    ['EACCES', /^port 119 needs privileges that this process does not have/],
    ['EADDRNOTAVAIL', /^this machine has no address ::/],
    ['ENOTFOUND', /^the name :: has no address/],
  ])('%s', (code, message) => {
    const syscall = code === 'ENOTFOUND' ? 'getaddrinfo' : 'listen';
    const failure = listenFailure(
      Object.assign(new Error('x'), { code, syscall }),
      address,
      'listen',
      'RGTP_NNTP_LISTEN',
    );
    expect(failure).toBeInstanceOf(Failure);
    expect(failure).toMatchObject({
      message: expect.stringMatching(message),
      remedy: expect.stringContaining('listen'),
    });
  });

  it('suggests a port that needs no privileges', () => {
    const failure = listenFailure(
      Object.assign(new Error('x'), { code: 'EACCES', syscall: 'listen' }),
      address,
      'listen',
      'RGTP_NNTP_LISTEN',
    );
    expect(failure).toMatchObject({ remedy: expect.stringContaining('RGTP_NNTP_LISTEN=nntp://[::]:1119') });
  });

  it('leaves other errors alone', () => {
    const bug = new Error('bug');
    expect(listenFailure(bug, address, 'listen', 'X')).toBe(bug);
    // A file that may not be read, at the same time.
    const file = Object.assign(new Error('x'), { code: 'EACCES', syscall: 'open' });
    expect(listenFailure(file, address, 'listen', 'X')).toBe(file);
  });
});

describe('undoing', () => {
  it('takes every step once, newest first, whatever fails', async () => {
    const taken: string[] = [];
    const undo = new Undo();
    undo.add(() => void taken.push('first'));
    undo.add(async () => {
      taken.push('second');
      throw new Error('failed');
    });
    undo.add(() => void taken.push('third'));
    await expect(undo.run()).rejects.toThrow('failed');
    await expect(undo.run()).rejects.toThrow('failed');
    expect(taken).toEqual(['third', 'second', 'first']);
  });
});

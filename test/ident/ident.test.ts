import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { type Caller, identLookUp } from '../../src/ident/look-up.ts';
import { IdentRegistry } from '../../src/ident/registry.ts';
import { IdentResponder } from '../../src/ident/responder.ts';
import { recordedLog } from '../support/recorded-log.ts';
import { tcpServer } from '../support/tcp-server.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function listen(onSocket: (socket: Socket) => void): Promise<number> {
  const server = await tcpServer(onSocket);
  closing.push(() => server.close());
  return server.port;
}

/** A board, a tracked connection to it, and a responder that knows it. */
async function setUp(user = 'ann@example.net', timeout = 60_000) {
  const registry = new IdentRegistry();
  const boardPort = await listen(() => {});
  const socket = connect(boardPort, '127.0.0.1');
  registry.track(socket, user);
  await once(socket, 'connect');
  closing.push(() => void socket.destroy());
  const responder = await IdentResponder.open({ listen: { host: '127.0.0.1', port: 0 }, registry, timeout });
  closing.push(() => responder.close());
  return { socket, boardPort, localPort: socket.localPort ?? 0, port: responder.address.port };
}

/** What a responder says to a query, to the end of the connection. */
async function ask(port: number, query: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(query);
  // what it never read when it closed comes back as a reset
  return text(socket).catch(() => '');
}

test('the name behind a connection of ours, once, and the connection is closed', async () => {
  const { localPort, boardPort, port } = await setUp();
  const answer = `${localPort}, ${boardPort} : USERID : OTHER, UTF-8 :ann@example.net\r\n`;
  expect(await ask(port, `${localPort}, ${boardPort}\r\n`)).toBe(answer);
  expect(await ask(port, `  ${localPort} ,${boardPort} \n1, 2\r\n`)).toBe(answer);
});

test('anything else is not answered', async () => {
  const { socket, localPort, boardPort, port } = await setUp();
  expect(await ask(port, `${port}, ${localPort}\r\n`)).toBe(`${port}, ${localPort} : ERROR : NO-USER\r\n`);
  expect(await ask(port, `0, 99999\r\n`)).toBe('0, 99999 : ERROR : INVALID-PORT\r\n');
  expect(await ask(port, 'who are you?\r\n')).toBe('');
  expect(await ask(port, `${'1'.repeat(100_000)}\r\n`)).toBe('');
  socket.destroy();
  await once(socket, 'close');
  expect(await ask(port, `${localPort}, ${boardPort}\r\n`)).toContain('NO-USER');
});

test('clients that say nothing keep no board from an answer', async () => {
  const { localPort, boardPort, port } = await setUp();
  for (let i = 0; i < 250; i++) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    closing.push(() => void socket.destroy());
    await once(socket, 'connect');
    if (i % 50 === 49) expect(await ask(port, `${localPort}, ${boardPort}\r\n`)).toContain('ann@example.net');
  }
});

test('a client that sends no line in time is not answered', async () => {
  const { port } = await setUp('ann@example.net', 20);
  expect(await ask(port, '1')).toBe('');
});

test('what queries make the log say is bounded', async () => {
  const { log, lines } = recordedLog();
  const responder = await IdentResponder.open({
    listen: { host: '127.0.0.1', port: 0 },
    registry: new IdentRegistry(),
    log,
  });
  closing.push(() => responder.close());
  const start = performance.now();
  for (let i = 0; i < 200; i++) await ask(responder.address.port, '1, 2\r\n');
  // Thirty a minute from one address.
  expect(lines.length).toBeLessThanOrEqual(31 * (2 + (performance.now() - start) / 60_000));
});

test('names keep to one line', async () => {
  const { localPort, boardPort, port } = await setUp('a\r\nb\0c');
  expect(await ask(port, `${localPort}, ${boardPort}\r\n`)).toMatch(/ :abc\r\n$/);
});

test('looking up: what our own responder says', async () => {
  const { localPort, boardPort, port } = await setUp();
  const lookUp = identLookUp({ port });
  const caller: Caller = { localPort: boardPort, remoteAddress: '127.0.0.1', remotePort: localPort };
  expect(await lookUp(caller)).toBe('ann@example.net');
  expect(await lookUp({ ...caller, remotePort: port })).toBeUndefined();
});

test.each([
  { what: 'another pair of ports', answer: '1, 2 : USERID : UNIX : ann\r\n' },
  { what: 'an error', answer: '5, 6 : ERROR : HIDDEN-USER\r\n' },
  { what: 'nonsense', answer: '\0\0\0\r\n' },
  { what: 'a line without end', answer: 'x'.repeat(100_000) },
  { what: 'an empty name', answer: '5, 6 : USERID : UNIX : \r\n' },
])('looking up: $what is nobody', async ({ answer }) => {
  const port = await listen((socket) => socket.end(answer));
  expect(await identLookUp({ port })({ localPort: 6, remoteAddress: '127.0.0.1', remotePort: 5 })).toBeUndefined();
});

test('looking up is bounded: in time, in number, in length', async () => {
  const silentPort = await listen(() => {});
  const caller: Caller = { localPort: 6, remoteAddress: '127.0.0.1', remotePort: 5 };
  const lookUp = identLookUp({ port: silentPort, timeout: 50, concurrent: 1 });
  const first = lookUp(caller);
  expect(await lookUp(caller)).toBeUndefined();
  expect(await first).toBeUndefined();
  expect(await identLookUp({ port: 1 })(caller)).toBeUndefined();
  const long = await listen((socket) => socket.end(`5,6:USERID:UNIX:${'\x1b[31m'}${'x'.repeat(500)}\r\n`));
  expect(await identLookUp({ port: long })(caller)).toBe(`[31m${'x'.repeat(96)}`);
});

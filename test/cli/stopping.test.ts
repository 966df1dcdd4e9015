import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tcpServer } from '../support/tcp-server.ts';
import { CommandLine } from './command-line.ts';

let folder: string;
let line: CommandLine | undefined;
const sockets: Socket[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rgtp-nntp-stopping-'));
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await line?.end();
  rmSync(folder, { recursive: true });
});

function start(command: string, env: NodeJS.ProcessEnv = {}): CommandLine {
  line = new CommandLine([command], {
    env: {
      RGTP_NNTP_DATA: join(folder, 'data'),
      RGTP_NNTP_LISTEN: 'nntp://127.0.0.1:0',
      RGTP_NNTP_EMBEDDED_LISTEN: 'rgtp://127.0.0.1:0',
      RGTP_NNTP_HTTP_LISTEN: 'http://127.0.0.1:0',
      ...env,
    },
  });
  return line;
}

/** A client that hears everything, and never hangs up. */
class Clinging {
  heard = '';
  readonly #socket: Socket;

  constructor(port: string | undefined) {
    this.#socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
    sockets.push(this.#socket);
    this.#socket.on('data', (chunk) => {
      this.heard += chunk.toString('latin1');
    });
    this.#socket.on('error', () => {});
  }

  /** Sends, and waits for an answer to it. */
  async ask(text: string, answer: RegExp): Promise<void> {
    this.#socket.write(text);
    while (!answer.test(this.heard)) await once(this.#socket, 'data');
  }
}

function portOf(started: CommandLine, pattern: RegExp): string | undefined {
  return pattern.exec(started.stdout)?.[1];
}

/** SIGTERM, and the end: in order, with nothing cut off at the deadline. */
async function stopped(started: CommandLine): Promise<void> {
  started.child.kill('SIGTERM');
  const { code, signal, stderr } = await started.ended;
  expect(stderr).not.toContain('cut off');
  expect({ code, signal }).toEqual({ code: 0, signal: null });
}

it('serve ends well, whatever clients do not hang up', async () => {
  const started = start('serve');
  await started.printed(/Status page: .*:\d+\//);
  const nntp = portOf(started, /newsreader at .* port (\d+)/);
  const rgtp = portOf(started, /RGTP clients: .* port (\d+)/);
  const http = portOf(started, /Status page: .*:(\d+)\//);

  const [silent, reader, board, keepAlive, halfRequest] = [nntp, nntp, rgtp, http, http].map(
    (port) => new Clinging(port),
  );
  await silent?.ask('', /^20\d .*\r\n/);
  await reader?.ask('GROUP groggs.gossip\r\n', /211 .*\r\n/);
  await board?.ask('MOTD\r\n', /\r\n\.\r\n/);
  await keepAlive?.ask('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', /ok\n/);
  await halfRequest?.ask('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET /hea', /ok\n/);

  await stopped(started);
  expect(silent?.heard).toMatch(/\r\n400 .*\r\n$/);
  expect(reader?.heard).toMatch(/\r\n400 .*\r\n$/);
  expect(board?.heard).toMatch(/\r\n481 .*\r\n$/);
});

it('serve ends well while a mail server that hangs has a letter', async () => {
  let arrived = () => {};
  const waiting = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const hanging = await tcpServer(() => arrived());
  try {
    const started = start('serve', {
      RGTP_NNTP_EMBEDDED_REGISTRATION: 'open',
      RGTP_NNTP_EMBEDDED_MAIL_SERVER: `smtp://127.0.0.1:${hanging.port}`,
    });
    await started.printed(/Status page/);
    const board = new Clinging(portOf(started, /RGTP clients: .* port (\d+)/));
    await board.ask('REGU\r\nUSER ann@rgtp.test\r\n', /250 .*\r\n/);
    await waiting;
    await stopped(started);
  } finally {
    await hanging.close();
  }
});

it('a second signal while a post is still coming in ends the server at once, with success', async () => {
  const started = start('serve');
  await started.printed(/Status page/);
  const poster = new Clinging(portOf(started, /newsreader at .* port (\d+)/));
  const secret = readFileSync(join(folder, 'data', 'gossip.editor.secret'), 'utf8').trim();
  await poster.ask(`AUTHINFO USER editor\r\nAUTHINFO PASS ${secret}\r\n`, /281 .*\r\n/);
  await poster.ask('POST\r\nSubject: half', /340 .*\r\n/);
  const again = setInterval(() => started.child.kill('SIGTERM'), 50);
  const { code, signal, stderr } = await started.ended.finally(() => clearInterval(again));
  expect(stderr).toContain('a second signal: what is in progress is cut off');
  expect({ code, signal }).toEqual({ code: 0, signal: null });
});

it('board ends well, whatever clients do not hang up', async () => {
  const started = start('board');
  const [, port] = await started.printed(/RGTP clients on .* port (\d+)/);
  const board = new Clinging(port);
  await board.ask('', /^230 .*\r\n/);
  await stopped(started);
  expect(board.heard).toMatch(/\r\n481 .*\r\n$/);
});

it.each(['', '230 A board that says no more\r\n'])(
  'serve ends well in front of a board that hangs after %j',
  async (greeting) => {
    let arrived = () => {};
    const waiting = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const hanging = await tcpServer((socket) => {
      socket.write(greeting);
      if (greeting === '') arrived();
      else socket.once('data', arrived);
    });
    try {
      const started = start('serve', { RGTP_NNTP_BOARDS_0_RGTP: `rgtp://127.0.0.1:${hanging.port}` });
      await started.printed(/Status page/);
      // A login waits for the board, and so does the mirror.
      const client = new Clinging(portOf(started, /newsreader at .* port (\d+)/));
      await client.ask('AUTHINFO USER ann\r\n', /381 .*\r\n/);
      await client.ask('AUTHINFO PASS 0123\r\n', /./);
      await waiting;
      await stopped(started);
    } finally {
      await hanging.close();
    }
  },
);

it('a start that waits for a database is ended well', async () => {
  const asked = Promise.withResolvers<void>();
  const silent = await tcpServer((socket) => socket.once('data', () => asked.resolve()));
  try {
    const started = start('serve', {
      RGTP_NNTP_BOARDS_0_RGTP: 'rgtp://127.0.0.1:1',
      RGTP_NNTP_PERMANENT: `postgres://rgtp@127.0.0.1:${silent.port}/news?sslmode=disable`,
    });
    await asked.promise;
    await stopped(started);
  } finally {
    await silent.close();
  }
});

it('a signal that scripts send opens no debugger', async () => {
  const started = start('serve');
  await started.printed(/Status page/);
  started.child.kill('SIGUSR1');
  await stopped(started);
  expect(started.stderr).not.toContain('Debugger');
});

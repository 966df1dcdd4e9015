/** What strangers can make a board do: its log, its event loop, its accounts. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { duplexPair } from 'node:stream';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Board, callerKey } from '../../src/board/board.ts';
import type { Mailer } from '../../src/board/mail.ts';
import type { BoardServer } from '../../src/board/server.ts';
import { Session } from '../../src/board/session.ts';
import { formatIndexEntry } from '../../src/rgtp/index-entry.ts';
import { type Log, type LogFields, silent } from '../../src/wire/log.ts';
import { ascii, latin1, octets } from '../../src/wire/octets.ts';
import { recordedLog } from '../support/recorded-log.ts';
import { boardOf, dial, login, openBoard } from './boards.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Thirty entries a minute from one address: `wire/bounded-log.ts`. How many a test may find, however long it runs. */
function allowed(): () => number {
  const start = performance.now();
  return () => 30 * (2 + (performance.now() - start) / 60_000);
}

describe('the log', () => {
  test('DBUG logs a bounded number of a session’s commands', async () => {
    const { log, lines } = recordedLog();
    const most = allowed();
    const board = await openBoard({ log });
    const guest = await login(board, 'guest');
    await guest.ask('DBUG');
    guest.write('NOOP\r\n'.repeat(5000));
    for (let i = 0; i < 5000; i++) await guest.answer();
    const commands = lines.filter((line) => line.startsWith('command ')).length;
    expect(commands).toBeGreaterThan(0);
    expect(commands).toBeLessThan(most());
  });

  test.each([
    ['DBUG in many connections', `DBUG\r\n${'NOOP\r\n'.repeat(200)}`, 12],
    ['commands without permission', 'INDX\r\n'.repeat(20), 100],
    ['unknown userids', 'USER nobody@nowhere\r\n', 100],
  ])('%s: all together are bounded', async (_, commands, connections) => {
    const { log, lines } = recordedLog();
    const board = await openBoard({ log, connectionsPerAddress: 1000 });
    const before = lines.length;
    const most = allowed();
    for (let i = 0; i < connections; i++) {
      const client = await dial(board);
      const gone = once(client.socket, 'close');
      client.socket.end(`${commands}QUIT\r\n`);
      await gone;
    }
    const caused = lines.slice(before).filter((line) => !line.startsWith('connect'));
    expect(caused.length).toBeGreaterThan(0);
    expect(caused.length).toBeLessThan(most());
  });

  test('connections refused, one after another, are bounded', async () => {
    const { log, lines } = recordedLog();
    const board = await openBoard({ log, connections: 0 });
    const most = allowed();
    for (let i = 0; i < 200; i++) {
      const socket = connect(board.address.port, '127.0.0.1').resume();
      await once(socket, 'close');
    }
    expect(lines.filter((line) => line.startsWith('connection refused')).length).toBeLessThan(most());
  });
});

test('a fault of the board goes into the log with its stack, and the client hears 484', async () => {
  const causes: unknown[] = [];
  const note = ({ err }: LogFields) => void causes.push(err);
  const log: Log = { debug() {}, info() {}, warn() {}, error: note, child: () => log };
  const board = await openBoard({ log });
  vi.spyOn(board.store.items, 'answer').mockImplementation(() => {
    throw new RangeError('a fault');
  });
  const guest = await login(board, 'guest');
  expect(await guest.ask('ITEM A0000000')).toBe('484 Server internal error.');
  expect(await guest.line()).toBeUndefined();
  expect(causes).toEqual([expect.any(RangeError)]);
});

describe('a browser that was made to send commands', () => {
  const post = (line: string, body: string) =>
    `${line}\r\nHost: 127.0.0.1:1431\r\nOrigin: https://evil.example\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const body = 'USER writer\r\nDATA\r\nEvil\r\nfrom a web page\r\n.\r\nNEWI Evil\r\n';

  test.each([
    ['POST', post('POST / HTTP/1.1', body)],
    ['a request line that is too long to be read', post(`POST /${'x'.repeat(400)} HTTP/1.1`, body)],
    ['GET', post('GET /index.html HTTP/1.0', body)],
    ['another method', post('OPTIONS * HTTP/2', body)],
    ['a request line in small letters', `get / http/1.1\r\n${body}`],
    ['headers in small letters', `host: x\r\n\r\n${body}`],
  ])('is cut off at the first line that is HTTP: %s', async (_, request) => {
    const board = await openBoard();
    const { end } = board.store.index;
    const client = await dial(board);
    // Answered by a server that goes on.
    client.write(`${request}QUIT\r\n`);
    const heard: string[] = [];
    for (let line = await client.line(); line !== undefined; line = await client.line()) heard.push(line);
    expect(heard.at(-1)).toBe('482 This is an RGTP server, not a web server.');
    expect(heard.some((line) => /^2/.test(line))).toBe(false);
    expect(board.store.index.end).toBe(end);
  });

  test('a subject or a text that mentions HTTP is not taken for a request', async () => {
    const board = await openBoard();
    const writer = await login(board, 'writer');
    await writer.text('w', 'POST / HTTP/1.1', 'Host: 127.0.0.1');
    expect(await writer.ask('NEWI GET / HTTP/1.1')).toMatch(/^220/);
  });
});

describe('addresses', () => {
  const caller = (address: string | undefined) => ({ address, port: 1, localPort: 1 });

  test('of one /64 of IPv6 are one', () => {
    expect(callerKey(caller('2001:db8:1:2::1'))).toBe(callerKey(caller('2001:db8:1:2:ffff::7')));
    expect(callerKey(caller('2001:db8:1:2::1'))).not.toBe(callerKey(caller('2001:db8:1:3::1')));
    expect(callerKey(caller('192.0.2.1'))).not.toBe(callerKey(caller('192.0.2.2')));
    expect(callerKey(caller('::ffff:192.0.2.1'))).toBe(callerKey(caller('192.0.2.1')));
  });

  /** A session of its own whose caller has this address; what it says to these commands. */
  async function from(board: Board, address: string, ...commands: string[]): Promise<string> {
    const [client, server] = duplexPair();
    new Session(board, server, caller(address), silent, () => {});
    let heard = '';
    client.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1');
    });
    client.end(`${commands.join('\r\n')}\r\n`);
    await once(client, 'end');
    return heard;
  }

  const registering = async (mailer: Mailer = { send: async () => {} }) =>
    boardOf((await openBoard()).store, { mode: 'open', mailer });

  test('register five times an hour, however many of their /64 they use', async () => {
    const board = await registering();
    const answers: boolean[] = [];
    for (let i = 0; i < 7; i++) {
      const heard = await from(board, `2001:db8:1:2::${i}`, 'REGU', `USER n${i}@rgtp.test`);
      answers.push(heard.includes('\r\n280 '));
    }
    expect(answers).toEqual([true, true, true, true, true, false, false]);
    expect(await from(board, '2001:db8:1:3::1', 'REGU', 'USER other@rgtp.test')).toContain('\r\n280 ');
  });

  test('fail in proofs together', async () => {
    const board = await registering();
    const guess = (address: string) =>
      from(board, address, 'USER ann@rgtp.test', `AUTH ${'00'.repeat(16)} ${'00'.repeat(16)}`);
    // Where she has been before, what counts is what fails there.
    for (const prefix of ['2001:db8:1:2', '2001:db8:1:3'])
      board.failedProofs.succeeded(`${prefix}::1`, latin1('ann@rgtp.test'));
    for (let i = 1; i <= 100; i++) expect(await guess(`2001:db8:1:2::${i}`)).toContain('\r\n483 ');
    expect(await guess('2001:db8:1:2:ffff::1')).toContain('\r\n484 ');
    expect(await guess('2001:db8:1:3::1')).toContain('\r\n483 ');
  });

  test('register no more often by asking for what cannot be sent meanwhile', async () => {
    const refusals: (() => void)[] = [];
    const send = ({ to }: { readonly to: string }) =>
      to.startsWith('bad')
        ? new Promise<void>((_, reject) => refusals.push(() => reject(new Error('no such mailbox'))))
        : Promise.resolve();
    const board = await registering({ send });
    let accounts = 0;
    for (let round = 0; round < 4; round++) {
      const bad = from(board, '192.0.2.1', 'REGU', `USER bad${round}@rgtp.test`);
      await expect.poll(() => refusals.length).toBe(round + 1);
      for (let i = 0; i < 4; i++) {
        if ((await from(board, '192.0.2.1', 'REGU', `USER n${round}.${i}@rgtp.test`)).includes('\r\n280 ')) accounts++;
      }
      refusals[round]?.();
      await bad;
    }
    expect(accounts).toBe(4);
    const more = ['fifth', 'sixth'].map((name) => from(board, '192.0.2.1', 'REGU', `USER ${name}@rgtp.test`));
    expect((await Promise.all(more)).filter((heard) => heard.includes('\r\n280 '))).toHaveLength(1);
  });
});

describe('the event loop', () => {
  /** A clock on which every look takes a millisecond: turns end after a few steps, however fast this machine is. */
  function slowClock(): void {
    let now = performance.now();
    vi.spyOn(performance, 'now').mockImplementation(() => ++now);
  }

  /** Sessions without sockets, whose streams take everything at once. Who was answered completely, in order. */
  async function race(server: BoardServer, heavy: string, end: RegExp): Promise<string[]> {
    const board = boardOf(server.store);
    const finished: string[] = [];
    const open = (name: string, commands: string, done: RegExp) => {
      const [client, stream] = duplexPair({ highWaterMark: 1 << 30 });
      new Session(board, stream, { address: '192.0.2.1', port: 1, localPort: 1 }, silent, () => {});
      let tail = '';
      const loggedIn = Promise.withResolvers<void>();
      const all = new Promise<void>((resolve) => {
        client.on('data', (chunk: Buffer) => {
          tail = (tail + chunk.toString('latin1')).slice(-200);
          if (/^231 /m.test(tail)) loggedIn.resolve();
          if (!done.test(tail)) return;
          finished.push(name);
          resolve();
        });
      });
      client.write('USER guest\r\n');
      return { client, commands, all, loggedIn: loggedIn.promise };
    };
    const crowd = Array.from({ length: 20 }, (_, i) => open(`crowd ${i}`, heavy, end));
    const quick = open('quick', 'NOOP\r\nQUIT\r\n', /280 Goodbye\.\r\n$/);
    await Promise.all([...crowd, quick].map(({ loggedIn }) => loggedIn));
    slowClock();
    for (const one of [...crowd, quick]) one.client.write(one.commands);
    await Promise.all([...crowd, quick].map(({ all }) => all));
    return finished;
  }

  test('is shared by a crowd of guests who ask for the index', async () => {
    const server = await openBoard();
    const { index } = server.store;
    const row = formatIndexEntry({
      sequence: 9,
      time: 9,
      itemId: ascii('A0000000'),
      userid: octets`x`,
      type: 'R',
      subject: octets`x`,
    });
    await server.store.commit(() => {
      for (let i = 0; i < 512 * 30; i++) index.append(row);
    });
    const finished = await race(server, 'INDX\r\nQUIT\r\n', /280 Goodbye\.\r\n$/);
    expect(finished[0]).toBe('quick');
  });

  test('is shared by a crowd that sends a thousand commands at once', async () => {
    const server = await openBoard();
    const finished = await race(server, `${'MOTD\r\n'.repeat(1000)}QUIT\r\n`, /280 Goodbye\.\r\n$/);
    expect(finished[0]).toBe('quick');
  });

  test('is shared by a crowd that reads a long edit log', async () => {
    const server = await openBoard();
    await server.store.commit(() => {
      for (let i = 0; i < 3000; i++) server.store.editLog.append(1, octets`Index edited by ed:\n.${i}\n\n`);
    });
    const finished = await race(server, 'ELOG\r\nQUIT\r\n', /280 Goodbye\.\r\n$/);
    expect(finished[0]).toBe('quick');
    const guest = await login(server, 'guest');
    expect((await guest.list('ELOG')).slice(-2)).toEqual(['.2999', '']);
  });
});

test('a board that closes waits neither for clients that do not hang up nor for those that do not read', async () => {
  const board = await openBoard();
  const idle = await login(board, 'guest');
  const stalled = await login(board, 'guest');
  const { itemId } = await board.store.posting.newItem(
    { userid: octets`writer`, grogname: octets``, text: latin1('xxxxxxxxx\n'.repeat(700)) },
    octets`Big`,
  );
  stalled.socket.pause();
  stalled.write(`ITEM ${itemId}\r\n`.repeat(4000));
  // When another answer has come, the server has sent as much of it as the sockets take.
  await idle.ask('NOOP');
  await board.close(10);
  expect(await idle.line()).toMatch(/^481 /);
});

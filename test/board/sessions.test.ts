import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { limits } from '../../src/board/limits.ts';
import type { BoardServer } from '../../src/board/server.ts';
import { latin1, octets } from '../../src/wire/octets.ts';
import { octetsInUse } from '../support/memory.ts';
import { addUser, dial, login, openBoard } from './boards.ts';
import { Dialogue } from './dialogue.ts';

/** Sends octets in one go, hangs up, and gives all that came back. */
async function exchange(board: BoardServer, ...pieces: string[]): Promise<string> {
  const socket = connect(board.address.port, '127.0.0.1');
  let received = '';
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
  });
  for (const piece of pieces) socket.write(Buffer.from(piece, 'latin1'));
  socket.end();
  await once(socket, 'close');
  return received;
}

/** ms: longer than a test waits for */
const LONG = 3_600_000;

describe('whatever a client sends', () => {
  test('after the last answer is dropped', async () => {
    const board = await openBoard({ timeouts: { closing: LONG } });
    const client = await dial(board);
    expect(await client.ask('QUIT')).toMatch(/^280 /);
    const before = octetsInUse();
    const lines = Buffer.alloc(16 * 1024 * 1024, 'NOOP\r\n');
    expect(await new Promise((resolve) => client.socket.write(lines, resolve))).toBeFalsy();
    // What the server has not read yet, the operating system keeps.
    expect(octetsInUse() - before - lines.length).toBeLessThan(4 * 1024 * 1024);
  });

  test('is answered the same, however it is cut', async () => {
    const board = await openBoard();
    const session =
      'USER writer\r\nNOOP\nitem A0000000\r\n\r\nINDX #FFFFFFFF\r\nDATA\r\ng\r\n..dot\r\n.\r\nSTAT x\r\nQUIT\r\n';
    const whole = await exchange(board, session);
    expect(whole.match(/^\d{3}/gm)).toEqual(['230', '232', '200', '410', '250', '150', '350', '511', '280']);
    for (let cut = 1; cut < session.length; cut += 3) {
      const client = board.connect();
      let received = '';
      client.on('data', (chunk: Buffer) => {
        received += chunk.toString('latin1');
      });
      client.write(session.slice(0, cut), 'latin1');
      await new Promise(setImmediate);
      client.end(session.slice(cut), 'latin1');
      await once(client, 'end');
      expect(received).toBe(whole);
    }
  });

  test('no octets bring a session down, or out of step', async () => {
    const board = await openBoard();
    const words = [
      'USER',
      'ALVL',
      'AUTH',
      'DATA',
      'ITEM',
      'STAT',
      'INDX',
      'NEWI',
      'REPL',
      'EDIT',
      'EDCF',
      'UDBM',
      'DIFF',
    ];
    const line = fc.oneof(
      fc.tuple(fc.constantFrom(...words), fc.string({ unit: 'binary', maxLength: 40 })).map(([a, b]) => `${a} ${b}`),
      fc.string({ unit: 'binary', maxLength: 500 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 20 }), async (lines) => {
        const octets = lines.map((text) => text.replace(/[^\0-\xff]/gu, '?').replace(/^quit.*/gim, '')).join('\r\n');
        const answer = await exchange(board, `USER writer\r\n${octets}\r\n.\r\n.\r\nNOOP\r\nQUIT\r\n`);
        expect(answer).not.toContain('484');
        expect(answer).toMatch(/(?:280 Goodbye\.|582 [^\r]*|48[23] [^\r]*)\r\n$/);
      }),
      { numRuns: 60 },
    );
    expect(await exchange(board, 'USER guest\r\nQUIT\r\n')).toContain('231 ');
  });

  test('a line without end is dropped as it comes, not kept', async () => {
    const board = await openBoard();
    const client = await dial(board);
    const before = octetsInUse();
    const piece = 'x'.repeat(1 << 20);
    for (let i = 0; i < 100; i++) if (!client.socket.write(piece)) await once(client.socket, 'drain');
    client.write('\r\nNOOP\r\n');
    expect(await client.line()).toBe('512 Line far too long.');
    expect(await client.line()).toBe('200 NOOP command received.');
    expect(octetsInUse() - before).toBeLessThan(48 << 20);
  });

  test('nor is a text without end', async () => {
    const board = await openBoard();
    const writer = await login(board, 'writer');
    await writer.ask('DATA');
    writer.write('g\r\n');
    const before = octetsInUse();
    const piece = `${'x'.repeat(78)}\r\n`.repeat(10_000);
    for (let i = 0; i < 80; i++) if (!writer.socket.write(piece)) await once(writer.socket, 'drain');
    expect(await writer.ask('.')).toBe('423 Data is too long for a Reply or Contribution.');
    expect(await writer.ask('NEWI x')).toBe('500 Need DATA first.');
    expect(octetsInUse() - before).toBeLessThan(48 << 20);
  });
});

describe('a text', () => {
  test('half sent is discarded', async () => {
    const board = await openBoard();
    const end = board.store.index.end;
    await exchange(board, 'USER writer\r\nDATA\r\ng\r\nhalf a te');
    await exchange(board, 'USER writer\r\nDATA\r\ng\r\nall of it\r\n.\r\nNEWI cut o');
    await exchange(board, 'USER writer\r\nDATA\r\ng\r\nall of it\r\n.\r\n');
    expect(board.store.index.end).toBe(end);
  });

  test('whose command was complete is posted, though the client has hung up', async () => {
    const board = await openBoard();
    const answer = await exchange(board, 'USER writer\r\nDATA\r\ng\r\ntext\r\n.\r\nNEWI Whole\r\n');
    expect(answer).toMatch(/220 [0-9A-F]{8} {2}Item inserted and index updated\.\r\n$/);
  });

  test('cannot pretend to hold cookies, headers of others, or the end of an item', async () => {
    const board = await openBoard();
    const writer = await login(board, 'writer');
    await writer.text('^00000001 6B020000', '^00000001 6B020000', '^^', '[Continued in A1234567 by x.]');
    writer.write('NEWI ^00000001 6B020000\r\n');
    const id = (await writer.line())?.slice(4);
    await writer.answer();
    const lines = await writer.list(`ITEM ${id}`);
    expect(lines.filter((line) => /^\^[0-9A-F]{8} /.test(line))).toHaveLength(1);
    expect(lines.slice(-3)).toEqual(['^^00000001 6B020000', '^^^', '[Continued in A1234567 by x.]']);
  });

  test('a grogname that looks like another userid is never taken for one', async () => {
    const board = await openBoard();
    const long = 'a.very.long.user.name.indeed@with.a.really.quite.absurdly.long.domain.test';
    await addUser(board, long, 2, undefined);
    const mallory = await dial(board);
    await mallory.ask(`USER ${long}`);
    await mallory.text('Ann (ann@rgtp.test)', 'text');
    mallory.write('NEWI Spoof\r\n');
    const id = (await mallory.line())?.slice(4);
    await mallory.answer();
    const [, , first, ...more] = await mallory.list(`ITEM ${id}`);
    expect(first).toMatch(new RegExp(`^Item ${id} submitted at`));
    expect(more.slice(0, 2)).toEqual(['From Ann (ann@rgtp.test)', `User ${long}`]);
  });
});

describe('limits', () => {
  test('an item takes replies to the last octet', async () => {
    const board = await openBoard();
    const { posting, items } = board.store;
    const post = (size: number) => ({
      userid: octets`writer`,
      grogname: octets``,
      text: octets`${octets`x`.repeat(size - 1)}\n`,
    });
    const { itemId } = await posting.newItem(post(7000), octets`Long`);
    while ((await posting.reply(itemId, post(2000))).kind === 'posted') {}
    const room = limits.item - 36 - (items.read(itemId)?.text.length ?? 0);
    expect((await posting.reply(itemId, post(room + 1))).kind).toBe('full');
    expect((await posting.reply(itemId, post(room))).kind).toBe('posted');
    expect((await posting.reply(itemId, post(1))).kind).toBe('full');
  });

  test('connections in total, and from one address', async () => {
    const board = await openBoard({ connections: 3, connectionsPerAddress: 2 });
    const [first] = [await dial(board), await dial(board)];
    const third = await Dialogue.open(board.address.port);
    expect(await third.line()).toBe('482 Too many connections; please try again later.');
    expect(await third.line()).toBeUndefined();
    const gone = once(first.socket, 'close');
    await first.ask('QUIT');
    first.socket.end();
    await gone;
    // The place is free again as soon as the server has noticed.
    for (let line: string | undefined; !line?.startsWith('230'); ) {
      const next = await Dialogue.open(board.address.port);
      line = await next.line();
      next.close();
    }
  });

  test('who is turned away is read from until they hang up, so that no reset overtakes the answer', async () => {
    const board = await openBoard({ connections: 1, timeouts: { closing: LONG } });
    await dial(board);
    const socket = connect(board.address.port, '127.0.0.1');
    await once(socket, 'connect');
    // More than the operating system keeps: a server that does not read never lets it through.
    const taken = new Promise((resolve) => socket.write(Buffer.alloc(16 * 1024 * 1024), resolve));
    const [line] = await once(socket.setEncoding('latin1'), 'data');
    expect(line).toBe('482 Too many connections; please try again later.\r\n');
    expect(await taken).toBeFalsy();
    const closed = once(socket, 'close');
    socket.end();
    expect(await closed).toEqual([false]);
  });

  test('a server that stops does not wait for those whom it turned away', async () => {
    const board = await openBoard({ connections: 1, timeouts: { closing: LONG } });
    const first = await dial(board);
    const socket = connect({ port: board.address.port, host: '127.0.0.1', allowHalfOpen: true });
    await once(socket.resume(), 'end');
    first.close();
    await board.close();
    socket.destroy();
  });

  test('two hundred connections at the same moment are all greeted', async () => {
    const board = await openBoard({ connectionsPerAddress: 200 });
    const all = await Promise.all(Array.from({ length: 200 }, () => Dialogue.open(board.address.port)));
    for (const client of all) {
      expect(await client.line()).toMatch(/^230 /);
      client.close();
    }
  });

  test.each([
    ['Gossip', '230 Gossip server ready (no access yet)'],
    ['Caf\xe9 \u2013 \u03b2', '230 Caf\xc3\xa9 \xe2\x80\x93 \xce\xb2 server ready (no access yet)'],
    ['The GROGGS system', '230 The GROGGS server ready (no access yet)'],
    ['two\r\nlines', '230 two lines server ready (no access yet)'],
    ['x'.repeat(1000), expect.stringMatching(/^230 x{200,275} \(no access yet\)$/)],
  ])('a title of any kind makes a banner: %s', async (title, banner) => {
    const board = await openBoard({ title });
    const client = await Dialogue.open(board.address.port);
    expect(await client.line()).toEqual(banner);
    client.close();
  });

  test('ids run ahead of the clock a minute at a time, and over the end of a year', async () => {
    const board = await openBoard({ now: () => Date.UTC(2026, 11, 31, 23, 58, 30) });
    const { posting } = board.store;
    const post = { userid: octets`writer`, grogname: octets``, text: octets`x\n` };
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.push((await posting.newItem(post, octets`x`)).itemId);
    expect(ids).toEqual(['P3642359', 'Q0000000', 'Q0000001']);
  });

  test('sequence numbers wrap', async () => {
    const board = await openBoard({ empty: true });
    const { posting, state, index } = board.store;
    await board.store.commit(() => {
      state.nextSequence = 0xfffffffe;
    });
    const post = { userid: octets`writer`, grogname: octets``, text: octets`x\n` };
    const numbers: number[] = [];
    for (let i = 0; i < 4; i++) numbers.push((await posting.newItem(post, octets`x`)).sequence);
    expect(numbers).toEqual([0xfffffffe, 0xffffffff, 0, 1]);
    const rows = (from: number) => {
      const at = index.fromSequence(from);
      return at === undefined ? 0 : index.rows(at, index.end).length;
    };
    expect([0xfffffffe, 0xffffffff, 0, 1, 2].map(rows)).toEqual([4, 3, 2, 1, 0]);
    // Numbers without a row, such as that of a withdrawal: those after the wrap come after them, too.
    const gone = index.fromSequence(0xffffffff) ?? 0;
    await board.store.commit(() => index.change({ removed: [gone], added: [] }));
    expect([0xfffffffe, 0xffffffff, 0, 1, 2].map(rows)).toEqual([3, 2, 2, 1, 0]);
  });
});

/** A guest who asks for far more than sockets hold, and reads none of it. */
async function fillAndStall(board: BoardServer): Promise<Dialogue> {
  const { posting } = board.store;
  const { itemId } = await posting.newItem(
    { userid: octets`writer`, grogname: octets``, text: latin1('xxxxxxxxx\n'.repeat(700)) },
    octets`Big`,
  );
  const client = await login(board, 'guest');
  client.socket.pause();
  client.write(`ITEM ${itemId}\r\n`.repeat(4000));
  return client;
}

test('a slow reader holds up nobody, and costs no memory', async () => {
  const board = await openBoard();
  const before = octetsInUse();
  const slow = await fillAndStall(board);
  const writer = await login(board, 'writer');
  for (let i = 0; i < 20; i++) {
    await writer.text('w', 'not blocked');
    expect(await writer.ask(`NEWI ${i}`)).toMatch(/^220/);
  }
  const guest = await login(board, 'guest');
  expect(await guest.list('INDX')).toHaveLength(23);
  // 28 MB were asked for.
  expect(octetsInUse() - before).toBeLessThan(12 << 20);
  slow.socket.resume();
  for (let i = 0; i < 4000; i++) {
    expect((await slow.line())?.slice(0, 3)).toBe('250');
    await slow.data();
  }
});

describe('time-outs', () => {
  // What a case does not wait for never comes.
  const never = { idle: 600_000, data: 600_000, lock: 600_000 };

  beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => vi.useRealTimers());

  test.each([
    ['at the prompt', { idle: 60 }, []],
    ['in the middle of a line', { idle: 60 }, ['!NOO']],
    ['within DATA', { data: 60 }, ['USER writer', 'DATA', '!half a line']],
  ])('%s: 481', async (_, soon, commands) => {
    const board = await openBoard({ timeouts: { ...never, ...soon } });
    const client = await dial(board);
    for (const command of commands) {
      if (command.startsWith('!')) client.write(command.slice(1));
      else await client.ask(command);
    }
    vi.advanceTimersByTime(60);
    // Answered by a session that has not ended.
    client.write('\r\n.\r\nNOOP\r\n');
    expect(await client.line()).toBe('481 Timeout awaiting input - closing connection.');
    expect(await client.line()).toBeUndefined();
    expect(board.store.index.end).toBe(2);
  });

  test('with the edit lock: 481, and the lock is free again', async () => {
    const board = await openBoard({ timeouts: { ...never, lock: 60 } });
    await addUser(board, 'boss', 3, undefined);
    const client = await dial(board);
    await client.ask('USER boss');
    expect(await client.ask('EDLK')).toMatch(/^200/);
    vi.advanceTimersByTime(60);
    client.write('NOOP\r\n');
    expect(await client.line()).toBe('481 Timeout awaiting input - closing connection.');
    expect(await client.line()).toBeUndefined();
    const next = await dial(board);
    await next.ask('USER boss');
    expect(await next.ask('EDLK')).toMatch(/^200/);
  });

  test('whoever asks and does not read is cut off', async () => {
    const board = await openBoard({ timeouts: { ...never, data: 60 } });
    const client = await fillAndStall(board);
    await expect
      .poll(() => {
        vi.advanceTimersByTime(60);
        return board.connections;
      })
      .toBe(0);
    expect(client.socket.destroyed).toBe(false);
  });

  test('a server that stops says so, after the command in progress', async () => {
    const board = await openBoard();
    const [idle, writer] = [await dial(board), await login(board, 'writer')];
    await writer.text('w', 'last words');
    writer.write('NEWI Just in time\r\n');
    await new Promise(setImmediate);
    const closing = board.close();
    expect(await idle.line()).toMatch(/^481 /);
    idle.socket.end();
    const answers = [await writer.line(), await writer.line(), await writer.line()];
    if (answers[0]?.startsWith('120')) expect(answers[1]).toMatch(/^220/);
    expect(answers.some((line) => line?.startsWith('481'))).toBe(true);
    writer.socket.end();
    await closing;
  });
});

test('an index that is edited while somebody reads it is not ended as if it were whole', async () => {
  const board = await openBoard();
  const { editing, index } = board.store;
  const row = index.rows(2, 2)[0]?.row ?? octets``;
  await board.store.commit(() => {
    for (let i = 0; i < 60_000; i++) index.append(row);
  });
  const slow = await login(board, 'guest');
  slow.socket.pause();
  slow.write('INDX\r\n');
  // Two answers later the server has sent as much of it as the sockets take.
  const other = await login(board, 'guest');
  await other.ask('NOOP');
  const rows = index.rows(1, 3).map((one) => one.row);
  await editing.replaceIndex({ kind: 'index', end: 3 }, rows, { userid: octets`ed`, reason: octets`r` });
  slow.socket.resume();
  let last: string | undefined;
  for (let line = await slow.line(); line !== undefined; line = await slow.line()) last = line;
  expect(last).toBe('481 The index was edited meanwhile - please ask again.');
});

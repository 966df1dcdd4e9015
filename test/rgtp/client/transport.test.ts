import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { RgtpConnection } from '../../../src/rgtp/client/connection.ts';
import type { ClientOptions } from '../../../src/rgtp/client/options.ts';
import { RgtpError } from '../../../src/rgtp/errors.ts';
import { formatIndexEntry } from '../../../src/rgtp/index-entry.ts';
import { octets } from '../../../src/wire/octets.ts';
import { recordedLog } from '../../support/recorded-log.ts';
import { scriptedServer } from '../../support/scripted-server.ts';
import { BANNER, withServer } from './guest.ts';

const ITEM = [
  '                           00000003',
  '^00000003 6B02111B',
  'Item P3242146 from Ann (ann@rgtp.test) at 21.46 on Sat 21 Nov',
  'Subject: A first item',
  '',
  'text',
];
const ROW = formatIndexEntry({
  sequence: 3,
  time: 4,
  itemId: 'P3242146',
  userid: octets`u`,
  type: 'I',
  subject: octets`s`,
});
const id = (n: number) => `A${String(n).padStart(7, '0')}`;

describe('pipelining', () => {
  it('has at most `depth` commands in progress, and gives each its own answer', async () => {
    await withServer(
      async (peer) => {
        for (let n = 0; n < 4; n++) await peer.expect(`STAT ${id(n)}`);
        if (peer.unread !== '') throw new Error(`sent beyond the depth: ${peer.unread}`);
        for (let n = 0; n < 100; n++) {
          peer.say(n % 3 === 0 ? `410 no ${n}` : `211                            ${String(n).padStart(8, '0')} s`);
          if (n < 96) await peer.expect(`STAT ${id(n + 4)}`);
        }
      },
      async (connection) => {
        const stats = await Promise.allSettled(Array.from({ length: 100 }, (_, n) => connection.stat(id(n))));
        for (const [n, stat] of stats.entries()) {
          if (n % 3 === 0)
            expect(stat).toMatchObject({
              reason: { kind: 'no-such-item', message: expect.stringContaining(`no ${n}"`) },
            });
          else expect(stat).toMatchObject({ value: { lastReply: Number.parseInt(String(n), 16) } });
        }
      },
      { depth: 4 },
    );
  });

  it('sends nothing between DATA and the end of its text', async () => {
    await withServer(
      async (peer) => {
        await peer.expect('DATA');
        peer.say('150 Send it');
        // A command here would become part of the text.
        await peer.expect('Ann');
        await peer.expect('a line');
        await peer.expect('.', '350 Data received');
        await peer.expect(`STAT ${id(1)}`, '410 no');
      },
      async (connection) => {
        const [text, stat] = await Promise.allSettled([
          connection.data(octets`Ann`, [octets`a line`]),
          connection.stat(id(1)),
        ]);
        expect([text.status, stat]).toMatchObject(['fulfilled', { reason: { kind: 'no-such-item' } }]);
      },
    );
  });

  it('takes the doubled dot from a line of data', async () => {
    await withServer(
      async (peer) => {
        await peer.expect('MOTD', '250 Data follows', '00000003 6B02111B', '..hidden', '...', '.');
      },
      async (connection) => expect((await connection.motd())?.lines).toEqual(['.hidden', '..']),
    );
  });

  it('sends the commands of one turn in one piece', async () => {
    let unread = '';
    await withServer(
      async (peer) => {
        await peer.expect(`STAT ${id(0)}`);
        unread = peer.unread;
      },
      async (connection) => {
        await Promise.allSettled([0, 1, 2].map((n) => connection.stat(id(n))));
      },
    );
    expect(unread).toBe(`STAT ${id(1)}\r\nSTAT ${id(2)}\r\n`);
  });
});

describe('a server that sends nonsense', () => {
  // What seems to have no end has one, for whoever takes all of it.
  const cases: [string, string, Partial<ClientOptions>, RegExp][] = [
    ['says what is no response', 'Hello\x1b!\r\n', {}, /^not a response: "Hello\\x1b!"$/],
    [
      'sends a line without end',
      'x'.repeat(5000),
      { limits: { line: 1000 } },
      /^the server sent a line of over 1000 octets$/,
    ],
    [
      'sends data without end',
      `250 Data follows\r\n${`${'x'.repeat(100)}\r\n`.repeat(50)}.\r\n`,
      { limits: { item: 4000 } },
      /^the server sent data of over 4000 octets$/,
    ],
    [
      'sends data with a line without end',
      `250 Data follows\r\n${'x'.repeat(100_000)}\r\n.\r\n`,
      { limits: { line: 1000, item: 50_000 } },
      /^the server sent data of over 50000 octets$/,
    ],
    [
      'says 1xx for ever',
      `${'119 debug\r\n'.repeat(2000)}410 no\r\n`,
      {},
      /^the server sent 1xx responses without end$/,
    ],
  ];
  it.each(cases)('%s is nonsense, and the end', async (_, answer, options, message) => {
    await withServer(
      async (peer) => {
        await peer.expect('ITEM P3242146');
        peer.raw(answer);
        await peer.expectEnd();
      },
      async (connection) => {
        await expect(connection.item('P3242146')).rejects.toMatchObject({
          kind: 'nonsense',
          message: expect.stringMatching(message),
        });
        expect(connection.usable).toBe(false);
        await expect(connection.item('P3242146')).rejects.toMatchObject({ kind: 'nonsense' });
      },
      options,
    );
  });

  it('may send one long line in data: only this answer is lost', async () => {
    await withServer(
      async (peer) => {
        await peer.expect('ITEM P3242146', '250 Data follows', ...ITEM, 'x'.repeat(200_000), 'more', '.');
        await peer.expect('ITEM P3242146', '250 Data follows', ...ITEM, '.');
      },
      async (connection) => {
        const [bad, good] = await Promise.allSettled([connection.item('P3242146'), connection.item('P3242146')]);
        expect(bad).toMatchObject({ reason: { kind: 'nonsense', message: 'data with a line of over 65536 octets' } });
        expect(good).toMatchObject({ value: { subject: 'A first item' } });
      },
    );
  });

  it('may send index rows without end', async () => {
    let rows = 0;
    await withServer(
      async (peer) => {
        await peer.expect('INDX', '250 Data follows');
        peer.raw(`${ROW}\r\n`.repeat(1000));
        await peer.expectEnd();
      },
      async (connection) => {
        const index = connection.index(undefined, () => rows++);
        await expect(index).rejects.toMatchObject({ kind: 'nonsense' });
      },
      { limits: { index: 20_000 } },
    );
    expect(rows).toBe(99);
  });

  it.each([
    ['481 Timeout awaiting input - closing connection.', 'unavailable', false],
    ['484 Restarting.', 'unavailable', false],
    ['220 Something happened.', 'nonsense', true],
  ])('speaks unasked: %s', async (line, kind, warns) => {
    const { log, messages: warnings } = recordedLog('warn');
    await withServer(
      async (peer) => {
        // Answered by a client that goes on.
        if (await peer.line()) peer.say('410 no');
      },
      async (connection) => {
        await expect(connection.stat(id(0))).rejects.toMatchObject({ kind, message: expect.stringContaining(line) });
        expect(warnings.length > 0).toBe(warns);
      },
      // In one piece: both have come before anything is asked.
      { log, banner: `${BANNER}\r\n${line}` },
    );
  });
});

describe('time-outs', () => {
  it('connect', async () => {
    const connect = () => Object.defineProperty(new Socket(), 'connecting', { value: true });
    const opening = RgtpConnection.open({ host: 'board.test', port: 1431, connect, timeouts: { connect: 5 } });
    await expect(opening).rejects.toMatchObject({
      kind: 'unavailable',
      message: 'no connection to board.test:1431 within 5 ms',
    });
  });

  it('a connection that is never greeted is tried again, twice', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const streams: Duplex[] = [];
    const connect = () => {
      const stream = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
      streams.push(stream);
      return stream;
    };
    const opening = RgtpConnection.open({ host: 'board.test', port: 1431, connect, timeouts: { banner: 20 } });
    for (let tries = 1; tries <= 3; tries++) {
      await vi.advanceTimersByTimeAsync(19);
      expect(streams).toHaveLength(tries);
      if (tries < 3) await vi.advanceTimersByTimeAsync(1);
    }
    expect(streams.map(({ destroyed }) => destroyed)).toEqual([true, true, false]);
    streams[2]?.push(`${BANNER}\r\n`);
    const connection = await opening;
    expect(connection.level).toBe(1);
    connection.destroy();
  });

  it('and then given up', async () => {
    const server = await scriptedServer((peer) => peer.expectEnd());
    const opening = RgtpConnection.open({ host: server.host, port: server.port, timeouts: { banner: 5 } });
    await expect(opening).rejects.toMatchObject({ kind: 'unavailable', message: 'no banner within 5 ms' });
    expect(server.connections).toBe(3);
    await server.done();
  });

  it('answer: silence ends it', async () => {
    await withServer(
      async (peer) => {
        await peer.expect('ITEM P3242146', '250 Data follows', ...ITEM);
        await peer.expect('MOTD');
        await peer.expectEnd();
      },
      async (connection) => {
        const [item, motd] = await Promise.allSettled([connection.item('P3242146'), connection.motd()]);
        expect(item).toMatchObject({ reason: { kind: 'unavailable', message: 'no answer within 20 ms' } });
        expect(motd).toMatchObject({ reason: { kind: 'unavailable' } });
      },
      { timeouts: { answer: 20 } },
    );
  });
});

it('every octet gives the server more time', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const stream = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
  const address = { host: 'board.test', port: 1431 };
  const opening = RgtpConnection.open({ ...address, connect: () => stream, timeouts: { answer: 1000 } });
  stream.push(`${BANNER}\r\n`);
  const connection = await opening;
  const stat = connection.stat('P3242146');
  for (const octet of '211                            00000003 A') {
    await vi.advanceTimersByTimeAsync(900);
    stream.push(octet);
  }
  stream.push('\r\n');
  expect(await stat).toMatchObject({ subject: 'A' });
  const rejected = expect(connection.stat('P3242146')).rejects.toMatchObject({ kind: 'unavailable' });
  await vi.advanceTimersByTimeAsync(1100);
  await rejected;
});

describe('opening', () => {
  it('says what is wrong with the address', async () => {
    const server = await scriptedServer((peer) => peer.expectEnd());
    await server.done();
    const opening = RgtpConnection.open({ host: server.host, port: server.port });
    await expect(opening).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it.each([
    ['482 Go away.', 'refused'],
    ['481 Too many connections.', 'unavailable'],
    ['484 Broken.', 'internal'],
    ['200 news.example.org InterNetNews NNRP server ready', 'nonsense'],
    ['SSH-2.0-OpenSSH_9.9', 'nonsense'],
  ])('%s is %s', async (banner, kind) => {
    const server = await scriptedServer(async (peer) => {
      peer.say(banner);
      await peer.expectEnd();
    });
    await expect(RgtpConnection.open({ host: server.host, port: server.port })).rejects.toMatchObject({ kind });
    await server.done();
  });

  it('can be given up at every step', async () => {
    for (const lines of [[], [BANNER.replace('231', '230')]]) {
      const greeted = Promise.withResolvers<void>();
      const server = await scriptedServer(async (peer) => {
        peer.say(...lines);
        if (lines.length > 0) await peer.line();
        greeted.resolve();
        await peer.expectEnd();
      });
      const giveUp = new AbortController();
      const opening = RgtpConnection.open({ host: server.host, port: server.port }, giveUp.signal);
      await greeted.promise;
      giveUp.abort(new Error('changed my mind'));
      await expect(opening).rejects.toThrow('changed my mind');
      await server.done();
    }
    await expect(
      RgtpConnection.open({ host: '127.0.0.1', port: 9 }, AbortSignal.abort(new Error('never'))),
    ).rejects.toThrow('never');
  });
});

const GREETING = Buffer.byteLength(`${BANNER}\r\n`);

/**
 * A session over a byte stream in memory. What the server says comes in these pieces, then the stream ends; what
 * follows the banner comes when the client has sent its first commands.
 */
function session(
  pieces: readonly Buffer[],
  options: Partial<ClientOptions> = {},
): Promise<PromiseSettledResult<unknown>[]> {
  const later: Buffer[] = [];
  const push = (all: readonly Buffer[]) => {
    for (const piece of all) stream.push(piece);
    stream.push(null);
  };
  const stream = new Duplex({
    read() {},
    write(_chunk, _encoding, done) {
      if (later.length > 0) push(later.splice(0));
      done();
    },
  });
  const opening = RgtpConnection.open({ host: 'board.test', port: 1431, connect: () => stream, ...options });
  const talk = (connection: RgtpConnection) =>
    Promise.allSettled([
      connection.index(undefined, () => {}),
      connection.item('P3242146'),
      connection.stat('P3242146'),
      connection.item('A0000000'),
      connection.motd(),
      connection.data(octets`g`, [octets`text`]),
      connection.newItem(octets`subject`),
    ]);
  let passed = 0;
  for (const piece of pieces) {
    const greeting = piece.subarray(0, Math.max(0, GREETING - passed));
    if (greeting.length > 0) stream.push(greeting);
    if (passed + piece.length >= GREETING) later.push(piece.subarray(greeting.length));
    passed += piece.length;
  }
  if (passed < GREETING) stream.push(null);
  return opening.then(talk, (reason: unknown) => [{ status: 'rejected' as const, reason }]);
}

const SESSION = Buffer.from(
  [
    BANNER,
    '250 Data follows',
    ROW,
    '.',
    '250 Data follows',
    ...ITEM,
    '.',
    '211                            00000003 A first item',
    '410 Item A0000000 does not exist or has been archived.',
    '250 Data follows',
    '00000001 6B02111B',
    'Hello',
    '.',
    "150 Send grogname and text; finish with `.'",
    '350 Data received, thanks.',
    '120 P3242147',
    '220 00000004  Item inserted and index updated.',
    '',
  ].join('\r\n'),
);

describe('the same bytes', () => {
  const states = (results: readonly PromiseSettledResult<unknown>[]) =>
    results.map((r) => (r.status === 'fulfilled' ? r.value : (r.reason as RgtpError).kind));

  it('mean the same wherever they are cut', async () => {
    const whole = states(await session([SESSION]));
    expect(whole).toMatchObject([
      undefined,
      { subject: 'A first item' },
      { lastReply: 3 },
      'no-such-item',
      { lines: ['Hello'] },
      undefined,
      { itemId: 'P3242147', sequence: 4 },
    ]);
    for (let cut = 0; cut <= SESSION.length; cut++) {
      expect(states(await session([SESSION.subarray(0, cut), SESSION.subarray(cut)]))).toEqual(whole);
    }
    expect(states(await session(Array.from(SESSION, (octet) => Buffer.of(octet))))).toEqual(whole);
  });

  it('lost at any octet, settle everything: what was answered stands, the rest may be tried again', async () => {
    const whole = states(await session([SESSION]));
    for (let length = 0; length < SESSION.length; length++) {
      const got = states(await session([SESSION.subarray(0, length)]));
      if (length < BANNER.length + 2) expect(got).toEqual(['unavailable']);
      else {
        const answered = got.indexOf('unavailable');
        expect(answered).toBeGreaterThanOrEqual(0);
        expect(got.slice(0, answered)).toEqual(whole.slice(0, answered));
        expect(new Set(got.slice(answered))).toEqual(new Set(['unavailable']));
      }
    }
  });
});

it('an edit log without end is nonsense', async () => {
  await withServer(
    async (peer) => {
      await peer.expect('ELOG');
      peer.raw(`250 Data follows\r\n${'x\r\n'.repeat(2000)}.\r\n`);
      await peer.expectEnd();
    },
    async (connection) => {
      await expect(connection.editLog()).rejects.toThrow('data of over 4000 octets');
    },
    { limits: { block: 4000 } },
  );
});

it('whatever a server sends, every command settles, with RgtpError where it fails', async () => {
  const line = fc.oneof(
    fc.constantFrom(...SESSION.toString('latin1').split('\r\n'), '333 00', '122 x', '422 x', '484 x', '^', '..', ' '),
    fc.string({ unit: 'binary', maxLength: 300 }).map((s) => s.replace(/[^\0-\xff]/g, '?')),
  );
  const bytes = fc
    .array(line, { maxLength: 30 })
    .map((lines) => Buffer.from([BANNER, ...lines, ''].join('\r\n'), 'latin1'));
  await fc.assert(
    fc.asyncProperty(bytes, fc.nat(200), async (all, cut) => {
      for (const result of await session([all.subarray(0, cut), all.subarray(cut)], {
        limits: { line: 200, block: 1000, item: 1000 },
      })) {
        if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(RgtpError);
      }
    }),
    { numRuns: 150 },
  );
});

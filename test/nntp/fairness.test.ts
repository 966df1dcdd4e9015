import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect as connectTo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setImmediate as nextRound } from 'node:timers/promises';
import { connect as tlsConnect } from 'node:tls';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Newsgroup } from '../../src/nntp/backend.ts';
import { DotReader } from '../../src/wire/dots.ts';
import { eventLoop } from '../../src/wire/fair-share.ts';
import { LineReader } from '../../src/wire/line-reader.ts';
import { collect, sessionWith } from '../support/front-end.ts';
import { LargeGroup } from '../support/large-group.ts';
import { MemoryBackend } from '../support/memory-backend.ts';
import { serve, tlsFiles } from '../support/nntp-server.ts';
import { stepByStep } from '../support/turns.ts';

/** A group of a million articles that anybody may read to the end. */
class LargeBackend extends MemoryBackend {
  readonly large = new LargeGroup('large', 1_000_000);

  override newsgroup(name: string): Newsgroup | undefined {
    return name === this.large.name ? this.large : super.newsgroup(name, undefined);
  }
}

/** Sessions that have more to do than a turn allows, and read all of it. */
function crowd(backend: LargeBackend, size: number, commands: string): { streams: Duplex[]; octets: number[] } {
  const octets = Array<number>(size).fill(0);
  const streams = octets.map((_, n) => {
    const stream = sessionWith(backend);
    stream.on('data', (chunk: Buffer) => {
      octets[n] = (octets[n] ?? 0) + chunk.length;
    });
    stream.write(commands);
    return stream;
  });
  onTestFinished(() => {
    for (const stream of streams) stream.destroy();
  });
  return { streams, octets };
}

test('in one round of the event loop, a crowd gets no more done than one client, and each gets its share', async () => {
  stepByStep();
  const backend = new LargeBackend();
  const { octets } = crowd(backend, 100, `GROUP large\r\n${'OVER 1-\r\n'.repeat(20)}`);
  let most = 0;
  for (let round = 0; round < 300; round++) {
    const before = backend.large.pieces;
    await nextRound();
    most = Math.max(most, backend.large.pieces - before);
  }
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThan(20);
  expect(Math.min(...octets)).toBeGreaterThan(0);
});

test('the first commands of a crowd are not run all in one round', async () => {
  stepByStep();
  const backend = new LargeBackend();
  const stat = vi.spyOn(backend.large, 'messageId');
  crowd(backend, 100, `GROUP large\r\n${'STAT 7\r\n'.repeat(1000)}`);
  let most = 0;
  for (let round = 0; round < 300; round++) {
    stat.mockClear();
    await nextRound();
    most = Math.max(most, stat.mock.calls.length);
  }
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThan(200);
});

test.each(['OVER 1-', 'XPAT subject 1- *a*', 'STAT 7'])(
  'a newcomer is answered while a crowd asks %s',
  async (command) => {
    stepByStep();
    const backend = new LargeBackend();
    const { streams } = crowd(backend, 100, `GROUP large\r\n${`${command}\r\n`.repeat(5000)}QUIT\r\n`);
    let done = 0;
    for (const stream of streams) stream.once('end', () => done++);
    for (let round = 0; round < 20; round++) await nextRound();
    const newcomer = sessionWith(backend);
    newcomer.end('DATE\r\nQUIT\r\n');
    expect(await collect(newcomer)).toMatch(/^20\d .*\r\n111 .*\r\n205 /);
    expect(done).toBe(0);
  },
);

test('articles are taken off the wire in turns, and their clients are not read from meanwhile', async () => {
  stepByStep();
  const feed = vi.spyOn(DotReader.prototype, 'feed');
  const backend = new MemoryBackend();
  const lines = Buffer.from('..\r\n'.repeat(100_000));
  const streams = Array.from({ length: 30 }, () => {
    const stream = sessionWith(backend);
    stream.resume();
    stream.write('POST\r\n');
    for (let at = 0; at < lines.length; at += 65_536) stream.write(lines.subarray(at, at + 65_536));
    stream.write('.\r\nQUIT\r\n');
    return stream;
  });
  let most = 0;
  let open = streams.length;
  for (const stream of streams) stream.once('end', () => open--);
  while (open > 0) {
    feed.mockClear();
    await nextRound();
    const octets = feed.mock.calls.map(([chunk]) => chunk.length);
    for (const one of octets) expect(one).toBeLessThanOrEqual(16 * 1024);
    most = Math.max(
      most,
      octets.reduce((sum, one) => sum + one, 0),
    );
  }
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(12 * 16 * 1024);
});

test('of a client that waits for its turn, a few lines are taken, and no more', async () => {
  stepByStep();
  const backend = new LargeBackend();
  crowd(backend, 100, `GROUP large\r\n${'OVER 1-\r\n'.repeat(20)}`);
  for (let round = 0; round < 20; round++) await nextRound();
  const feed = vi.spyOn(LineReader.prototype, 'feed');
  onTestFinished(() => feed.mockRestore());
  const newcomer = sessionWith(backend).resume();
  let [most, before] = [0, 0];
  for (let n = 0; n < 50; n++) newcomer.write('DATE\r\n'.repeat(100));
  for (let round = 0; round < 3; round++) {
    await nextRound();
    const taken = feed.mock.calls.reduce((sum, [chunk]) => sum + chunk.length, 0);
    most = Math.max(most, taken - before);
    before = taken;
  }
  newcomer.destroy();
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThan(8192);
});

test('what a client says after QUIT is dropped a little at a time', async () => {
  const stream = sessionWith(new LargeBackend()).resume();
  stream.write('QUIT\r\n');
  await once(stream, 'end');
  const count = 40;
  let taken = 0;
  for (let n = 0; n < count; n++) stream.write(Buffer.alloc(64 * 1024), () => void taken++);
  let [most, before] = [0, 0];
  while (taken < count) {
    await nextRound();
    most = Math.max(most, taken - before);
    before = taken;
  }
  expect(most).toBeLessThan(5);
  stream.destroy();
});

test('answers do not wait for Nagle’s algorithm', async () => {
  const accepted: Socket[] = [];
  const seen = (message: unknown): void => {
    // The channel's documented message.
    accepted.push((message as { readonly socket: Socket }).socket);
  };
  subscribe('net.server.socket', seen);
  onTestFinished(() => void unsubscribe('net.server.socket', seen));
  const { connect } = await serve();
  await connect();
  const [socket] = accepted;
  const noDelay = Object.getOwnPropertySymbols(socket ?? {}).find(({ description }) => description === 'kSetNoDelay');
  expect(socket && noDelay && Reflect.get(socket, noDelay)).toBe(true);
});

test('a session takes the turns of its address', async () => {
  const belongs = vi.spyOn(eventLoop, 'belongs');
  onTestFinished(() => belongs.mockRestore());
  const { connect } = await serve();
  await connect();
  expect(belongs.mock.calls.map(([, owner]) => owner)).toEqual(['127.0.0.1']);
});

test('what a command leaves to promises comes before the next turn', async () => {
  const promised = vi.spyOn(eventLoop, 'promised');
  onTestFinished(() => promised.mockRestore());
  const { connect } = await serve();
  const client = await connect();
  await client.ask('DATE');
  expect(promised).not.toHaveBeenCalled();
  await client.login('somebody', 'wrong');
  expect(promised).toHaveBeenCalled();
});

const secured = (socket: Socket) => tlsConnect({ socket, rejectUnauthorized: false }).on('error', () => {});

test.each(['plain', 'NNTPS', 'STARTTLS'])('%s clients that are reset end in turns', async (kind) => {
  const { server, port, tlsPort } = await serve(new MemoryBackend(), { tls: tlsFiles('first') });
  const socket = connectTo({ port: kind === 'NNTPS' ? tlsPort : port, host: '127.0.0.1' }).on('error', () => {});
  if (kind === 'NNTPS') await once(secured(socket), 'data');
  else await once(socket, 'data');
  if (kind === 'STARTTLS') {
    socket.write('STARTTLS\r\n');
    await once(socket, 'data');
    await once(secured(socket), 'secureConnect');
  }
  const belongs = vi.spyOn(eventLoop, 'belongs');
  onTestFinished(() => belongs.mockRestore());
  socket.resetAndDestroy();
  await expect.poll(() => server.connections).toBe(0);
  expect(belongs.mock.calls.map(([, owner]) => owner)).toEqual(['127.0.0.1']);
});

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { PassThrough, type Writable } from 'node:stream';
import { afterAll, expect, test } from 'vitest';
import { writeFromScratch } from '../../src/nntp/connection/scratch.ts';

const server = createServer({ noDelay: true }).listen(0, '127.0.0.1');
const sockets: Socket[] = [];

afterAll(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.close();
});

/** Both ends of a connection; the client's does not read yet. */
async function connection(): Promise<{ readonly end: Socket; readonly client: Socket }> {
  if (!server.listening) await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const accepted = once(server, 'connection');
  const client = connect(address.port, '127.0.0.1').pause();
  const [end] = await accepted;
  sockets.push(client, end);
  return { end, client };
}

const octetsOf = (parts: readonly (string | Buffer)[]) => Buffer.concat(parts.map((part) => Buffer.from(part)));
const write = (end: Writable, parts: readonly (string | Buffer)[]) =>
  writeFromScratch(end, parts, octetsOf(parts).length);
/** An answer of 5 KB, or 65 KB of them. */
function answer(n: number, times: number): (string | Buffer)[] {
  return Array.from({ length: times }, (_, i) => [`220 ${n} é ${i}\r\n`, Buffer.alloc(5000, `${n} ${i}`)]).flat();
}

test.each([1, 13])(
  'what a client has not read yet stays as it was, whatever is written afterwards (%i)',
  async (times) => {
    const [slow, quick] = [await connection(), await connection()];
    const sent: Buffer[] = [];
    while (slow.end.writableLength === 0) {
      const parts = answer(sent.length, times);
      expect(write(slow.end, parts)).toBe(true);
      sent.push(octetsOf(parts));
    }
    // It keeps what it is given from now on.
    expect(write(slow.end, answer(0, times))).toBe(false);
    const parts = answer(-1, times);
    expect(write(quick.end, parts)).toBe(true);
    expect(await received(quick.client, octetsOf(parts).length)).toEqual(octetsOf(parts));
    const all = Buffer.concat(sent);
    expect((await received(slow.client, all.length)).equals(all)).toBe(true);
  },
);

async function received(client: Socket, octets: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of client) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= octets) break;
  }
  return Buffer.concat(chunks);
}

test('what has no memory of its size, or is for a layer above the connection, is left to others', async () => {
  const { end } = await connection();
  const [small, large] = [Buffer.alloc(9000), Buffer.alloc(82_000)];
  for (const parts of [['a', small], ['é'.repeat(5000)], ['a', large], ['é'.repeat(41_000)]]) {
    expect(write(end, parts)).toBe(false);
    expect(writeFromScratch(end, parts, octetsOf(parts).length / 2)).toBe(false);
  }
  expect(write(new PassThrough(), ['a'])).toBe(false);
  expect(end.bytesWritten).toBe(0);
});

/** What comes over TLS is taken in turns: decrypting is work that a client orders. */

import { once } from 'node:events';
import { connect } from 'node:net';
import { type Duplex, duplexPair } from 'node:stream';
import { setImmediate as nextRound } from 'node:timers/promises';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Paced } from '../../src/wire/paced.ts';
import { MemoryBackend } from '../support/memory-backend.ts';
import { serve, tlsFiles } from '../support/nntp-server.ts';
import { stepByStep } from '../support/turns.ts';

const PIECE = 8 * 1024;

function paced(): { readonly far: Duplex; readonly near: Paced } {
  const [far, below] = duplexPair();
  return { far, near: new Paced(below, 'an address') };
}

async function secured(port: number, starttls: boolean): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1' });
  if (starttls) {
    await once(socket, 'data');
    socket.write('STARTTLS\r\n');
    await once(socket, 'data');
  }
  const client = tlsConnect({ socket, rejectUnauthorized: false });
  await once(client, 'secureConnect');
  return client;
}

test('little is handed on in one round of the event loop, and nothing is lost', async () => {
  stepByStep();
  const { far, near } = paced();
  const sent = Buffer.from(Array.from({ length: 500_000 }, (_, n) => n % 251));
  const got: Buffer[] = [];
  near.on('data', (piece: Buffer) => got.push(piece));
  let over = false;
  near.on('end', () => {
    over = true;
  });
  for (let at = 0; at < sent.length; at += 65_536) far.write(sent.subarray(at, at + 65_536));
  far.end();
  let most = 0;
  while (!over) {
    const before = got.length;
    await nextRound();
    most = Math.max(most, got.length - before);
  }
  expect(most).toBeLessThan(10);
  for (const piece of got) expect(piece.length).toBeLessThanOrEqual(PIECE);
  expect(Buffer.concat(got).equals(sent)).toBe(true);
});

test('of one who does not read, no more is taken than a few pieces', async () => {
  const { far, near } = paced();
  for (let n = 0; n < 100; n++) far.write(Buffer.alloc(PIECE));
  for (let round = 0; round < 20; round++) await nextRound();
  expect(near.readableLength).toBeLessThanOrEqual(3 * PIECE);
});

test('what is written goes out, and the end after it', async () => {
  const { far, near } = paced();
  near.cork();
  for (const word of ['one ', 'two ', 'three']) near.write(word);
  near.uncork();
  near.end();
  const got: Buffer[] = [];
  for await (const piece of far) got.push(piece);
  expect(String(Buffer.concat(got))).toBe('one two three');
});

test.each([
  ['below', ({ far, near }: ReturnType<typeof paced>) => [far.destroy(), near] as const],
  ['above', ({ far, near }: ReturnType<typeof paced>) => [near.destroy(), far] as const],
])('is closed with the connection, from %s', async (_, close) => {
  const [, other] = close(paced());
  await expect.poll(() => other.destroyed || other.readableEnded || other.resume().readableEnded).toBe(true);
});

test.each(['NNTPS', 'STARTTLS'])('%s: an article comes in pieces', async (kind) => {
  const push = vi.spyOn(Paced.prototype, 'push');
  onTestFinished(() => push.mockRestore());
  const { port, tlsPort } = await serve(new MemoryBackend(), { tls: tlsFiles('first') });
  const client = await secured(kind === 'NNTPS' ? tlsPort : port, kind === 'STARTTLS');
  client.write(`POST\r\n${`${'x'.repeat(70)}\r\n`.repeat(5000)}.\r\nQUIT\r\n`);
  let answers = '';
  for await (const chunk of client) answers += String(chunk);
  expect(answers).toContain('205 ');
  const sizes = push.mock.calls.map(([chunk]) => (Buffer.isBuffer(chunk) ? chunk.length : 0));
  expect(Math.max(...sizes)).toBe(PIECE);
});

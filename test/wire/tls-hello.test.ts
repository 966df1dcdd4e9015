/** TLS begins once a client has said its first sentence. */

import { once } from 'node:events';
import { connect } from 'node:net';
import { duplexPair } from 'node:stream';
import { setImmediate as nextRound } from 'node:timers/promises';
import { connect as tlsConnect } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { awaitHello } from '../../src/wire/tls-hello.ts';
import { MemoryBackend } from '../support/memory-backend.ts';
import { serve, tlsFiles } from '../support/nntp-server.ts';
import { tcpServer } from '../support/tcp-server.ts';

const HELLO = Buffer.from([0x16, 3, 1, 0, 4, 1, 2, 3, 4]);

/** How many of the pieces it takes; `gone`: the client hung up first; `unheard`: neither. */
async function heardAfter(pieces: readonly Buffer[], end = false): Promise<number | 'gone' | 'unheard'> {
  const [far, near] = duplexPair();
  let result: number | 'gone' | 'unheard' = 'unheard';
  let sent = 0;
  awaitHello(
    near,
    () => {
      result = sent;
    },
    () => {
      result = 'gone';
    },
  );
  for (const piece of pieces) {
    sent++;
    far.write(piece);
    await nextRound();
    if (result !== 'unheard') break;
  }
  if (end) far.end();
  await nextRound();
  if (typeof result === 'number') {
    const got: Buffer[] = [];
    near.on('data', (chunk: Buffer) => got.push(chunk)).resume();
    await nextRound();
    expect(Buffer.concat(got)).toEqual(Buffer.concat(pieces.slice(0, sent)));
  }
  return result;
}

const octetByOctet = (bytes: Buffer) => Array.from(bytes, (octet) => Buffer.from([octet]));

test('a record is waited for until it is complete, and nothing of it is lost', async () => {
  expect(await heardAfter(octetByOctet(HELLO))).toBe(HELLO.length);
  expect(await heardAfter([HELLO])).toBe(1);
  expect(await heardAfter([Buffer.concat([HELLO, HELLO])])).toBe(1);
  expect(await heardAfter(octetByOctet(HELLO.subarray(0, -1)))).toBe('unheard');
  expect(await heardAfter([])).toBe('unheard');
});

test('what is no record is handed on at once, as is one that is too long', async () => {
  expect(await heardAfter(octetByOctet(Buffer.from('QUIT\r\n')))).toBe(1);
  expect(await heardAfter(octetByOctet(Buffer.from([0x16, 3, 1, 0x41, 1, 0])))).toBe(5);
});

test('a client that hangs up before is gone, and one that does so later is the business of TLS', async () => {
  expect(await heardAfter([HELLO.subarray(0, 3)], true)).toBe('gone');
  expect(await heardAfter([], true)).toBe('gone');
  expect(await heardAfter([HELLO], true)).toBe(1);
});

test('over a network that delivers octet by octet, a newsreader is greeted', async () => {
  const { tlsPort: port } = await serve(new MemoryBackend(), { tls: tlsFiles('first') });
  const slow = await tcpServer((socket) => {
    const onward = connect({ port, host: '127.0.0.1', noDelay: true });
    onward.on('error', () => socket.destroy());
    onward.pipe(socket);
    socket.on('data', (chunk: Buffer) => {
      for (const octet of octetByOctet(chunk)) onward.write(octet);
    });
  });
  onTestFinished(() => slow.close());
  const client = tlsConnect({ port: slow.port, host: '127.0.0.1', rejectUnauthorized: false });
  onTestFinished(() => void client.destroy());
  const [greeting] = await once(client, 'data');
  expect(String(greeting)).toMatch(/^20[01] /);
});

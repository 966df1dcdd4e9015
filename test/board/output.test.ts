import { duplexPair } from 'node:stream';
import { expect, test } from 'vitest';
import { Output } from '../../src/board/output.ts';
import { octets } from '../../src/wire/octets.ts';

test('whoever does not read is not written for: what is to be sent waits until they have', async () => {
  const [client, stream] = duplexPair();
  const output = new Output(stream, () => {});
  output.line(octets`200 short`);
  output.flush();
  expect(output.blocked).toBe(false);
  output.write(Buffer.alloc(stream.writableHighWaterMark));
  output.flush();
  expect(output.blocked).toBe(true);
  client.resume();
  await output.room();
  expect(output.blocked).toBe(false);
});

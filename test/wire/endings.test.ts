import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { endInTurns } from '../../src/wire/endings.ts';
import { stepByStep } from '../support/turns.ts';

function streams(count: number): { readonly ended: (Error | null)[]; readonly all: Duplex[] } {
  const ended: (Error | null)[] = [];
  const all = Array.from({ length: count }, () => {
    const stream = new Duplex({
      read() {},
      destroy(error, done) {
        ended.push(error);
        done(error);
      },
    });
    stream.on('error', () => {});
    endInTurns(stream, 'somebody');
    return stream;
  });
  return { ended, all };
}

const nextRound = () => new Promise<void>((resolve) => setImmediate(resolve));

test('connections that are reset together end in turns, each once, with the first error', async () => {
  stepByStep();
  const { ended, all } = streams(200);
  const reset = new Error('reset');
  for (const stream of all) {
    stream.destroy(reset);
    stream.destroy(new Error('later'));
  }
  let most = ended.length;
  while (ended.length < all.length) {
    const before = ended.length;
    await nextRound();
    most = Math.max(most, ended.length - before);
  }
  expect(most).toBeLessThan(20);
  expect(ended).toEqual(Array(200).fill(reset));
  expect(all.every(({ destroyed }) => destroyed)).toBe(true);
});

test('what the server itself closes is closed at once', async () => {
  stepByStep();
  const { ended, all } = streams(100);
  for (const stream of all) stream.destroy(new Error('reset'));
  for (const stream of all) stream.destroy();
  expect(all.every(({ destroyed }) => destroyed)).toBe(true);
  for (let round = 0; round < 100; round++) await nextRound();
  expect(ended).toHaveLength(100);
});

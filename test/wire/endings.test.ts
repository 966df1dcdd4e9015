import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { setImmediate as nextRound } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { dropInTurns, endInTurns, TurnedAway } from '../../src/wire/endings.ts';
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

test('what comes after the last answer is dropped: of each a little in one round, and of few', async () => {
  const count = 120;
  const reads: number[] = [];
  const all = Array.from({ length: count }, (_, n) => {
    const stream = new Duplex({ read() {} });
    dropInTurns(stream);
    stream.on('data', () => reads.push(n));
    for (let chunk = 0; chunk < 20; chunk++) stream.push(Buffer.alloc(64 * 1024));
    stream.push(null);
    return stream;
  });
  const over = Promise.all(all.map((stream) => new Promise((resolve) => stream.once('end', resolve))));
  let isOver = false;
  void over.then(() => {
    isOver = true;
  });
  for (let first = true; !isOver; first = false) {
    const before = reads.length;
    await nextRound();
    const round = reads.slice(before);
    // All of them begin in the first.
    if (!first) expect(round.length).toBeLessThanOrEqual(100);
    for (const n of new Set(round)) expect(round.filter((each) => each === n).length).toBeLessThanOrEqual(2);
  }
  expect(new Set(reads).size).toBe(count);
});

function caller(): { readonly stream: Duplex; readonly heard: () => string } {
  const said: Buffer[] = [];
  const stream = new Duplex({
    read() {},
    write(chunk: Buffer, _, done) {
      said.push(chunk);
      done();
    },
  });
  return { stream, heard: () => Buffer.concat(said).toString() };
}

test('who is turned away hears why, and is cut off if they do not hang up', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { stream, heard } = caller();
  new TurnedAway(1000).add(stream, 'No room.', 1);
  // The client sends no end.
  stream.push('and yet');
  await nextRound();
  expect(heard()).toBe('No room.');
  vi.advanceTimersByTime(999);
  expect(stream.destroyed).toBe(false);
  vi.advanceTimersByTime(1);
  expect(stream.destroyed).toBe(true);
  expect(stream.readableEnded).toBe(false);
});

test('only so many leave at a time; others are cut off without a word', async () => {
  const turnedAway = new TurnedAway(1_000_000);
  const [first, second, third] = [caller(), caller(), caller()];
  turnedAway.add(first.stream, 'No room.', 1);
  turnedAway.add(second.stream, 'No room.', 1);
  expect(second.heard()).toBe('');
  expect(second.stream.destroyed).toBe(true);
  first.stream.destroy();
  await once(first.stream, 'close');
  turnedAway.add(third.stream, 'No room.', 1);
  expect(third.heard()).toBe('No room.');
  turnedAway.close();
  expect(third.stream.destroyed).toBe(true);
});

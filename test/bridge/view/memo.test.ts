import { expect, test } from 'vitest';
import { SharedMemory } from '../../../src/bridge/memory.ts';
import { Memo } from '../../../src/bridge/view/memo.ts';
import type { Rendered } from '../../../src/news/render.ts';
import type { Soon } from '../../../src/wire/soon.ts';

/** A memo of numbered articles, and what it was asked to make. */
function memo(make: (key: number, count: number) => Soon<Rendered | undefined>, keep?: (value: Rendered) => boolean) {
  const made: number[] = [];
  const memory = new SharedMemory(1 << 20);
  const of = new Memo(
    memory.shelf<Rendered>('articles'),
    (key) => {
      made.push(key);
      return make(key, made.length);
    },
    keep,
  );
  return { of, made };
}

const value = (text: string | number): Rendered => ({
  messageId: `${text}`,
  bytes: Buffer.alloc(0),
  bodyStart: 0,
  octets: 0,
});

test('makes a value once, and at once if it can', () => {
  const { of, made } = memo((key) => value(key));
  expect(of.held(7)).toBeUndefined();
  expect(of.get(7)).toEqual(value(7));
  expect(of.get(7)).toBe(of.held(7));
  expect(made).toEqual([7]);
});

test('whoever asks while it is being made gets the same value', async () => {
  const { of, made } = memo(async (key) => value(key));
  const [one, two] = await Promise.all([of.get(7), of.get(7)]);
  expect(one).toBe(two);
  expect(made).toEqual([7]);
  expect(of.get(7)).toBe(one);
});

test('makes again what was forgotten, also while it was made', async () => {
  const { of, made } = memo(async (_, count) => value(count));
  const first = of.get(7);
  of.forget(7);
  expect(await first).toEqual(value(2));
  expect(of.held(7)).toEqual(value(2));
  of.forget(7);
  expect(of.held(7)).toBeUndefined();
  expect(made).toEqual([7, 7]);
});

test('what is forgotten again and again is used in the end, and not kept', async () => {
  const { of, made } = memo(async (_, count) => {
    queueMicrotask(() => of.forget(7));
    return value(count);
  });
  expect(await of.get(7)).toEqual(value(4));
  expect(of.held(7)).toBeUndefined();
  expect(made).toHaveLength(4);
});

test('keeps neither failures nor values that must not be kept', async () => {
  const failing = memo(async (_, count) => {
    if (count === 1) throw new Error('no');
    return value(count);
  });
  await expect(failing.of.get(7)).rejects.toThrow('no');
  expect(await failing.of.get(7)).toEqual(value(2));
  const picky = memo(
    (_, count) => value(count),
    () => false,
  );
  picky.of.get(7);
  expect(picky.of.get(7)).toEqual(value(2));
  const empty = memo(() => undefined);
  empty.of.get(7);
  empty.of.get(7);
  expect(empty.made).toEqual([7, 7]);
});

test('each has its own part of a shared cache, bounded together', () => {
  const memory = new SharedMemory(10_000);
  const [one, two] = [memory.shelf<Rendered>('articles'), memory.shelf<Rendered>('overviews')];
  one.set(1, value('one'));
  two.set(1, value('two'));
  expect([one.get(1), two.get(1)]).toEqual([value('one'), value('two')]);
  for (let key = 2; key < 1000; key++) two.set(key, value(key));
  expect(one.get(1)).toBeUndefined();
  expect(memory.octets).toBeLessThanOrEqual(10_000);
});

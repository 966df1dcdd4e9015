import { zstdCompressSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { ItemText } from '../../../src/bridge/item-text.ts';
import { SharedMemory } from '../../../src/bridge/memory.ts';
import { Texts } from '../../../src/bridge/texts/texts.ts';
import { Cache } from '../../../src/store/cache.ts';
import { octets } from '../../../src/wire/octets.ts';

/** What version 0.1 wrote. */
const old = (...posts: unknown[]) =>
  zstdCompressSync(JSON.stringify([1, 'A1234567', null, null, null, 2, 'Tea', null, ...posts]));
const post = [2, 1_700_000_000, 'Ann', null, 'Reply from Ann', 'caf\xe9\nblack'];

function texts() {
  const cache = Cache.open(':memory:');
  onTestFinished(() => cache.close());
  return { cache, texts: new Texts(cache, new SharedMemory(1 << 20), () => 0) };
}

test('a text that version 0.1 kept is read, and kept in the new form', () => {
  const { cache, texts: all } = texts();
  cache.putText(7, old(post));
  for (const text of [all.peek(7), all.get(7)]) {
    expect(text?.newest).toBe(2);
    expect(text?.post(2)).toMatchObject({ grogname: 'Ann', lines: ['caf\xe9', 'black'] });
  }
  expect(all.dirty).toBe(true);
  cache.transaction(() => all.write());
  expect(ItemText.read(cache.text(7) ?? new Uint8Array())?.post(2)?.count).toBe(2);
});

test('what is damaged, or of a later version, is not held', () => {
  const { cache, texts: all } = texts();
  const later = ItemText.of({ lastEdit: undefined, lastReply: 1, mark: undefined, contributions: [] }).bytes;
  later[0] = 3;
  const broken = [new Uint8Array(), Uint8Array.of(1), old(post).subarray(0, 20), old('x'), old(7), later];
  for (const [item, data] of broken.entries()) {
    cache.putText(item, data);
    expect(all.get(item)).toBeUndefined();
  }
  expect(all.dirty).toBe(false);
});

const text = (length: number) =>
  ItemText.of({
    ...{ lastEdit: undefined, lastReply: undefined, mark: undefined },
    contributions: [{ sequence: 1, grogname: octets``, lines: [octets`x`.repeat(length)] }],
  });

test.each([
  ['fetched and not yet written', () => {}],
  ['fetched, read, and not yet written', (all: Texts) => all.get(7)],
  ['written', (all: Texts) => all.write()],
  ['written and read', (all: Texts) => [all.write(), all.get(7)]],
  ['read and written', (all: Texts) => [all.get(7), all.write()]],
])('what an editor removed is served from nowhere: %s', (_, before) => {
  const { cache, texts: all } = texts();
  all.put(7, text(10));
  all.put(8, text(10));
  cache.transaction(() => void before(all));
  cache.transaction(() => all.drop([7]));
  expect([all.get(7), all.peek(7)]).toEqual([undefined, undefined]);
  cache.transaction(() => all.write());
  expect([all.get(7), cache.text(7)]).toEqual([undefined, undefined]);
  expect(all.get(8)).toBeDefined();
});

test('so many texts, or octets of them, are written together', () => {
  const { texts: all } = texts();
  for (let item = 0; item < 255; item++) all.put(item, text(10));
  expect(all.full).toBe(false);
  all.put(255, text(10));
  expect(all.full).toBe(true);
  all.forgetUnwritten();
  for (let item = 0; !all.full; item++) {
    expect(item).toBeLessThan(11);
    all.put(item, text(100_000));
  }
});

import { expect, test } from 'vitest';
import { ItemText } from '../../../src/bridge/item-text.ts';
import { SharedMemory } from '../../../src/bridge/memory.ts';
import { Texts } from '../../../src/bridge/texts/texts.ts';
import { Cache } from '../../../src/store/cache.ts';
import { type Octets, octets } from '../../../src/wire/octets.ts';

/** Two posts that say the same. */
const textOf = (says: Octets) =>
  ItemText.of({
    lastEdit: undefined,
    lastReply: undefined,
    mark: undefined,
    contributions: [1, 2].map((sequence) => ({ sequence, grogname: octets`ann`, lines: [says] })),
  });

function open(maxTextOctets?: number) {
  const cache = Cache.open(':memory:', maxTextOctets === undefined ? {} : { maxTextOctets });
  const memory = new SharedMemory(1 << 20);
  const texts = new Texts(cache, memory, () => 1000);
  const store = (item: number, says: Octets) => {
    texts.put(item, textOf(says));
    cache.transaction(() => texts.write());
  };
  const said = (item: number) => texts.getPost(item, 2)?.post(2)?.lines;
  return { cache, memory, texts, store, said };
}

test('of an item that is read here and there nothing is kept; who reads on gets all of it', () => {
  const { memory, store, said } = open();
  store(7, octets`hello`);
  expect(said(7)).toEqual(['hello']);
  expect(memory.octets).toBe(0);
  expect(said(7)).toEqual(['hello']);
  expect(memory.octets).toBeGreaterThan(0);
});

test('a post that is read alone is as it was fetched last, written or not, and gone with its text', () => {
  const { cache, texts, store, said } = open();
  store(7, octets`before`);
  texts.put(7, textOf(octets`after`));
  expect(said(7)).toEqual(['after']);
  store(8, octets`secret`);
  expect(said(8)).toEqual(['secret']);
  cache.transaction(() => texts.drop([7, 8]));
  for (const item of [7, 8, 7, 8]) expect(said(item)).toBeUndefined();
});

test('a text of which a post was read is not the first to make room', () => {
  const { cache, texts, store, said } = open(100);
  store(7, octets`read`);
  said(7);
  store(8, octets`unread`);
  expect(texts.evict()).toEqual([8]);
  expect(said(7)).toEqual(['read']);
  cache.close();
});

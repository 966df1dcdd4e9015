import { expect, test } from 'vitest';
import { Records } from '../../../src/bridge/known/records.ts';
import { learnLinks } from '../../../src/bridge/texts/item-facts.ts';
import type { Item } from '../../../src/rgtp/item.ts';
import { octets } from '../../../src/wire/octets.ts';

const FIRST = 'A0010001';
const MIDDLE = 'B0010002';
const LAST = 'C0010003';

/** The middle of three items that continue each other, as the board sends it. */
const middle: Item = {
  id: MIDDLE,
  subject: octets`The lift`,
  contributions: [],
  continuedFrom: FIRST,
  continuedIn: LAST,
  lastEdit: undefined,
  lastReply: undefined,
  mark: undefined,
};

function linksOf(records: Records, id: string): readonly (string | undefined)[] {
  const { continues = -1, continuedIn = -1 } = records.byId(id) ?? {};
  return [records.list[continues]?.id, records.list[continuedIn]?.id];
}

test('an item tells what it continues and what continues it', () => {
  const records = new Records({ of: () => [] });
  const item = records.intern(MIDDLE);
  expect(learnLinks({ records }, item.index, middle)).toBe(true);
  expect(linksOf(records, MIDDLE)).toEqual([FIRST, LAST]);
  expect(learnLinks({ records }, item.index, middle)).toBe(false);
});

test('… and still tells the one where the index has shown the other', () => {
  const records = new Records({ of: () => [] });
  const item = records.intern(MIDDLE);
  records.setContinuedIn(item, records.intern(LAST).index);
  expect(learnLinks({ records }, item.index, middle)).toBe(true);
  expect(linksOf(records, MIDDLE)).toEqual([FIRST, LAST]);
});

import { expect, test } from 'vitest';
import { Strings } from '../../../src/bridge/known/strings.ts';
import { type Octets, octets, octetsFrom } from '../../../src/wire/octets.ts';
import { seededRandom } from '../../support/random.ts';

const all = octetsFrom(Buffer.from(Array.from({ length: 256 }, (_, n) => n)));

test('what was set last is there, whatever was set, replaced and emptied before', () => {
  const random = seededRandom(15);
  const below = (most: number) => Math.floor(random() * most);
  const strings = new Strings();
  const expected: Octets[] = [];
  // Far more octets die than may stay.
  for (let step = 0; step < 4000; step++) {
    const number = below(200);
    const from = below(256);
    const text = all.slice(from, from + below(200)).repeat(below(4));
    strings.set(number, text);
    expected[number] = text;
    if (step % 100 === 0) for (let n = 0; n < 201; n++) expect(strings.at(n)).toBe(expected[n] ?? '');
  }
});

test('a string longer than all before it', () => {
  const strings = new Strings();
  strings.set(0, octets`a`);
  strings.set(2, octets`x`.repeat(200_000));
  strings.set(2, octets`y`.repeat(150_000));
  strings.set(1, octets`b`);
  expect([0, 1, 2, 3].map((n) => strings.at(n).slice(0, 2))).toEqual(['a', 'b', 'yy', '']);
  expect(strings.at(2)).toHaveLength(150_000);
});

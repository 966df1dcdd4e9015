import { expect, test } from 'vitest';
import { Names } from '../../../src/bridge/texts/names.ts';
import { octets } from '../../../src/wire/octets.ts';

test('a name is held once, for as long as a post has it', () => {
  const names = new Names();
  const ann = names.take(octets`Ann`);
  expect(names.take(octets`Ann`)).toBe(ann);
  const bob = names.take(octets`Bob`);
  expect([names.at(0), names.at(ann), names.at(bob)]).toEqual([undefined, 'Ann', 'Bob']);
  names.release(ann);
  expect(names.at(ann)).toBe('Ann');
  names.release(ann);
  expect(names.at(ann)).toBeUndefined();
  // Its number is another's now.
  expect(names.take(octets`Carol`)).toBe(ann);
  expect(names.at(names.take(octets`Ann`))).toBe('Ann');
  expect(names.at(ann)).toBe('Carol');
});

test('of more names than are sought, each post has its own', () => {
  const names = new Names();
  const numbers = Array.from({ length: 20_000 }, (_, n) => names.take(octets`Name ${n}`));
  numbers.push(...Array.from({ length: 20_000 }, (_, n) => names.take(octets`Name ${n}`)));
  for (const [n, number] of numbers.entries()) expect(names.at(number)).toBe(`Name ${n % 20_000}`);
  for (const number of numbers) names.release(number);
  for (const number of numbers) expect(names.at(number)).toBeUndefined();
});

import { expect, test } from 'vitest';
import { editTime, mayBeAt } from '../../src/rgtp/edit-log.ts';
import { latin1 } from '../../src/wire/octets.ts';

const at = (iso: string) => Date.parse(`${iso}Z`) / 1000;

test.each([
  ['the day itself', '14.05 on Sat 21 Nov', '2026-11-21T10:00', undefined, '2026-11-21T14:05'],
  ['over the new year', '23.58 on Thu 31 Dec', '2027-01-01T00:03', undefined, '2026-12-31T23:58'],
  ['before the first row', '00.10 on Fri 01 Jan', '2026-12-31T23:00', undefined, '2027-01-01T00:10'],
  ['after years of silence', '14.05 on Sat 21 Nov', '2024-12-24T00:00', undefined, '2026-11-21T14:05'],
  ['between rows years apart', '14.05 on Sat 21 Nov', '2021-01-01T00:00', '2027-01-01T00:00', '2026-11-21T14:05'],
  ['without a weekday, colon, one digit', '14:05 on 1 Nov', '2026-11-21T10:00', undefined, '2026-11-01T14:05'],
  ['29 February', '12.00 on Thu 29 Feb', '2024-03-01T00:00', undefined, '2024-02-29T12:00'],
  [
    'a weekday that never was: as the row before it',
    '12.00 on Xyz 29 Feb',
    '2024-03-01T00:00',
    undefined,
    '2024-03-01T00:00',
  ],
  ['nonsense: as the row before it', 'yesterday', '2024-03-01T00:00', undefined, '2024-03-01T00:00'],
])('%s', (_, when, previous, next, expected) => {
  expect(editTime(latin1(when), at(previous), next === undefined ? undefined : at(next))).toBe(at(expected));
});

test.each([
  ['the time it was given', '14.05 on Sat 21 Nov', '2026-11-21T14:05', true],
  ['the same in another year', '14:05 on 21 Nov', '2020-11-21T14:05', true],
  ['another minute', '14.06 on Sat 21 Nov', '2026-11-21T14:05', false],
  ['another day', '14.05 on Sun 22 Nov', '2026-11-21T14:05', false],
  ['a weekday that never was', '12.00 on Xyz 29 Feb', '2024-03-01T00:00', true],
  ['an hour that never was', '30.00 on 20 Nov', '2026-11-21T06:00', true],
  ['nonsense', 'yesterday', '2024-03-01T00:00', true],
])('may an edit be logged so: %s', (_, when, time, expected) => {
  expect(mayBeAt(latin1(when), at(time))).toBe(expected);
});

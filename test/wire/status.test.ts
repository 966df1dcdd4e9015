import { expect, it } from 'vitest';
import { latin1 } from '../../src/wire/octets.ts';
import { parseStatus } from '../../src/wire/status.ts';

it.each([
  ['200 fine', { code: 200, text: 'fine' }],
  ['220 00000003  Reply', { code: 220, text: '00000003  Reply' }],
  ['211                            00000003 A', { code: 211, text: '                           00000003 A' }],
  ['423', { code: 423, text: '' }],
  ['423 ', { code: 423, text: '' }],
  ['2000 x', undefined],
  ['099 x', undefined],
  ['600 x', undefined],
  ['2x0 x', undefined],
  ['200-x', undefined],
  ['', undefined],
])('%j', (line, status) => {
  expect(parseStatus(latin1(line))).toEqual(status);
});

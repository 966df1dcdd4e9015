import { expect, test } from 'vitest';
import { replaceText } from '../../../src/bridge/moderation/replace-text.ts';
import { octets } from '../../../src/wire/octets.ts';

const ITEM = [
  octets`                           00000007`,
  octets`^00000005 6B02111B`,
  octets`Item P3242146 from Ann (ann@rgtp.test) at 21.46 on Sat 21 Nov`,
  octets`Subject: A first item`,
  octets``,
  octets`First.`,
  octets`^^00000006 6B02111B`,
  octets``,
  octets``,
  octets`^00000006 6B02111B`,
  octets`Reply from ann@rgtp.test at 21.46 on Sat 21 Nov`,
  octets`From Somebody with a long name`,
  octets``,
  octets`Second.`,
  octets``,
  octets`^00000007 6B02111B`,
  octets`[Continued in P3242200 by ann@rgtp.test.]`,
];

test('one text changes, everything else stays octet for octet', () => {
  expect(replaceText(ITEM, { sequence: 6, lines: [octets`New.`, octets`^caret`] })).toEqual([
    ...ITEM.slice(0, 13),
    'New.',
    '^^caret',
    ...ITEM.slice(14),
  ]);
  expect(replaceText(ITEM, { sequence: 5, lines: [octets`New.`], subject: octets`Another` })).toEqual([
    ...ITEM.slice(0, 3),
    'Subject: Another',
    '',
    'New.',
    ...ITEM.slice(8),
  ]);
});

test('the last post of an item', () => {
  expect(replaceText(ITEM.slice(0, 14), { sequence: 6, lines: [octets`New.`] })?.slice(-3)).toEqual([
    'From Somebody with a long name',
    '',
    'New.',
  ]);
});

test('no such post, nor one where a line only looks like a cookie', () => {
  expect(replaceText(ITEM, { sequence: 8, lines: [] })).toBeUndefined();
  expect(replaceText([...ITEM.slice(0, 6), octets` ^00000006 6B02111B`], { sequence: 6, lines: [] })).toBeUndefined();
});

import { expect, test } from 'vitest';
import { replaceText } from '../../../src/bridge/moderation/replace-text.ts';

const ITEM = [
  '                           00000007',
  '^00000005 6B02111B',
  'Item P3242146 from Ann (ann@rgtp.test) at 21.46 on Sat 21 Nov',
  'Subject: A first item',
  '',
  'First.',
  '^^00000006 6B02111B',
  '',
  '',
  '^00000006 6B02111B',
  'Reply from ann@rgtp.test at 21.46 on Sat 21 Nov',
  'From Somebody with a long name',
  '',
  'Second.',
  '',
  '^00000007 6B02111B',
  '[Continued in P3242200 by ann@rgtp.test.]',
];

test('one text changes, everything else stays octet for octet', () => {
  expect(replaceText(ITEM, { sequence: 6, lines: ['New.', '^caret'] })).toEqual([
    ...ITEM.slice(0, 13),
    'New.',
    '^^caret',
    ...ITEM.slice(14),
  ]);
  expect(replaceText(ITEM, { sequence: 5, lines: ['New.'], subject: 'Another' })).toEqual([
    ...ITEM.slice(0, 3),
    'Subject: Another',
    '',
    'New.',
    ...ITEM.slice(8),
  ]);
});

test('the last post of an item', () => {
  expect(replaceText(ITEM.slice(0, 14), { sequence: 6, lines: ['New.'] })?.slice(-3)).toEqual([
    'From Somebody with a long name',
    '',
    'New.',
  ]);
});

test('no such post: neither what only looks like a cookie', () => {
  expect(replaceText(ITEM, { sequence: 8, lines: [] })).toBeUndefined();
  expect(replaceText([...ITEM.slice(0, 6), ' ^00000006 6B02111B'], { sequence: 6, lines: [] })).toBeUndefined();
});

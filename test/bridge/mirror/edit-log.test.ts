import { expect, test } from 'vitest';
import { together } from '../../../src/bridge/mirror/edit-log.ts';
import type { EditLogEntry } from '../../../src/rgtp/edit-log.ts';
import { octets } from '../../../src/wire/octets.ts';

const LAST = 2 ** 32 - 1;

test.each([
  ['what it said is said again', [3, 4], [3, 4, 5], [3, 4, 5]],
  ['what it no longer says stays in its place', [3, 6], [2, 5, 7], [2, 3, 5, 6, 7]],
  ['over a wrap', [LAST, 2], [LAST - 1, 1], [LAST - 1, LAST, 1, 2]],
])('an edit log, read again: %s', (_, before, now, all) => {
  const entry = (sequence: number): EditLogEntry => {
    return { kind: 'index', itemId: undefined, userid: octets``, when: octets``, sequence, reason: [] };
  };
  expect(together(before.map(entry), now.map(entry)).map(({ sequence }) => sequence)).toEqual(all);
});

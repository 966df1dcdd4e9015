import { expect, test } from 'vitest';
import { PostColumns } from '../../../src/bridge/known/columns.ts';
import { firstRecent, MAX_RECENT } from '../../../src/bridge/known/recent.ts';
import { PostKind } from '../../../src/bridge/model.ts';

/** Rows of these kinds, in order. */
function rowsOf(kinds: readonly PostKind[]): PostColumns {
  const posts = new PostColumns();
  for (const [row, kind] of kinds.entries())
    posts.append({ number: row + 1, sequence: row + 1, epoch: 1, time: 0, kind, item: -1, user: 0, arrival: 0 });
  return posts;
}

const times = (count: number, kind: PostKind) => Array<PostKind>(count).fill(kind);

test('so many of the newest rows are kept', () => {
  const posts = rowsOf(times(MAX_RECENT + 5, PostKind.Reply));
  expect(firstRecent(posts)).toBe(5);
  expect(firstRecent(posts, 3)).toBe(8);
});

test('numbers reserved for the edit log are kept with them, and take no place of theirs', () => {
  const reserved = times(100, PostKind.Gone);
  const posts = rowsOf([...times(MAX_RECENT, PostKind.Reply), ...reserved, ...times(10, PostKind.Reply)]);
  expect(firstRecent(posts)).toBe(10);
});

test('… but not without end', () => {
  const posts = rowsOf([...times(MAX_RECENT, PostKind.Reply), ...times(20 * MAX_RECENT, PostKind.Gone)]);
  expect(firstRecent(posts)).toBe(posts.length - 8 * MAX_RECENT);
});

import { expect, test } from 'vitest';
import { PostColumns } from '../../../src/bridge/known/columns.ts';
import { Records } from '../../../src/bridge/known/records.ts';
import { PostKind } from '../../../src/bridge/model.ts';

test('of several first posts of an item, the first that is there counts', () => {
  const posts = new PostColumns();
  const records = new Records(posts);
  const item = records.intern('A0000001');
  for (const sequence of [1, 2, 3]) {
    const kind = PostKind.Item;
    const at = { number: sequence, sequence, epoch: 1, time: 0, kind, item: item.index, user: 0, arrival: 0 };
    records.mayBeFirst(item, posts.append(at), posts);
  }
  expect(item.first).toBe(0);

  posts.setKind(0, PostKind.Gone);
  records.findFirst(item, posts);
  expect(item.first).toBe(1);

  posts.setKind(1, PostKind.Gone);
  records.findFirst(item, posts);
  expect(item.first).toBe(2);

  posts.setKind(0, PostKind.Item);
  records.mayBeFirst(item, 0, posts);
  expect(item.first).toBe(0);
});

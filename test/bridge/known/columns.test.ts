import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PostColumns, type PostRow } from '../../../src/bridge/known/columns.ts';
import { PostKind } from '../../../src/bridge/model.ts';
import { atOnce } from '../../../src/wire/fair-share.ts';

const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const rows = fc
  .array(
    fc.record({
      number: fc.integer({ min: 1, max: 3 }),
      sequence: uint32,
      epoch: fc.integer({ min: 1, max: 65535 }),
      time: uint32,
      kind: fc.constantFrom(...Object.values(PostKind)),
      item: fc.integer({ min: -1, max: 100_000 }),
      user: uint32,
      arrival: uint32,
    }),
    { maxLength: 40 },
  )
  .map((steps) => {
    let number = 0;
    return steps.map((row): PostRow => {
      number += row.number;
      return { ...row, number };
    });
  });

const all = (posts: PostColumns): PostRow[] =>
  Array.from({ length: posts.length }, (_, row) => ({
    number: posts.numbers[row] ?? -1,
    sequence: posts.sequences[row] ?? -1,
    epoch: posts.epochs[row] ?? -1,
    time: posts.times[row] ?? -1,
    // What was put in is a kind.
    kind: (posts.kinds[row] ?? -1) as PostKind,
    was: (posts.was[row] ?? -1) as PostKind,
    item: posts.items[row] ?? -2,
    user: posts.users[row] ?? -1,
    arrival: posts.arrivals[row] ?? -1,
  }));

/** The blocks as a cache keeps them: the newest of each number. */
function store(posts: PostColumns, blocks: Uint8Array[] = [], arrived: Uint8Array[] = []): Uint8Array[] {
  for (const { number, data, arrivals } of posts.takeChanges()) {
    blocks[number] = data;
    arrived[number] = arrivals;
  }
  return blocks;
}

const octets = (blocks: readonly Uint8Array[]) => blocks.reduce((sum, block) => sum + block.length, 0);

test('what is stored in steps is loaded as it was', () => {
  fc.assert(
    fc.property(rows, fc.nat(), fc.nat(), (wanted, cut, gone) => {
      const posts = new PostColumns();
      const blocks: Uint8Array[] = [];
      const arrived: Uint8Array[] = [];
      const first = cut % (wanted.length + 1);
      for (const row of wanted.slice(0, first)) posts.append(row);
      store(posts, blocks, arrived);
      if (first > 0) posts.setKind(gone % first, PostKind.Gone);
      for (const row of wanted.slice(first)) posts.append(row);
      store(posts, blocks, arrived);
      const loaded = new PostColumns();
      // Octets at an odd address, as SQLite may hand them out.
      const odd = blocks.map((block) => Uint8Array.from([0, ...block]).subarray(1));
      atOnce(loaded.load(odd, octets(blocks)));
      atOnce(loaded.loadArrivals(arrived));
      expect(all(loaded)).toEqual(all(posts));
      for (const { number } of wanted) expect(loaded.rowOf(number)).toBe(posts.rowOf(number));
      expect([...loaded.takeChanges()]).toEqual([]);
    }),
  );
});

test('what is gone keeps its kind; not in blocks of a version that did not store it', () => {
  const posts = new PostColumns();
  const row = { epoch: 1, time: 0, item: 0, user: 0, arrival: 7 };
  for (let number = 1; number <= 1025; number++)
    posts.append({ ...row, number, sequence: number, kind: PostKind.Reply });
  posts.setKind(3, PostKind.Gone);
  posts.append({ ...row, number: 1026, sequence: 1026, kind: PostKind.Gone, was: PostKind.Motd });
  const arrived: Uint8Array[] = [];
  const blocks = store(posts, [], arrived);
  const kindsAfter = (extra: readonly Uint8Array[]) => {
    const loaded = new PostColumns();
    atOnce(loaded.load(blocks, octets(blocks)));
    atOnce(loaded.loadArrivals(extra));
    expect([...loaded.arrivals.subarray(0, loaded.length)]).toEqual(
      Array.from({ length: 1026 }, () => (extra.length > 0 ? 7 : 0)),
    );
    return [2, 3, 1025].map((at) => [loaded.kinds[at], loaded.was[at]]);
  };
  const { Gone, Reply, Motd } = PostKind;
  expect(kindsAfter(arrived)).toEqual([
    [Reply, Reply],
    [Gone, Reply],
    [Gone, Motd],
  ]);
  const unknown = [
    [Reply, Reply],
    [Gone, Gone],
    [Gone, Gone],
  ];
  expect(kindsAfter([1024, 2].map((count, at) => (arrived[at] ?? expect.fail()).subarray(0, 4 * count)))).toEqual(
    unknown,
  );
  expect(kindsAfter([])).toEqual(unknown);
});

test.each([
  ['cut short', (block: Uint8Array) => [block.subarray(0, 7)]],
  ['of other rows', (block: Uint8Array) => [block, block]],
  ['with too much', (block: Uint8Array) => [Uint8Array.from([...block, 0])]],
])('blocks of arrivals that make no sense are refused: %s', (_, spoil) => {
  const posts = new PostColumns();
  for (const number of [1, 2]) {
    posts.append({ number, sequence: 1, epoch: 1, time: 0, kind: PostKind.Item, item: 0, user: 0, arrival: 0 });
  }
  const arrived: Uint8Array[] = [];
  const blocks = store(posts, [], arrived);
  const loaded = new PostColumns();
  atOnce(loaded.load(blocks, octets(blocks)));
  expect(() => atOnce(loaded.loadArrivals(spoil(arrived[0] ?? expect.fail())))).toThrow(RangeError);
});

test('many rows: over several blocks, and found by number', () => {
  const posts = new PostColumns();
  for (let i = 0; i < 5000; i++) {
    posts.append({
      number: 2 * i + 1,
      sequence: i,
      epoch: 1,
      time: i,
      kind: PostKind.Reply,
      item: i % 7,
      user: i % 3,
      arrival: 0,
    });
  }
  const blocks = store(posts);
  expect(blocks.length).toBeGreaterThan(2);
  posts.setKind(2, PostKind.Gone);
  expect(store(posts)).toHaveLength(1);
  const loaded = new PostColumns();
  atOnce(loaded.load(blocks, octets(blocks)));
  expect([1, 2, 9999, 10_001].map((number) => loaded.rowOf(number))).toEqual([0, -1, 4999, -1]);
  expect([0, 2, 9999, 10_001].map((number) => loaded.atOrAfter(number))).toEqual([0, 1, 4999, 5000]);
  expect(loaded.lastIndexed()).toBe(4999);
});

test('numbers only rise', () => {
  const posts = new PostColumns();
  const row = { number: 5, sequence: 5, epoch: 1, time: 0, kind: PostKind.Item, item: 0, user: 0, arrival: 0 };
  posts.append(row);
  expect(() => posts.append(row)).toThrow(RangeError);
});

test.each([
  ['cut short', (block: Uint8Array) => [block.subarray(1)]],
  ['one after another that is not full', (block: Uint8Array) => [block, block]],
  ['numbers out of order', (block: Uint8Array) => [block.map((octet, at) => (at === 0 ? 200 : octet))]],
])('blocks that make no sense are refused: %s', (_, spoil) => {
  const posts = new PostColumns();
  for (const number of [1, 2]) {
    posts.append({ number, sequence: 1, epoch: 1, time: 0, kind: PostKind.Item, item: 0, user: 0, arrival: 0 });
  }
  const [block] = store(posts);
  const blocks = spoil(block ?? expect.fail());
  expect(() => atOnce(new PostColumns().load(blocks, octets(blocks)))).toThrow(RangeError);
});

test('a row is found by its number, or by one before it, in whatever order they are sought', () => {
  fc.assert(
    fc.property(rows, fc.array(fc.nat({ max: 130 })), (wanted, sought) => {
      const posts = new PostColumns();
      for (const row of wanted) posts.append(row);
      for (const number of [...sought, 0, 1, 130]) {
        const row = wanted.findIndex((each) => each.number >= number);
        expect(posts.atOrAfter(number)).toBe(row < 0 ? wanted.length : row);
        expect(posts.rowOf(number)).toBe(wanted.findIndex((each) => each.number === number));
      }
    }),
    { seed: 15 },
  );
});

/** What is there, counted as it comes and goes, is what counting it again gives. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { groupKinds, isIn } from '../../../src/bridge/group-kinds.ts';
import { PostColumns } from '../../../src/bridge/known/columns.ts';
import { PostKind } from '../../../src/bridge/model.ts';
import { TextState, TextStates } from '../../../src/bridge/texts/states.ts';
import { atOnce } from '../../../src/wire/fair-share.ts';

const ITEMS = 6;
const kind = fc.constantFrom(...Object.values(PostKind));
const step = fc.oneof(
  fc.record({ kind, item: fc.integer({ min: -1, max: ITEMS - 1 }), after: fc.constantFrom(0, 0, 0, 2000) }),
  fc.record({ row: fc.nat({ max: 5000 }), kind }),
  fc.record({ text: fc.nat({ max: ITEMS - 1 }), state: fc.constantFrom(...Object.values(TextState)) }),
);

function counted(posts: PostColumns, texts: TextStates) {
  const here = Array.from({ length: posts.length }, (_, row) => row).filter(
    (row) => posts.kinds[row] !== PostKind.Gone,
  );
  const items = new Set(here.map((row) => posts.items[row] ?? -1).filter((item) => item >= 0));
  const states = [...items].map((item) => texts.of(item));
  const { Absent, Broken, Held, Evicted } = TextState;
  const first = (isHere: (kind: PostKind) => boolean) =>
    // Kinds are all that the column holds.
    here.find((row) => isHere((posts.kinds[row] ?? 0) as PostKind)) ?? posts.length;
  return {
    posts: here.length,
    items: items.size,
    has: Array.from({ length: ITEMS }, (_, item) => items.has(item)),
    first: groupKinds.map((group) => first((each) => isIn(group, each))),
    missing: states.filter((state) => state === Absent || state === Broken).length,
    queued: states.filter((state) => ![Absent, Broken, Held, Evicted].some((each) => each === state)).length,
  };
}

function known({ presence, kinds, length }: PostColumns, texts: TextStates) {
  const { posts, items } = presence;
  return {
    ...{ posts, items, ...texts.count },
    has: Array.from({ length: ITEMS }, (_, item) => presence.has(item)),
    first: groupKinds.map((group) => presence.first(group, kinds, length)),
  };
}

test('whatever happens, and after a restart', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const posts = new PostColumns();
      const texts = new TextStates(posts);
      const append = (of: { readonly kind: PostKind; readonly item: number }) => {
        const number = posts.length + 1;
        posts.append({ ...of, number, sequence: number, epoch: 1, time: 0, user: 0, arrival: 0 });
      };
      for (const one of steps) {
        if ('item' in one) {
          for (let n = 0; n < one.after; n++) append({ kind: PostKind.Gone, item: -1 });
          append(one);
        } else if ('row' in one) {
          if (posts.length > 0) posts.setKind(one.row % posts.length, one.kind);
        } else texts.set(one.text, one.state);
        expect(known(posts, texts)).toEqual(counted(posts, texts));
      }
      const blocks: Uint8Array[] = [];
      for (const { number, data } of posts.takeChanges()) blocks[number] = data;
      const loaded = new PostColumns();
      atOnce(loaded.load(blocks, 0));
      atOnce(loaded.count(ITEMS));
      const again = new TextStates(loaded);
      again.load(
        Array.from(texts.takeChanges(), ({ data }) => data),
        ITEMS,
        true,
      );
      expect(known(loaded, again)).toEqual(counted(loaded, again));
    }),
    { seed: 15, numRuns: 150 },
  );
});

test('a row of an item that there is not makes no sense', () => {
  const posts = new PostColumns();
  posts.append({ kind: PostKind.Item, item: 2, number: 1, sequence: 1, epoch: 1, time: 0, user: 0, arrival: 0 });
  const blocks = Array.from(posts.takeChanges(), ({ data }) => data);
  const loaded = new PostColumns();
  atOnce(loaded.load(blocks, 0));
  expect(() => atOnce(loaded.count(2))).toThrow(RangeError);
  expect(() => atOnce(loaded.count(3))).not.toThrow();
});

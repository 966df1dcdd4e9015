/** What readers are promised, whatever a board, its editors and the network do. `npm run bench -- histories` explores. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ModelBoard } from '../../support/model-board.ts';
import { play, type Story, starts, stories } from '../../support/promises.ts';
import { brokenOnce, storyOf } from './stories.ts';

const steps = (...names: (string | readonly [string, number])[]): Story =>
  names.map((name) => (typeof name === 'string' ? [name, 0] : name));

/** What once went wrong. */
test.each<readonly [string, number, Story]>([
  ['an empty board that will count from 0', 0, steps('poll', 'item', 'poll', 'the cache is lost', 'item')],
  [
    'a bogus row over a wrap, and a lost cache',
    2 ** 32 - 20,
    steps('item', 'poll', ['jump', 18], ['a bogus row', 2], 'item', 'item', 'the cache is lost'),
  ],
  [
    'the cache is lost before an epoch begins',
    2 ** 31 - 20,
    steps('item', 'poll', ['jump', 19], ['time passes', 21], 'a row less', 'the cache is lost'),
  ],
  ['a row that came too late', 1, steps('item', 'a row less', 'poll', 'the row again')],
  ['a second first post of an item', 1, steps('item', ['a bogus row near by', 1], 'item')],
  [
    'bogus rows beside the first row',
    1,
    steps(['a jump', 0], 'item', ['bogus rows', 3], 'poll', 'item', 'item', 'the edit log fails'),
  ],
  [
    'an own row that stands behind bogus ones',
    2 ** 32 - 20,
    steps('item', 'item', ['jump', 18], 'edit', ['bogus rows', 2], 'item'),
  ],
  ['a withdrawal in the middle of a poll', 1, steps('item', ['a poll meanwhile', 25], 'the row again')],
  ['a clock that goes back', 1, steps('poll', ['time passes', 1], 'item', ["the bridge's clock steps", 1])],
  [
    'a clock that goes back while the server is down',
    1,
    steps('poll', ['time passes', 1], 'item', ["the bridge's clock steps", 1], 'kill'),
  ],
  [
    'another event at the number of one that a restored board has lost',
    0,
    steps('item', 'a backup', 'withdraw', 'poll', 'restore', ['a poll is cut off', 2], 'a row twice', 'poll'),
  ],
  [
    'an event from before a wrap that the index does not show',
    2 ** 32 - 20,
    steps('two rows change places', ['a jump', 0], 'item', 'poll', 'item', 'the cache is lost', 'edit', 'poll'),
  ],
  [
    'an edit log that fails when a second look at the index needs it',
    1,
    steps('poll', 'item', 'a bogus row', 'withdraw', ['an answer is nonsense', 29]),
  ],
  [
    'an own post behind a wrap, where its number was an article number before',
    2 ** 32 - 20,
    steps('item', ['jump', 18], 'item', 'the edit log fails', 'item', 'post'),
  ],
  [
    'a change of the index above a row that nothing confirms yet',
    2 ** 31 - 20,
    steps('item', 'a jump', 'item', 'a row changes', 'poll'),
  ],
  [
    'an own post that an editor takes away and brings back',
    1,
    steps('item', 'poll', 'post', 'a row less', 'a row less', 'item', 'poll', 'the row again'),
  ],
  [
    'a mark raised for what the edit log told later',
    2 ** 31 - 20,
    steps(
      'motd',
      'poll',
      'item',
      'edit',
      'the edit log fails',
      ['a row less', 1],
      'withdraw',
      'poll',
      'poll',
      'restart',
    ),
  ],
])('%s', async (_, first, story) => {
  await expect(play(first, story)).resolves.toBeUndefined();
});

test('an answer that shows a wrap again begins no epoch, and what editors did there is told', async () => {
  const model = new ModelBoard(2 ** 32 - 20);
  await model.open();
  try {
    const before =
      'a backup; item; a poll meanwhile 33; motd; a bogus row 22; post; a jump; item; a bogus row 2; item; poll';
    for (const [name, pick] of storyOf(before)) await model.steps[name]?.(pick);
    for (const { sequence } of model.board.log)
      expect(model.bridge().mirror.rowOfSequence(sequence)).toBeGreaterThan(0);
    const { length } = await model.bridge().permanent.epochs();
    for (const [name, pick] of storyOf('item; poll; item; poll')) await model.steps[name]?.(pick);
    expect(await model.bridge().permanent.epochs()).toHaveLength(length);
  } finally {
    await model.close();
  }
});

test.each([
  [
    'half-way round, where an editor has changed it',
    'jump 16; post; bogus rows 30; item; a row less; two rows change places; poll',
  ],
  ['before the edit log tells', 'post; bogus rows 30; a row less; an answer is nonsense 17'],
])('what an editor put into the index begins no epoch: %s', async (_, steps) => {
  const model = new ModelBoard(2 ** 32 - 20);
  await model.open();
  try {
    for (const [name, pick] of storyOf(`poll; ${steps}`)) await model.steps[name]?.(pick);
    // The first, and that of the board's wrap.
    expect(await model.bridge().permanent.epochs()).toHaveLength(2);
  } finally {
    await model.close();
  }
});

test.each(brokenOnce.flatMap(([firsts, steps]) => firsts.map((first) => [first, steps] as const)))(
  'no promise is broken again: from %i, %s',
  async (first, steps) => {
    await expect(play(first, storyOf(steps))).resolves.toBeUndefined();
  },
);

test.each(starts)('numbers, ids and marks keep their meaning: %s', { timeout: 3_600_000 }, async (_, first) => {
  // The same every time.
  await fc.assert(
    fc.asyncProperty(stories, (story) => play(first, story)),
    { numRuns: 50, seed: 4 },
  );
});

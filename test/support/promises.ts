/** What readers are promised, whatever a board, its editors and the network do: histories of a `ModelBoard`, and what must hold. */
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import type { BoardView } from '../../src/bridge/view/board-view.ts';
import { Refusal } from '../../src/nntp/backend.ts';
import { ModelBoard } from './model-board.ts';
import { ModelReader, numbersOf } from './model-reader.ts';

/** Steps by name, each with what it picks. */
export type Story = readonly (readonly [name: string, pick: number])[];

/** Where a board counts from. */
export const starts = [
  ['from the first number', 1],
  ['from number 0', 0],
  ['over the wrap at 2³²', 2 ** 32 - 20],
  ['past 2³¹', 2 ** 31 - 20],
] as const;

export const stepNames = [
  ...Object.keys(new ModelBoard(1).steps),
  ...['item', 'reply', 'reply', 'reply', 'poll', 'poll', 'poll'],
];

export const storiesOf = (...steps: readonly string[]): fc.Arbitrary<Story> =>
  fc.array(fc.tuple(fc.constantFrom(...steps), fc.nat({ max: 50 })), { maxLength: 40, size: 'max' });
export const stories = storiesOf(...stepNames);
/** Plays a story. Throws where a promise is broken. */
export async function play(first: number, story: Story): Promise<void> {
  const model = new ModelBoard(first);
  await model.open();
  try {
    const reader = new ModelReader(model);
    for (const [name, pick] of story) {
      const step = model.steps[name];
      assert(step !== undefined, `no step ${name}`);
      await step(pick);
      if (pick % 5 === 0) await reader.pull(model.bridge());
      else if (pick % 7 === 0) await reader.date(model.bridge());
      // An answer is not out before the event loop has gone round.
      await setImmediate();
      reader.look(model.bridge());
    }
    await model.settle();
    await reader.end(model.bridge());
    const differs = model.differs || story.some(([name]) => seenByOne.has(name));
    if (!differs && model.isComparable) await agreeWithAnother(model, first === 1);
    if (!model.ambiguous) await agree(model);
  } finally {
    await model.close();
  }
}

/**
 * What one bridge knows and another that comes later can't: which of several rows was there first, and which rows an
 * editor made up, where nothing confirms them yet. (See `ModelBoard.differs`, too.)
 */
const seenByOne: ReadonlySet<string> = new Set(['a row twice', 'a bogus row', 'bogus rows', 'a bogus row near by']);

/** A bridge that loses its cache shows the same articles, octet by octet. */
async function agree(model: ModelBoard): Promise<void> {
  const early = await articlesOf(model.bridge().view);
  await model.steps['the cache is lost']?.(0);
  await model.settle();
  assert.deepEqual(await articlesOf(model.bridge().view), early, 'after the cache was lost');
}

/**
 * A bridge that was never here before shows the same articles, octet by octet; under the same numbers, where the board
 * counts from 1. (Numbers from 0 or above 2³¹ begin where a bridge comes in.)
 */
async function agreeWithAnother(model: ModelBoard, sameNumbers: boolean): Promise<void> {
  const comparable = async (view: BoardView) => {
    const all = await articlesOf(view);
    return sameNumbers ? all : [...all.values()].map((article) => article.replace(/\r\nXref: .*/, ''));
  };
  const early = await model.bridge().withoutOwn(comparable);
  await model.stranger(async (view) => assert.deepEqual(await comparable(view), early, 'to another bridge'));
}

/** `group number` → the article */
export async function articlesOf(view: BoardView): Promise<ReadonlyMap<string, string>> {
  const all = new Map<string, string>();
  for (const group of view.groups) {
    for (const number of numbersOf(group)) {
      all.set(`${group.name} ${number}`, await rendered(group, number));
    }
  }
  return all;
}

/** As octets; or why it can't be had: a bogus row has no text. */
async function rendered(group: BoardView['groups'][number], number: number): Promise<string> {
  try {
    const article = await group.article(number);
    return article?.bytes.toString('latin1') ?? '';
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

/** What readers are promised, whatever a board, its editors and the network do: histories of a `ModelBoard`, and what must hold. */
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import type { BoardView } from '../../src/bridge/view/board-view.ts';
import { Refusal } from '../../src/nntp/backend.ts';
import { ModelBoard } from './model-board.ts';

/** Steps by name, each with what it picks. */
export type Story = readonly (readonly [name: string, pick: number])[];

/** Where a board counts from. */
export const starts = [
  ['from the first number', 1],
  ['from number 0', 0],
  ['over the wrap at 2³²', 2 ** 32 - 20],
  ['past 2³¹', 2 ** 31 - 20],
] as const;

const model = new ModelBoard(1);
const names = Object.keys(model.steps);
export const stories: fc.Arbitrary<Story> = fc.array(
  fc.tuple(fc.constantFrom(...names, 'item', 'reply', 'reply', 'reply', 'poll', 'poll', 'poll'), fc.nat({ max: 50 })),
  { maxLength: 40, size: 'max' },
);

/** Plays a story. Throws where a promise is broken. */
export async function play(first: number, story: Story): Promise<void> {
  const model = new ModelBoard(first);
  await model.open();
  try {
    const reader = new Reader(model);
    for (const [name, pick] of story) {
      const step = model.steps[name];
      assert(step !== undefined, `no step ${name}`);
      await step(pick);
      if (pick % 5 === 0) reader.pull();
      // An answer is not out before the event loop has gone round.
      await setImmediate();
      reader.look();
    }
    await model.settle();
    reader.end();
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

/** A reader who forgets nothing, and asks NEWNEWS from the DATE of the question before. */
class Reader {
  readonly #model: ModelBoard;
  readonly #highs = new Map<string, number>();
  /** numbers that had their posts, gone or not */
  readonly #given = new Map<string, ReadonlySet<number>>();
  /** the high marks with which a group was selected, not only listed */
  readonly #seenUpTo = new Map<string, number>();
  readonly #ids = new Map<string, string>();
  readonly #numbers = new Map<string, number>();
  readonly #told = new Set<string>();
  /** own posts that an editor took from the index: back in it, they are seen with the next poll */
  readonly #taken = new Set<string>();
  #since = 0;

  constructor(model: ModelBoard) {
    this.#model = model;
  }

  look(): void {
    const { view, ready, acknowledged, board } = this.#model;
    for (const group of view.groups) {
      const { name, low, high } = group;
      assert(high >= (this.#highs.get(name) ?? 0), `the high mark of ${name} fell to ${high}`);
      assert(low <= high + 1, `the low mark of ${name} is ${low}, the high one ${high}`);
      if (ready) this.#lookAt(group);
      this.#highs.set(name, high);
    }
    if (!ready) return;
    for (const { messageId, row } of acknowledged) {
      const isThere = board.index.includes(row) && board.items.has(row.itemId ?? '');
      if (!isThere) this.#taken.add(messageId);
      const isDue = isThere && !this.#taken.has(messageId);
      assert(!isDue || view.find(messageId) !== undefined, `${messageId}, acknowledged, is not there`);
    }
  }

  #lookAt(group: BoardView['groups'][number]): void {
    const { name, high } = group;
    const { mirror } = this.#model;
    const given = this.#given.get(name) ?? new Set();
    const seenUpTo = this.#seenUpTo.get(name) ?? 0;
    this.#seenUpTo.set(name, high);
    for (const number of numbersOf(group)) {
      const id = group.messageId(number) ?? '';
      assert(number <= high, `${number} of ${name} is above the high mark, ${high}`);
      // Withdrawn and brought back; or only the edit log knows of it, and could not be read.
      assert(given.has(number) || number > seenUpTo, `${number} of ${name} came in below the high mark, ${seenUpTo}`);
      assert.equal(id, this.#ids.get(`${name} ${number}`) ?? id, `number ${number} of ${name}`);
      assert.equal(number, this.#numbers.get(`${name} ${id}`) ?? number, `the number of ${id} in ${name}`);
      this.#ids.set(`${name} ${number}`, id);
      this.#numbers.set(`${name} ${id}`, number);
    }
    this.#given.set(name, new Set(mirror.posts.numbers.subarray(0, mirror.posts.length)));
  }

  pull(): void {
    if (!this.#model.ready) return;
    const date = Math.floor(this.#model.clock / 1000);
    for (const group of this.#model.view.groups) {
      for (const id of group.arrivedSince(this.#since)) this.#told.add(id);
    }
    this.#since = date;
  }

  /** Everything there is now is known, and has been told of. */
  end(): void {
    this.#taken.clear();
    this.look();
    this.pull();
    for (const group of this.#model.view.groups) {
      for (const number of numbersOf(group)) {
        assert(this.#told.has(group.messageId(number) ?? ''), `NEWNEWS never told of ${number} of ${group.name}`);
      }
    }
  }
}

/** A bridge that loses its cache shows the same articles, octet by octet. */
async function agree(model: ModelBoard): Promise<void> {
  const early = await articles(model.view);
  await model.steps['the cache is lost']?.(0);
  await model.settle();
  assert.deepEqual(await articles(model.view), early, 'after the cache was lost');
}

/**
 * A bridge that was never here before shows the same articles, octet by octet; under the same numbers, where the board
 * counts from 1. (Numbers from 0 or above 2³¹ begin where a bridge comes in.)
 */
async function agreeWithAnother(model: ModelBoard, sameNumbers: boolean): Promise<void> {
  const comparable = async (view: BoardView) => {
    const all = await articles(view);
    return sameNumbers ? all : [...all.values()].map((article) => article.replace(/\r\nXref: .*/, ''));
  };
  const early = await model.withoutOwn(comparable);
  await model.another(async (view) => assert.deepEqual(await comparable(view), early, 'to another bridge'));
}

/** `group number` → the article */
async function articles(view: BoardView): Promise<ReadonlyMap<string, string>> {
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

function* numbersOf(group: BoardView['groups'][number]): Generator<number> {
  for (const piece of group.numbers(1, 0x7fffffff)) yield* piece;
}

/** A reader of the model's board, and what must hold of everything that reader is told. */
import assert from 'node:assert/strict';
import type { BoardView } from '../../src/bridge/view/board-view.ts';
import type { ModelBoard } from './model-board.ts';
import type { ModelBridge } from './model-bridge.ts';

type Group = BoardView['groups'][number];

/** Forgets nothing, whichever bridge answers, and asks NEWNEWS from the DATE of the question before. */
export class ModelReader {
  readonly #model: ModelBoard;
  readonly #highs = new Map<string, number>();
  /** by bridge and newsgroup: numbers that had their posts, gone or not */
  readonly #given = new Map<string, ReadonlySet<number>>();
  /** the high marks with which a group was selected, not only listed */
  readonly #seenUpTo = new Map<string, number>();
  readonly #ids = new Map<string, string>();
  readonly #numbers = new Map<string, number>();
  readonly #told = new Set<string>();
  /** own posts that an editor took from the index: back in it, they are seen with the next poll */
  readonly #taken = new Set<string>();
  #since = 0;
  /** what another reader was told who knew nothing before: the time; and what was there then */
  #dated: { readonly date: number; readonly here: ReadonlySet<string> } | undefined;

  constructor(model: ModelBoard) {
    this.#model = model;
  }

  look(bridge: ModelBridge): void {
    const { ready, view } = bridge;
    for (const group of view.groups) {
      const { name, low, high } = group;
      assert(high >= (this.#highs.get(name) ?? 0), `the high mark of ${name} fell to ${high}`);
      assert(low <= high + 1, `the low mark of ${name} is ${low}, the high one ${high}`);
      if (ready) this.#lookAt(group, bridge);
      this.#highs.set(name, high);
    }
    if (ready) this.#lookForPosts(bridge);
  }

  #lookForPosts({ view }: ModelBridge): void {
    const { posts, board } = this.#model;
    for (const { messageId, row } of posts.acknowledged) {
      const isThere = board.index.includes(row) && board.items.has(row.itemId ?? '');
      if (!isThere) this.#taken.add(messageId);
      const isDue = isThere && !this.#taken.has(messageId);
      assert(!isDue || view.find(messageId) !== undefined, `${messageId}, acknowledged, is not there`);
    }
  }

  #lookAt(group: Group, { mirror, name: bridge }: ModelBridge): void {
    const { name, high } = group;
    const given = [...this.#given].flatMap(([key, numbers]) => (key.endsWith(` ${name}`) ? [numbers] : []));
    const seenUpTo = this.#seenUpTo.get(name) ?? 0;
    this.#seenUpTo.set(name, high);
    for (const number of numbersOf(group)) {
      const id = group.messageId(number) ?? '';
      assert(number <= high, `${number} of ${name} is above the high mark, ${high}`);
      // Withdrawn and brought back; or only the edit log knows of it, and could not be read.
      const wasGiven = number > seenUpTo || given.some((numbers) => numbers.has(number));
      assert(wasGiven, `${number} of ${name} came in below the high mark, ${seenUpTo}`);
      assert.equal(id, this.#ids.get(`${name} ${number}`) ?? id, `number ${number} of ${name}`);
      assert.equal(number, this.#numbers.get(`${name} ${id}`) ?? number, `the number of ${id} in ${name}`);
      this.#ids.set(`${name} ${number}`, id);
      this.#numbers.set(`${name} ${id}`, number);
    }
    this.#given.set(`${bridge} ${name}`, new Set(mirror.posts.numbers.subarray(0, mirror.posts.length)));
  }

  pull({ view, ready }: ModelBridge): void {
    if (!ready) return;
    const date = Math.floor(this.#model.clock / 1000);
    for (const group of view.groups) for (const id of group.arrivedSince(this.#since)) this.#told.add(id);
    this.#since = date;
  }

  /** Another reader asks DATE alone, once, and NEWNEWS at the end. */
  date({ view, ready }: ModelBridge): void {
    if (!ready || this.#dated !== undefined) return;
    const date = Math.floor(this.#model.clock / 1000);
    view.dated();
    const here = view.groups.flatMap((group) =>
      Array.from(numbersOf(group), (number) => group.messageId(number) ?? ''),
    );
    this.#dated = { date, here: new Set(here) };
  }

  /** Everything there is now is known, and has been told of. */
  end(bridge: ModelBridge): void {
    this.#taken.clear();
    this.look(bridge);
    this.pull(bridge);
    const { date = 0, here = new Set() } = this.#dated ?? {};
    for (const group of bridge.view.groups) {
      const told = new Set(group.arrivedSince(date));
      for (const number of numbersOf(group)) {
        const id = group.messageId(number) ?? '';
        assert(this.#told.has(id), `NEWNEWS never told of ${number} of ${group.name}`);
        assert(here.has(id) || told.has(id), `NEWNEWS did not tell of ${number} of ${group.name} after DATE`);
      }
    }
  }
}

export function* numbersOf(group: Group): Generator<number> {
  for (const piece of group.numbers(1, 0x7fffffff)) yield* piece;
}

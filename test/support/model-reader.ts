/** A reader of the model's board, and what must hold of everything that reader is told. */
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { BoardView } from '../../src/bridge/view/board-view.ts';
import { Refusal } from '../../src/nntp/backend.ts';
import { ANN } from './model-author.ts';
import type { ModelBoard } from './model-board.ts';
import type { ModelBridge } from './model-bridge.ts';
import { boardOptions } from './views.ts';

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
  /** own posts whose rows an editor has changed: if the board is restored to before that, they are taken for others */
  readonly #changed = new Set<string>();
  #since = 0;
  /** what another reader was told who knew nothing before: the time; and what was there then */
  #dated: { readonly date: number; readonly here: ReadonlySet<string> } | undefined;

  constructor(model: ModelBoard) {
    this.#model = model;
  }

  /** The bridge knows what those have shown that the reader has asked before. */
  look(bridge: ModelBridge): void {
    const { ready, view } = bridge;
    for (const group of view.groups) {
      const { name, high } = group;
      assert(high >= (this.#highs.get(name) ?? 0), `the high mark of ${name} fell to ${high}`);
      this.#highs.set(name, high);
      if (ready) this.#lookBelowMark(group, bridge);
    }
    this.glance(bridge);
    if (ready) this.#lookForPosts(bridge, isDenied);
  }

  /** The bridge may not have heard yet what others have shown. */
  glance(bridge: ModelBridge): void {
    this.#noteChanged();
    for (const group of bridge.view.groups) {
      const { name, low, high } = group;
      const key = `${bridge.name} ${name}`;
      assert(high >= (this.#highs.get(key) ?? 0), `the high mark of ${name} fell to ${high}`);
      assert(low <= high + 1, `the low mark of ${name} is ${low}, the high one ${high}`);
      this.#highs.set(key, high);
      if (bridge.ready) this.#lookAt(group, bridge);
    }
  }

  #noteChanged(): void {
    const { posts, board } = this.#model;
    for (const { messageId, row } of posts.acknowledged) {
      const { sequence, itemId, type } = row;
      const now = board.index.find(
        (each) => each.sequence === sequence && each.itemId === itemId && each.type === type,
      );
      if (now !== undefined && !isDeepStrictEqual(now, row)) this.#changed.add(messageId);
    }
  }

  #lookForPosts({ view }: ModelBridge, isMissing: (view: BoardView, messageId: string) => boolean): void {
    const { posts, board } = this.#model;
    for (const { messageId, row } of posts.acknowledged) {
      const isThere = board.index.some((each) => isDeepStrictEqual(each, row)) && board.items.has(row.itemId ?? '');
      if (!isThere) this.#taken.add(messageId);
      const isDue = isThere && !this.#taken.has(messageId) && !this.#changed.has(messageId);
      assert(!isDue || !isMissing(view, messageId), `${messageId}, acknowledged, is not there`);
    }
  }

  /** What was not there comes in above the mark that was seen. */
  #lookBelowMark(group: Group, { mirror, name: bridge }: ModelBridge): void {
    const { name, high } = group;
    const given = [...this.#given].flatMap(([key, numbers]) => (key.endsWith(` ${name}`) ? [numbers] : []));
    const seenUpTo = this.#seenUpTo.get(name) ?? 0;
    this.#seenUpTo.set(name, high);
    for (const number of numbersOf(group)) {
      // Withdrawn and brought back; or only the edit log knows of it, and could not be read.
      const wasGiven = number > seenUpTo || given.some((numbers) => numbers.has(number));
      assert(wasGiven, `${number} of ${name} came in below the high mark, ${seenUpTo}`);
    }
    this.#given.set(`${bridge} ${name}`, new Set(mirror.posts.numbers.subarray(0, mirror.posts.length)));
  }

  /** A number is always the same article, whichever bridge shows it. */
  #lookAt(group: Group, bridge: ModelBridge): void {
    const { name, high } = group;
    for (const number of numbersOf(group)) {
      const id = group.messageId(number) ?? '';
      assert(number <= high, `${number} of ${name} is above the high mark, ${high}`);
      assert.equal(id, this.#ids.get(`${name} ${number}`) ?? id, `number ${number} of ${name}`);
      assert.equal(number, this.#numbers.get(`${name} ${id}`) ?? number, `the number of ${id} in ${name}`);
      if (this.#model.bridges.length > 1) this.#requireOwnId(id, number, bridge);
      this.#ids.set(`${name} ${number}`, id);
      this.#numbers.set(`${name} ${id}`, number);
    }
  }

  /** Nobody sees another Message-ID for a post than its poster's own. */
  #requireOwnId(id: string, number: number, { mirror, name }: ModelBridge): void {
    const { users, sequences } = mirror.posts;
    const row = mirror.rowOf(number);
    const isByAnn = mirror.userids[users[row] ?? -1] === ANN;
    // Nor can it be told from one that an editor made up before, under the number that the board gave it then.
    if (!isByAnn || !id.endsWith(`@${boardOptions.domain}>`) || this.#model.ambiguous) return;
    assert(!this.#model.posts.isOwn(sequences[row] ?? -1), `${name} shows ${id}, which was posted under another`);
  }

  async pull({ view, ready }: ModelBridge): Promise<void> {
    if (!ready) return;
    await view.dated();
    const date = Math.floor(this.#model.clock / 1000);
    for (const group of view.groups) for (const id of group.arrivedSince(this.#since)) this.#told.add(id);
    this.#since = date;
  }

  /** Another reader asks DATE alone, once, and NEWNEWS at the end. */
  async date({ view, ready }: ModelBridge): Promise<void> {
    if (!ready || this.#dated !== undefined) return;
    const date = Math.floor(this.#model.clock / 1000);
    await view.dated();
    const here = view.groups.flatMap((group) =>
      Array.from(numbersOf(group), (number) => group.messageId(number) ?? ''),
    );
    this.#dated = { date, here: new Set(here) };
  }

  /** Everything there is now is known, and has been told of. */
  async end(bridge: ModelBridge): Promise<void> {
    this.#taken.clear();
    this.look(bridge);
    this.#lookForPosts(bridge, (view, messageId) => view.find(messageId) === undefined);
    await this.pull(bridge);
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

/** 430. (403: it is known, and to be read shortly.) */
function isDenied(view: BoardView, messageId: string): boolean {
  try {
    return view.find(messageId) === undefined;
  } catch (error) {
    if (error instanceof Refusal && error.kind === 'unavailable') return false;
    throw error;
  }
}

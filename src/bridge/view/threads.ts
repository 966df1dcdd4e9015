import { isMessageId } from '../../news/message-id.ts';
import { formatReferences } from '../../news/references.ts';
import { type BoardModel, type ItemRecord, PostKind } from '../model.ts';
import { isInItem } from '../row-kinds.ts';
import { kindAt } from './kinds.ts';
import type { PostIds } from './post-ids.ts';

/** How far a chain of items is followed: References has room for about twenty, and links may form a cycle. */
const MAX_CHAIN = 256;

/** Builds References: a chain of items is one thread. */
export class Threads {
  readonly #model: BoardModel;
  readonly #ids: PostIds;
  readonly #chained: boolean;

  constructor(model: BoardModel, ids: PostIds, threading: 'flat' | 'chain') {
    this.#model = model;
    this.#ids = ids;
    this.#chained = threading === 'chain';
  }

  /** An article's References, empty if it has none. Those given by the author's newsreader are kept. */
  references(row: number): string {
    const kind = kindAt(this.#model, row);
    const given = isInItem(kind) ? (this.#ids.own(row)?.references?.split(' ').filter(isMessageId) ?? []) : [];
    if (given.length > 0) return formatReferences(given);
    const item = this.itemOf(row);
    if (item === undefined || kind === PostKind.Withdrawal) return '';
    const above: string[] = [];
    for (const each of this.#chainTo(item)) {
      const first = each.first === row ? undefined : this.#firstId(each);
      if (first !== undefined) above.push(first);
    }
    const before = this.#chained && isInItem(kind) ? this.#before(item, row) : undefined;
    if (before !== undefined && before !== above.at(-1)) above.push(before);
    return formatReferences(above);
  }

  /** Whether a post is the first of its item. */
  isFirst(row: number): boolean {
    return this.itemOf(row)?.first === row;
  }

  itemOf(row: number): ItemRecord | undefined {
    return this.#model.items[this.#model.posts.items[row] ?? -1];
  }

  /** These items and all their continuations, whose References name the items' first posts. */
  downFrom(items: ReadonlySet<ItemRecord>): ReadonlySet<ItemRecord> {
    const continuing = new Map<number, ItemRecord[]>();
    for (const each of this.#model.items) {
      if (each.continues < 0) continue;
      const siblings = continuing.get(each.continues);
      if (siblings === undefined) continuing.set(each.continues, [each]);
      else siblings.push(each);
    }
    // Iterating over a set includes what is added in the process.
    const found = new Set(items);
    for (const each of found) {
      for (const next of continuing.get(each.index) ?? []) found.add(next);
    }
    return found;
  }

  /** The items from the beginning of the thread to this one. */
  #chainTo(item: ItemRecord): ItemRecord[] {
    const chain = [item];
    let above = this.#model.items[item.continues];
    while (above !== undefined && chain.length < MAX_CHAIN && !chain.includes(above)) {
      chain.push(above);
      above = this.#model.items[above.continues];
    }
    return chain.reverse();
  }

  /** `undefined` if it was withdrawn, or never in the index. */
  #firstId(item: ItemRecord): string | undefined {
    return item.first < 0 ? undefined : this.#ids.messageId(item.first);
  }

  /** The previous post of its item; for the first post, the last one of the item it continues. */
  #before(item: ItemRecord, row: number): string | undefined {
    const rows = row === item.first ? (this.#model.items[item.continues]?.rows ?? []) : item.rows;
    const last = rows.findLast((each) => each < row && isInItem(kindAt(this.#model, each)));
    return last === undefined ? undefined : this.#ids.messageId(last);
  }
}

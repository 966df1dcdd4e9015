import type { Item } from '../../rgtp/item.ts';
import type { Cache } from '../../store/cache.ts';
import type { Notice } from '../model.ts';
import { changedPosts, digestsOf } from './digests.ts';
import { deletePendingEdit, loadPendingEdits, type PendingEdit, saveNotice, savePendingEdit } from './persistence.ts';

/** Finds out which posts an edit changed: what they said before is kept, as digests, until the new text is here. */
export class EditNotices {
  readonly #cache: Cache;
  readonly #notices: Map<number, Notice>;
  #pending: PendingEdit[];

  constructor(cache: Cache, notices: Map<number, Notice>) {
    this.#cache = cache;
    this.#notices = notices;
    this.#pending = loadPendingEdits(cache);
  }

  /** An edit (row `row`) of an item that said `before`. Call `save` in the transaction that deletes that text. */
  expect(row: number, item: number, before: Item): void {
    this.#pending.push({ row, item, before: [...digestsOf(before)] });
  }

  save(): void {
    for (const edit of this.#pending) savePendingEdit(this.#cache, edit);
  }

  /** The new text is here. Returns whether it settles any edit. */
  settle(item: number, text: Item): boolean {
    const settled = this.#pending.filter((edit) => edit.item === item);
    if (settled.length === 0) return false;
    this.#pending = this.#pending.filter((edit) => edit.item !== item);
    const after = digestsOf(text);
    for (const edit of settled) {
      deletePendingEdit(this.#cache, edit);
      const notice = this.#notices.get(edit.row);
      if (notice === undefined) continue;
      const changed = { ...notice, changed: changedPosts(new Map(edit.before), after) };
      this.#notices.set(edit.row, changed);
      saveNotice(this.#cache, edit.row, changed);
    }
    return true;
  }
}

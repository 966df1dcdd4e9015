/** An interrupted import leaves half a board, which must not be taken for a whole one. */
import { StoreError } from '../store/errors.ts';
import { Trouble } from '../wire/trouble.ts';
import { dropCopying } from './live/copying.ts';
import type { BoardStore } from './store.ts';

const MARK = 'import-unfinished';

/** @throws StoreError `unfinished` */
export function requireFinishedImport({ path, marks }: BoardStore): void {
  if (!marks.has(MARK)) return;
  throw new StoreError(
    'unfinished',
    path,
    'an import into this board was cut off, so it holds only a part of it. ' +
      'Run the same `rgtp-nntp import` again, which goes on or starts over; or move this file away to start with an empty board',
  );
}

/** Marks the board as unfinished, and removes what an earlier import left. `also` runs in the same commit. */
export function beginImport(store: BoardStore, also: () => void = () => {}): Promise<void> {
  return store.commit(() => {
    store.marks.set(MARK);
    store.index.clear();
    for (const table of ['items', 'users', 'edit_log', 'diffs', 'audit', 'archived_items', 'archived_rows']) {
      store.db.exec(`DELETE FROM ${table}`);
    }
    store.state.motd = undefined;
    store.state.nextSequence = 1;
    store.state.lastItemTime = 0;
    dropCopying(store.db);
    also();
  });
}

/** Within the last commit of the import. */
export function endImport({ marks }: BoardStore): void {
  marks.clear(MARK);
}

/** Whether an import may fill this board: it is empty, or holds only what an interrupted import left. */
export function mayImport({ marks, index, items, users }: BoardStore): boolean {
  if (marks.has(MARK)) return true;
  const [item] = items.all();
  const [user] = users.all();
  return index.end === 0 && item === undefined && user === undefined;
}

/** Imports go into a new board, and into one that an interrupted import left. */
export class BoardNotEmptyError extends Trouble {
  constructor(path: string) {
    super(`${path}: the board is not empty; an import goes into a new one`);
    this.name = 'BoardNotEmptyError';
  }
}

/** An interrupted import leaves half a board, which must not be taken for a whole one. */
import { StoreError } from '../store/errors.ts';
import { isHalfMade } from '../store/marked-file.ts';
import { Trouble } from '../wire/trouble.ts';
import { dropCopying, interruptedCopy } from './live/copying.ts';
import { BoardStore, type BoardStoreOptions } from './store.ts';

const MARK = 'import-unfinished';

/**
 * Opens the board that an import is to fill. A new one has the mark before it has its name, and an empty one before
 * anything is read: an import that was cut off at once must not leave what looks like a board before its first start.
 *
 * @returns the store, and what to do if the import fails before it has read anything: the board is empty then, and no
 * more than that
 * @throws StoreError
 */
export function openForImport(
  path: string,
  options: BoardStoreOptions,
): { readonly store: BoardStore; readonly forget: () => void } {
  const store = BoardStore.open(path, { ...options, newWith: MARK });
  const { marks } = store;
  const isOurs = store.isNew || (!marks.has(MARK) && mayImport(store));
  if (isOurs) marks.set(MARK);
  const forget = () => {
    if (isOurs && isEmpty(store) && interruptedCopy(store.db) === undefined) marks.clear(MARK);
  };
  return { store, forget };
}

/** @throws StoreError `unfinished` */
export function requireFinishedImport({ path, marks }: BoardStore): void {
  if (marks.has(MARK)) throw unfinished(path, 'it is incomplete');
}

/** To be called before a board is opened that may be new. @throws StoreError `unfinished` */
export function requireNoBegunImport(path: string): void {
  if (isHalfMade(path)) throw unfinished(path, 'nothing has been imported');
}

function unfinished(path: string, what: string): StoreError {
  return new StoreError(
    'unfinished',
    path,
    `an import into this board was cut off, so ${what}. ` +
      'Run the same `rgtp-nntp import` again, which continues or starts over; or move this file (and those whose names begin ' +
      'with its name) away to start with an empty board',
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
export function mayImport(store: BoardStore): boolean {
  return store.marks.has(MARK) || isEmpty(store);
}

function isEmpty({ index, items, users }: BoardStore): boolean {
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

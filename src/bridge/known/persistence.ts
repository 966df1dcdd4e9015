/** The state in the cache file. */
import type { Cache } from '../../store/cache.ts';
import type { Epoch } from '../../store/permanent-records.ts';
import type { Change, Notice } from '../model.ts';
import type { BoardState } from './state.ts';

/** Version of the format of `saveState`. A cache in another version is discarded, and the board is read again. */
const FORM = '1';

/**
 * Reads the state from the cache; yields now and then. Throws if the file makes no sense: then clear it, and begin with
 * an empty state.
 */
export function* loadState(cache: Cache, state: BoardState): Generator<undefined, void> {
  if (cache.fact('form') !== FORM) return;
  yield* state.posts.load(cache.blocks('posts'), cache.blockOctets('posts'));
  yield* state.posts.loadArrivals(cache.blocks('arrivals'));
  yield* state.records.load(cache.blocks('items'));
  yield* state.posts.count(state.records.list.length);
  yield* state.users.load(cache.blocks('users'));
  // An incomplete first reading of the index does not count.
  state.isRead =
    cache.fact('partial') === undefined && (state.posts.length > 0 || cache.fact('compared') !== undefined);
  state.floor = Number(cache.fact('floor') ?? 0);
  // Written by `saveState` and `saveChanges`.
  for (const [row, json] of cache.facts('notice:')) state.notices.set(Number(row), JSON.parse(json) as Notice);
  yield* state.records.relink(state.posts);
}

/** Writes changed rows, items and userids. To be called within a transaction. */
export function saveState(cache: Cache, state: BoardState): void {
  for (const { number, data, arrivals } of state.posts.takeChanges()) {
    cache.putBlock('posts', number, data);
    cache.putBlock('arrivals', number, arrivals);
  }
  for (const { number, data } of state.records.takeChanges()) cache.putBlock('items', number, data);
  for (const { number, data } of state.users.takeChanges()) cache.putBlock('users', number, data);
  cache.setFact('form', FORM);
  cache.setFact('epochs', JSON.stringify(state.epochs.all));
}

/**
 * Writes what has changed, notices included.
 *
 * @param take takes in the changes within the same transaction; returns whether text was deleted of which no trace may
 * remain
 */
export function saveChanges(
  cache: Cache,
  state: BoardState,
  changes: readonly Change[],
  take: (changes: readonly Change[]) => boolean,
): void {
  let purge = false;
  cache.transaction(() => {
    purge = take(changes);
    if (!state.isRead) saveIsRead(cache, state);
    saveState(cache, state);
    saveNotices(cache, state, changes);
  });
  if (purge) cache.purge();
}

/** Writes the notices that were added or removed. */
function saveNotices(cache: Cache, state: BoardState, changes: readonly Change[]): void {
  for (const change of changes) {
    if (change.kind === 'removed') {
      for (const row of change.rows) {
        cache.deleteFact(`notice:${row}`);
        saveNotice(cache, state, row);
      }
    } else if (change.kind === 'noted') for (const row of change.rows) saveNotice(cache, state, row);
    else if (change.kind === 'appended') {
      for (let row = change.first; row < state.posts.length; row++) saveNotice(cache, state, row);
    }
  }
}

/** Writes everything to a new and empty file. To be called within a transaction. */
export function saveAll(cache: Cache, state: BoardState): void {
  state.touchAll();
  saveState(cache, state);
  for (const row of state.notices.keys()) saveNotice(cache, state, row);
  saveIsRead(cache, state);
}

/** Writes whether the index has been read to its end once, and what had been shown by then. */
export function saveIsRead(cache: Cache, { isRead, floor }: BoardState): void {
  if (isRead) cache.deleteFact('partial');
  else cache.setFact('partial', '1');
  cache.setFact('floor', String(floor));
}

/** The epochs known to this cache: they survive even if the permanent file is restored from yesterday's backup. */
export function loadEpochs(cache: Cache): readonly Epoch[] {
  // Written by `saveState`.
  return JSON.parse(cache.fact('epochs') ?? '[]') as Epoch[];
}

function saveNotice(cache: Cache, state: BoardState, row: number): void {
  const notice = state.notices.get(row);
  if (notice !== undefined) cache.setFact(`notice:${row}`, JSON.stringify(notice));
}

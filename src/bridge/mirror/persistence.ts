import type { Cache } from '../../store/cache.ts';
import type { Epoch } from '../../store/permanent.ts';
import type { Notice } from '../model.ts';
import type { KnownMotd } from './mirror.ts';
import type { BoardState } from './state.ts';
import type { BoardMotd } from './upstream.ts';

/** Version of what `save` writes: another one is forgotten and made anew from the board. */
const FORM = '1';

/** Reads the state from the cache. Throws where the file makes no sense: clear it, and begin with an empty state. */
export function loadState(cache: Cache, state: BoardState): void {
  if (cache.fact('form') !== FORM) return;
  state.posts.load(cache.blocks('posts'), cache.blockOctets('posts'));
  state.records.load(cache.blocks('items'));
  state.users.load(cache.blocks('users'));
  // What `saveState` and `saveNotice` wrote.
  for (const [row, json] of cache.facts('notice:')) state.notices.set(Number(row), JSON.parse(json) as Notice);
  state.relink();
}

/** Writes what has changed. Inside a transaction. */
export function saveState(cache: Cache, state: BoardState): void {
  for (const [part, columns] of [
    ['posts', state.posts],
    ['items', state.records],
    ['users', state.users],
  ] as const) {
    for (const { number, data } of columns.takeChanges()) cache.putBlock(part, number, data);
  }
  cache.setFact('form', FORM);
  cache.setFact('epochs', JSON.stringify(state.epochs.all));
}

export function saveNotice(cache: Cache, row: number, notice: Notice | undefined): void {
  if (notice === undefined) cache.deleteFact(`notice:${row}`);
  else cache.setFact(`notice:${row}`, JSON.stringify(notice));
}

/** The epochs as this cache has seen them: they outlive a permanent file that was restored from yesterday. */
export function loadEpochs(cache: Cache): readonly Epoch[] {
  // What `saveState` wrote.
  return JSON.parse(cache.fact('epochs') ?? '[]') as Epoch[];
}

export function loadMotd(cache: Cache): (BoardMotd & { readonly number?: number }) | undefined {
  const json = cache.fact('motd');
  return json === undefined ? undefined : (JSON.parse(json) as BoardMotd);
}

export function saveMotd(cache: Cache, motd: KnownMotd | undefined): void {
  if (motd === undefined) cache.deleteFact('motd');
  else cache.setFact('motd', JSON.stringify(motd));
}

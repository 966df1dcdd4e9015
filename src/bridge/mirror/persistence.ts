/** What is kept of the state: in the cache file, and of its newest rows for good. */
import type { Motd as BoardMotd } from '../../rgtp/motd.ts';
import type { Cache } from '../../store/cache.ts';
import type { Permanent } from '../../store/permanent.ts';
import type { Epoch, RecentRow } from '../../store/permanent-records.ts';
import { atOnce } from '../../wire/fair-share.ts';
import { latin1 } from '../../wire/octets.ts';
import { type Change, type Motd, type Notice, PostKind } from '../model.ts';
import type { BoardState } from './state.ts';

/** Version of what `saveState` writes. A cache of another version is discarded, and the board is read again. */
const FORM = '1';

/**
 * Reads the state from the cache; yields now and then. Throws if the file makes no sense: clear it then, and begin with
 * an empty state.
 */
export function* loadState(cache: Cache, state: BoardState): Generator<undefined, void> {
  if (cache.fact('form') !== FORM) return;
  yield* state.posts.load(cache.blocks('posts'), cache.blockOctets('posts'));
  yield* state.posts.loadArrivals(cache.blocks('arrivals'));
  yield* state.records.load(cache.blocks('items'));
  yield* state.posts.count(state.records.list.length);
  yield* state.users.load(cache.blocks('users'));
  // A first reading of the index that was cut short does not count.
  state.isRead =
    cache.fact('partial') === undefined && (state.posts.length > 0 || cache.fact('compared') !== undefined);
  state.floor = Number(cache.fact('floor') ?? 0);
  // What `saveState` and `saveChanges` wrote.
  for (const [row, json] of cache.facts('notice:')) state.notices.set(Number(row), JSON.parse(json) as Notice);
  yield* state.records.relink(state.posts);
}

/** Writes what has changed of rows, items and userids. Inside a transaction. */
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

/** Like `saveState`, with the notices that were added or removed. */
export function saveChanges(cache: Cache, state: BoardState, changes: readonly Change[]): void {
  saveState(cache, state);
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

/** Writes everything, to a file that is new and empty. Inside a transaction. */
export function saveAll(cache: Cache, state: BoardState): void {
  state.touchAll();
  saveState(cache, state);
  for (const row of state.notices.keys()) saveNotice(cache, state, row);
  saveIsRead(cache, state);
}

/** Whether the index was read to its end, once, and what had been shown by then. */
export function saveIsRead(cache: Cache, { isRead, floor }: BoardState): void {
  if (isRead) cache.deleteFact('partial');
  else cache.setFact('partial', '1');
  cache.setFact('floor', String(floor));
}

/** The epochs as this cache saw them: they outlive a permanent file that was restored from yesterday's backup. */
export function loadEpochs(cache: Cache): readonly Epoch[] {
  // What `saveState` wrote.
  return JSON.parse(cache.fact('epochs') ?? '[]') as Epoch[];
}

function saveNotice(cache: Cache, state: BoardState, row: number): void {
  const notice = state.notices.get(row);
  if (notice !== undefined) cache.setFact(`notice:${row}`, JSON.stringify(notice));
}

const DUE = 'motd-due';

/** The message of the day, as the cache keeps it. */
interface Kept extends BoardMotd {
  /** article number of its post, 0 while the index has none; missing in what version 0.1 wrote */
  readonly number?: number;
}

/** The board's message of the day, and which article it is. */
export class MessageOfTheDay {
  readonly #cache: Cache;
  readonly #state: BoardState;
  #kept: Kept | undefined;
  #due: boolean;

  /** Throws if the cache holds nonsense. */
  constructor(cache: Cache, state: BoardState) {
    this.#cache = cache;
    this.#state = state;
    const json = cache.fact('motd');
    // What `save` wrote.
    this.#kept = json === undefined ? undefined : (JSON.parse(json) as Kept);
    this.#due = cache.fact(DUE) !== undefined;
  }

  /** The board may have another one now: it is to be asked, however long that takes. */
  get isDue(): boolean {
    return this.#due;
  }

  /** Its row is about to be shown, or may be another. */
  expect(): void {
    if (this.#due) return;
    this.#due = true;
    this.#cache.setFact(DUE, '1');
  }

  get current(): Motd | undefined {
    const motd = this.#kept;
    if (motd === undefined) return undefined;
    const row = this.#state.posts.rowOf(motd.number || this.#numberOf(motd));
    return { row, time: motd.time, lines: motd.lines };
  }

  /** Takes the message that the board has now. Returns whether it is new. */
  take(asked: BoardMotd | undefined): boolean {
    this.#due = false;
    this.#cache.deleteFact(DUE);
    const motd = asked && { ...asked, number: this.#numberOf(asked) };
    if (JSON.stringify(motd) === JSON.stringify(this.#kept)) return false;
    this.#kept = motd;
    this.save();
    this.#cache.purge();
    return true;
  }

  save(): void {
    if (this.#kept === undefined) this.#cache.deleteFact('motd');
    else this.#cache.setFact('motd', JSON.stringify(this.#kept));
    if (this.#due) this.#cache.setFact(DUE, '1');
  }

  #numberOf({ sequence }: BoardMotd): number {
    const { posts } = this.#state;
    const row = this.#state.rowOfSequence(sequence);
    return posts.kinds[row] === PostKind.Motd ? (posts.numbers[row] ?? 0) : 0;
  }
}

/*
 * The newest rows, kept for good. Epochs tell which numbers there are, not which posts were shown under them: without a
 * cache an index that was restored from a backup looks like one that never changed. With the newest rows as they were
 * shown, a mirror that lost its cache compares the index as it would have with its cache: what is gone, what is another
 * post, what came in too late.
 */

/** Rows that are kept. An index that was restored to what it was before all of them is beyond what can be told. */
export const MAX_RECENT = 1024;

export interface RowDetails {
  readonly sequence: number;
  readonly epoch: number;
  readonly time: number;
  readonly kind: PostKind;
  /** of a row that is gone */
  readonly was?: PostKind;
  readonly arrival: number;
  readonly user: string;
  /** of a post that belongs to one */
  readonly item?: string;
  /** of an entry of the edit log, without its reason; `null` for no item */
  readonly noted?: string | null;
  /** who made that entry */
  readonly editor?: string;
}

export function rowDetails(details: string): RowDetails {
  // What `rowsFrom`, or `rowsOf` in `agreement.ts`, wrote.
  return JSON.parse(details) as RowDetails;
}

/** Writes the rows that changed, once they are shown. */
export async function keepRecent(permanent: Permanent, state: BoardState): Promise<void> {
  const { posts } = state;
  const from = Math.max(0, posts.length - MAX_RECENT);
  const changed = posts.takeFirstChanged();
  if (changed >= posts.length) return;
  try {
    await permanent.putRecent(rowsFrom(state, Math.max(from, changed)), posts.numbers[from] ?? 0);
  } catch (error) {
    posts.touch(changed);
    throw error;
  }
}

/** The permanent store may be yesterday's, or of a version that kept none. */
export async function catchUpRecent(permanent: Permanent, state: BoardState): Promise<void> {
  const from = Math.max(0, state.posts.length - MAX_RECENT);
  const rows = rowsFrom(state, from);
  // Where several bridges serve the board, the others know what became of these rows since.
  const last = rows.at(-1)?.number ?? 0;
  if (permanent.shared !== undefined && ((await permanent.recent()).at(-1)?.number ?? 0) >= last) return;
  const kept = new Map((await permanent.recent()).map(({ number, details }) => [number, details]));
  if (kept.size === rows.length && rows.every(({ number, details }) => kept.get(number) === details)) return;
  await permanent.putRecent(rows, rows[0]?.number ?? 0);
}

/** Rows as `recall` takes them. */
function rowsFrom({ posts, records, users, notices }: BoardState, first: number): RecentRow[] {
  const rows: RecentRow[] = [];
  for (let row = first; row < posts.length; row++) {
    const notice = notices.get(row);
    const details: RowDetails = {
      sequence: posts.sequences[row] ?? 0,
      epoch: posts.epochs[row] ?? 0,
      time: posts.times[row] ?? 0,
      // Kinds are all that the column holds.
      kind: (posts.kinds[row] ?? PostKind.Gone) as PostKind,
      arrival: posts.arrivals[row] ?? 0,
      user: users.list[posts.users[row] ?? -1] ?? '',
      ...(posts.was[row] !== posts.kinds[row] && { was: posts.was[row] as PostKind }),
      ...((posts.items[row] ?? -1) >= 0 && { item: records.list[posts.items[row] ?? -1]?.id ?? '' }),
      ...(notice !== undefined && { noted: notice.itemId ?? null, editor: notice.userid }),
    };
    rows.push({ number: posts.numbers[row] ?? 0, details: JSON.stringify(details) });
  }
  return rows;
}

/** Puts rows back as they were. The reasons of what editors did come with the edit log. */
export function recall(state: BoardState, rows: readonly RecentRow[]): void {
  const { posts, records, users, notices } = state;
  for (const { number, details } of rows) {
    const { item, noted, editor, user, ...rest } = rowDetails(details);
    const record = item === undefined ? undefined : records.intern(item);
    const row = posts.append({ ...rest, number, item: record?.index ?? -1, user: users.intern(latin1(user)) });
    if (noted === undefined) continue;
    const notice: Notice = { userid: latin1(editor ?? ''), itemId: noted ?? undefined, reason: [] };
    notices.set(row, notice);
  }
  atOnce(records.relink(posts));
}

/** Which rows of a sighting are known, and as which posts: rule 1 of `decision.ts`. */
import { isAfter } from '../../rgtp/sequence.ts';
import { Epochs, generationAt, isBelow, newestOf, type Position } from '../known/epochs.ts';
import type { BoardState } from '../known/state.ts';
import { PostKind } from '../model.ts';
import { isIndexed } from '../row-kinds.ts';
import { isSameEvent } from './edit-log.ts';
import { STRETCH } from './row-order.ts';
import type { SeenRow, Sighting } from './sighting.ts';

/** A sighting, and what is known about how it came about. */
export interface Seen {
  readonly sighting: Sighting;
  /** it is the whole index, so that what it lacks is gone */
  readonly whole: boolean;
  /** the edit log was read, so that an event that it lacks is gone */
  readonly logged: boolean;
  /** items whose edits the edit log no longer reports */
  readonly takenBack: ReadonlySet<string>;
  /** … and those of which it reports an edit for the first time */
  readonly firstTold: ReadonlySet<string>;
  /** the edit log could not be read this time: missing numbers are reserved for what it may say later */
  readonly reserves: boolean;
  /** an editor has, or may have, changed the index since the last poll: rows may differ and still be the same posts */
  readonly indexEdited: boolean;
  /** the last such edit in the log, whenever it was; `undefined`: there is none, or no log */
  readonly lastIndexEdit: number | undefined;
  /** the edit log shows that the board was restored from a backup: rows are not dismissed as late */
  readonly restored: boolean;
  /** rows of the sighting that, according to their items' texts, are not the posts that had their numbers before */
  readonly others?: Pick<ReadonlySet<number>, 'has'>;
  /** a sequence number that the board itself has given */
  readonly expected: number | undefined;
}

/** A sighting, compared with what is known. */
export interface Comparison {
  /** the existing epochs, before a new one begins */
  readonly epochs: Epochs;
  /** the generation of the sighting's first row */
  readonly base: number;
  /** for each of the sighting's items, its index in the state; −1: new */
  readonly items: Int32Array;
  /** known rows, by place in the order; −1 for new ones */
  readonly known: Int32Array;
  /** places whose known row differs, or was gone */
  readonly differing: readonly number[];
  /** rows that are known only if an editor has changed their times: their items' texts will tell */
  readonly retimed: readonly number[];
  /** known rows that are no longer there */
  readonly unseen: readonly number[];
  /** places of unknown rows that would come in below numbers already given */
  readonly belowGiven: readonly number[];
  /** the newest row that has a number */
  readonly top: Position | undefined;
  /** Is this place after the last unchanged row? The numbering can't have begun again before that. */
  readonly isAfterAgreed: (place: number) => boolean;
}

/** Yields now and then, since a large index takes long. */
export function* compare(state: BoardState, seen: Seen): Generator<undefined, Comparison> {
  const { sighting } = seen;
  const { posts, records } = state;
  const { order } = sighting;
  const epochs = state.isNew ? Epochs.first(isFromZero(sighting)) : state.epochs;
  const items = new Int32Array(sighting.itemIds.length);
  for (const [at, id] of sighting.itemIds.entries()) {
    items[at] = records.byId(id)?.index ?? -1;
    if (at % STRETCH === 0) yield;
  }
  const itemOf = (row: number) => itemIn(items, sighting.items[row] ?? -1);
  const users = sighting.userids.map((userid) => state.users.indexOf(userid));
  const generation = generationOf(seen, state, itemOf);
  const base = generation - sighting.wraps;
  const at = (place: number) => sighting.at(place, base);
  const given = state.highest;

  const known = new Int32Array(order.length).fill(-1);
  // The whole index has nearly all rows, a poll without news only one.
  const here = seen.whole ? new Flags(posts.length) : new Set<number>();
  const differing: number[] = [];
  const retimed: number[] = [];
  const top = newestOf(state);
  const belowGiven: number[] = [];
  /** places of rows that an editor may have changed: unchanged rows are considered first */
  const changed: number[] = [];
  /** the last unchanged row, in the order of the index, and its place */
  let agreed = -1;
  let agreedPlace = -1;
  let next = 0;
  // 0 is not an article number: if nothing has a number yet, a row that would get 0 is late for ever.
  for (let place = 0; given > 0 && place < order.length; place++) {
    if (place % STRETCH === 0) yield;
    const one = at(place);
    const row = find(one, isAsItWas);
    if (row < 0) {
      changed.push(place);
      continue;
    }
    next = row + 1;
    take(place, row, one);
    if (one.event === undefined && posts.kinds[row] === one.kind && one.row > agreed)
      [agreed, agreedPlace] = [one.row, place];
  }
  for (const [step, place] of changed.entries()) {
    if (step % STRETCH === 0) yield;
    const one = at(place);
    const row = seen.indexEdited && !seen.others?.has(one.row) ? find(one, isSame) : -1;
    if (row >= 0) {
      if (one.item >= 0) retimed.push(one.row);
      take(place, row, one);
    } else if (isBelow(one, epochs.numberOf(one), given, top)) belowGiven.push(place);
  }
  belowGiven.sort((a, b) => a - b);

  function take(place: number, row: number, one: SeenRow): void {
    known[place] = row;
    here.add(row);
    const isChanged = posts.times[row] !== one.time || posts.users[row] !== users[one.user];
    if (posts.kinds[row] === PostKind.Gone || (one.event === undefined && isChanged)) differing.push(place);
  }

  function find(one: SeenRow, isIt: (row: number, one: SeenRow) => boolean): number {
    const number = epochs.numberOf(one) ?? 0;
    const row = posts.numbers[next] === number && next < posts.length ? next : posts.rowOf(number);
    if (row >= 0 && !here.has(row) && posts.sequences[row] === one.sequence && isIt(row, one)) return row;
    // Rows numbered before the numbering began again may still be there, and it can't always be told in which
    // generation.
    for (const epoch of epochs.all.length > 1 ? epochs.all.toReversed() : []) {
      const earlier = posts.rowOf(epoch.base + one.sequence);
      if (earlier < 0 || here.has(earlier) || posts.epochs[earlier] !== epoch.number) continue;
      const isThere = posts.kinds[earlier] === one.kind || one.event !== undefined;
      // A row that is gone may come back as it was, but not with another time or author.
      if ((isThere || isIt === isAsItWas) && isIt(earlier, one)) return earlier;
    }
    return -1;
  }

  function isAsItWas(row: number, one: SeenRow): boolean {
    return isSame(row, one) && (one.event !== undefined || posts.times[row] === one.time);
  }

  /** An edit of the index may have changed a post's time and author, but not what it is. */
  function isSame(row: number, one: SeenRow): boolean {
    if (one.event !== undefined) return isSameEvent(state, row, one.event.entry);
    // The board has just given this number to a different post.
    if (one.sequence === seen.expected && posts.times[row] !== one.time) return false;
    const was = posts.was[row];
    return posts.items[row] === itemOf(one.row) && (was === one.kind || was === PostKind.Gone);
  }

  const isAfterAgreed = (place: number) => {
    const row = order[place] ?? 0;
    return row >= 0 ? row > agreed : place > agreedPlace;
  };
  const unseen: number[] = [];
  for (let row = 0; seen.whole && row < posts.length; row++) {
    if (row % STRETCH === 0) yield;
    const kind = posts.kinds[row];
    if (!here.has(row) && (seen.logged ? kind !== PostKind.Gone : isIndexed(kind))) unseen.push(row);
  }
  const result = { epochs, base, items, known, differing, retimed, unseen };
  return { ...result, belowGiven, top, isAfterAgreed };
}

/** Is the first number 0? (What the edit log reports from before a wrap that was never seen gets no number.) */
function isFromZero(sighting: Sighting): boolean {
  const first = sighting.order.findIndex((_, place) => sighting.at(place, 0).generation >= 0);
  return sighting.wraps === 0 && first >= 0 && sighting.at(first, 0).sequence === 0;
}

/**
 * The generation of a sighting's last row. A wrap in it may be a known one (the rows before it are still in the index)
 * or a new one, and a restored index may be from before one: the newest known row decides.
 */
export function generationOf(
  {
    sighting,
    whole,
    logged,
    reserves,
    restored,
  }: Pick<Seen, 'sighting' | 'whole' | 'logged' | 'reserves' | 'restored'>,
  { posts, epochs }: BoardState,
  itemOf: (row: number) => number,
): number {
  const { order, wraps, sequences, times, wrapped, events } = sighting;
  const newest = sighting.newest ?? events.at(-1)?.entry.sequence;
  const of = (known: number) => generationAt(known, { posts, epochs });
  const top = posts.length - 1;
  // Rows from before the first wrap are the board's own if it was restored, as far as can be told; otherwise an editor put them there.
  const least = restored || !(logged || reserves) ? 0 : -1;
  const nearest =
    newest === undefined || top < 0
      ? undefined
      : Math.max(least, generationNear(posts.sequences[top] ?? 0, of(top), newest));
  const showsWrap = wraps > 0 || (wrapped[order.find((row) => row >= 0) ?? 0] ?? 0) < 0;
  if (!showsWrap && epochs.generation === 0 && !nearest) return 0;
  const last = posts.lastIndexed();
  if (!whole && last >= 0) return of(last) + wraps;
  const rows = new Map<number, number>();
  for (const row of order) if (row >= 0) rows.set(sequences[row] ?? 0, row);
  for (let known = last; known >= 0; known--) {
    const row = rows.get(posts.sequences[known] ?? 0);
    if (row === undefined || !isIndexed(posts.kinds[known])) continue;
    if (times[row] !== posts.times[known] || itemOf(row) !== posts.items[known]) continue;
    return of(known) + wraps - (wrapped[row] ?? 0);
  }
  return nearest ?? Math.max(epochs.generation, wraps);
}

/** The generation of a sequence number, taken to be as near as possible to a known one. */
function generationNear(known: number, generation: number, sequence: number): number {
  if (sequence < known) return isAfter(sequence, known) ? generation + 1 : generation;
  return isAfter(known, sequence) ? generation - 1 : generation;
}

/** −1 for none, as in the state; −2: unknown to the state. */
function itemIn(items: Int32Array, item: number): number {
  const known = item < 0 ? -1 : (items[item] ?? -1);
  return item >= 0 && known < 0 ? -2 : known;
}

/** Is the last known row unchanged in the index, and is everything else after it, or known? */
export function goesOn(state: BoardState, sighting: Sighting, last: number): boolean {
  const { posts } = state;
  const { order, sequences, wrapped, times, kinds, items, itemIds } = sighting;
  const newest = posts.sequences[posts.length - 1] ?? 0;
  let isThere = false;
  for (const row of order) {
    const sequence = sequences[row] ?? 0;
    // Between the last row in the index and the last of all (a withdrawal, say), a row would come in too late.
    if (isAfter(sequence, newest)) continue;
    const known = sequence === posts.sequences[last] ? last : state.rowOfSequence(sequence);
    const item = state.records.list[posts.items[known] ?? -1]?.id;
    const isSame =
      known >= 0 &&
      times[row] === posts.times[known] &&
      kinds[row] === posts.kinds[known] &&
      itemIds[items[row] ?? -1] === item;
    if (!isSame) return false;
    // After a wrap, the rows before it are not those that followed the last known one.
    isThere ||= known === last && wrapped[row] === 0;
  }
  return isThere;
}

/** A set of rows, with one octet for each where a `Set` would take fifty. */
class Flags {
  readonly #set: Uint8Array;

  constructor(length: number) {
    this.#set = new Uint8Array(length);
  }

  add(at: number): void {
    this.#set[at] = 1;
  }

  has(at: number): boolean {
    return this.#set[at] === 1;
  }
}

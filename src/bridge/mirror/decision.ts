/**
 * What becomes of the rows of an index. Editors may put anything there, boards are restored from backups, caches are lost:
 * these rules are the same in all of it, so that mirrors decide alike.
 *
 * 1. **Identity.** A post is its sequence number, kind, item, and time, even while it is gone. Where an editor changed the index, its time may be
 *    another: then the time in its item's text decides (`evidence.ts`).
 * 2. **A board gives a number once, and an item begins once.** Of several rows the known one counts, else what the edit log
 *    tells (no editor writes it), else the one that the board appended.
 * 3. **A number is never given to another post**, and nothing is shown below what was given: a new row comes above the
 *    newest one, in article numbers and in the board's own order.
 * 4. **The numbering began again**, and an epoch with it, only for rows after the last one that is as it was, and only on
 *    evidence: the edit log was taken back; the board itself gave the number; an item's text shows another post
 *    under a known number; no editor changed the index since; or several such rows, one of them under a number that another has.
 * 5. **Rows far above the others** wait for evidence, too (`row-order.ts`, `evidence.ts`): another reading, something
 *    posted above them, no change of the index in between, and more on the board than the rows themselves.
 * 6. **What the index shows is there**, whatever was withdrawn before; and an item continues another as far as the index
 *    shows both of their rows now. Of all else their texts decide, asked again when these rows come or go.
 */
import type { EditLogEntry } from '../../rgtp/edit-log.ts';
import { isAfter } from '../../rgtp/sequence.ts';
import type { Octets } from '../../wire/octets.ts';
import { type ItemRecord, type Notice, PostKind } from '../model.ts';
import { isFirst, isIndexed } from '../row-kinds.ts';
import { type Epochs, firstEpochs, generationOf, isBelow, MAX_NUMBER, type Numbered, newestOf } from './numbering.ts';
import { STRETCH } from './row-order.ts';
import type { SeenRow, Sighting } from './sighting.ts';

/** What is known of a board, to be compared with what is seen of it. */
export interface Known extends Numbered {
  readonly records: { readonly list: readonly ItemRecord[]; byId(id: string): ItemRecord | undefined };
  readonly users: { indexOf(userid: Octets): number };
  readonly notices: ReadonlyMap<number, Notice>;
  /** the highest number that may have been shown */
  readonly highest: number;
  /** the highest number that any newsgroup's mark was raised to, shown or not */
  readonly marked: number;
  /** no number was ever given */
  readonly isNew: boolean;
  rowOfSequence(sequence: number): number;
}

/** A sighting, and what is known of how it came about. */
export interface Seen {
  readonly sighting: Sighting;
  /** it is the whole index: what it lacks is gone */
  readonly whole: boolean;
  /** the edit log was read: an event that it lacks is gone */
  readonly logged: boolean;
  /** the edit log could not be read this time: numbers that are missing are kept for what it tells later */
  readonly reserves: boolean;
  /** an editor changed the index since we last looked (or may have): rows may differ and yet be the same posts */
  readonly indexEdited: boolean;
  /** the last of these edits that the log has, whenever it was; `undefined`: there is none, or no log */
  readonly lastIndexEdit: number | undefined;
  /** the edit log shows that the board was restored from a backup: nothing is excused as late */
  readonly restored: boolean;
  /** rows of the sighting of which their items' texts say that they are not what had their numbers before */
  readonly others?: ReadonlySet<number>;
  /** a sequence number that the board itself gave */
  readonly expected: number | undefined;
}

/** What becomes of each row of a sighting, and of the rows that it lacks. Nothing has been touched yet. */
export interface Decision {
  /** those there are, and those that begin */
  readonly epochs: Epochs;
  /** generation of the sighting's first row */
  readonly base: number;
  /** of the sighting's items, in the state; −1: new */
  readonly items: Int32Array;
  /** known rows, by their place in the order; −1 for the others */
  readonly known: Int32Array;
  /** article numbers of new rows, by their place in the order; 0 for the others */
  readonly numbers: Float64Array;
  /** places where the known row differs, or was gone */
  readonly differing: readonly number[];
  /** rows that are known, if an editor changed their times: their items' texts tell whether it is so */
  readonly doubtful: readonly number[];
  /** known rows that are no longer there */
  readonly unseen: readonly number[];
  /** sequence numbers of rows that get no number: below those given, or above the last there is */
  readonly late: readonly number[];
  readonly exhausted: readonly number[];
  /** sequence numbers of rows whose number another row has, or that would begin an item which has begun */
  readonly second: readonly number[];
}

/** Compares a sighting with what is known. Yields now and then: a large index takes long. */
export function* decide(state: Known, seen: Seen): Generator<undefined, Decision> {
  const { sighting } = seen;
  const { posts, records } = state;
  const { order } = sighting;
  const before = state.isNew ? firstEpochs(sighting) : state.epochs;
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
  const here = new Uint8Array(posts.length);
  const differing: number[] = [];
  const doubtful: number[] = [];
  const top = newestOf(state);
  /** places of rows that are not known and would come in below what was given */
  const odd: number[] = [];
  /** places of rows that an editor may have changed: what is there as it was comes first */
  const changed: number[] = [];
  /** The last row, as the index has them, that is as it was, and its place: before it, the numbering did not begin again. */
  let agreed = -1;
  let agreedPlace = -1;
  let next = 0;
  // Number 0 is none: where nothing has a number yet, what would have it is late for ever.
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
      if (one.item >= 0) doubtful.push(one.row);
      take(place, row, one);
    } else if (isBelow(one, before.numberOf(one), given, top)) odd.push(place);
  }
  odd.sort((a, b) => a - b);

  function take(place: number, row: number, one: SeenRow): void {
    known[place] = row;
    here[row] = 1;
    const isChanged = posts.times[row] !== one.time || posts.users[row] !== users[one.user];
    if (posts.kinds[row] === PostKind.Gone || (one.event === undefined && isChanged)) differing.push(place);
  }

  function find(one: SeenRow, isIt: (row: number, one: SeenRow) => boolean): number {
    const number = before.numberOf(one) ?? 0;
    const row = posts.numbers[next] === number && next < posts.length ? next : posts.rowOf(number);
    if (row >= 0 && here[row] === 0 && posts.sequences[row] === one.sequence && isIt(row, one)) return row;
    // What was numbered before the numbering began again may still be there; and in which generation, nobody can always tell.
    for (const epoch of before.all.length > 1 ? before.all.toReversed() : []) {
      const earlier = posts.rowOf(epoch.base + one.sequence);
      if (earlier < 0 || here[earlier] === 1 || posts.epochs[earlier] !== epoch.number) continue;
      if ((posts.kinds[earlier] === one.kind || one.event !== undefined) && isIt(earlier, one)) return earlier;
    }
    return -1;
  }

  function isAsItWas(row: number, one: SeenRow): boolean {
    return isSame(row, one) && (one.event !== undefined || posts.times[row] === one.time);
  }

  /** An index edit may have changed when a post was made and by whom, never what it is. */
  function isSame(row: number, one: SeenRow): boolean {
    if (one.event !== undefined) return isSameEvent(state, row, one.event.entry);
    // The board has just given this number to another post.
    if (one.sequence === seen.expected && posts.times[row] !== one.time) return false;
    const was = posts.was[row];
    return posts.items[row] === itemOf(one.row) && (was === one.kind || was === PostKind.Gone);
  }

  const isAfterAgreed = (place: number) => {
    const row = order[place] ?? 0;
    return row >= 0 ? row > agreed : place > agreedPlace;
  };
  const suspects = odd.filter(isAfterAgreed).map(at);
  const restarts = hasRestarted(seen, suspects, (one) => posts.rowOf(before.numberOf(one) ?? 0) >= 0);
  const epochs = before.copy();
  const numbers = new Float64Array(order.length);
  const late: number[] = [];
  const exhausted: number[] = [];
  const second: number[] = [];
  /** items of the sighting that have their first post */
  const begun = new Uint8Array(sighting.itemIds.length);
  for (let place = 0; place < order.length; place++) {
    if (place % STRETCH === 0) yield;
    if (known[place] !== -1 && isFirst(sighting.kindAt(place))) begun[at(place).item] = 1;
  }
  const hasBegun = (item: number) => {
    const first = begun[item] === 1 ? -1 : (records.byId(sighting.itemIds[item] ?? '')?.first ?? -1);
    return begun[item] === 1 || (first >= 0 && !seen.whole && posts.kinds[first] !== PostKind.Gone);
  };
  const isKnown = (place: number) => known[place] !== -1;
  /** No editor has changed the index since the board gave this number: its row is the last that has it. */
  const isAppended = (sequence: number) => seen.lastIndexEdit === undefined || isAfter(sequence, seen.lastIndexEdit);
  /** the places that have the number of the last one looked at */
  let same = { chosen: -1, end: 0 };
  let highest = given;
  let newest = top;
  for (let place = 0; place < order.length; place++) {
    if (place % STRETCH === 0) yield;
    if (known[place] !== -1) continue;
    const one = at(place);
    const { sequence } = one;
    const isExpected = sequence === seen.expected;
    const isLast = (restarts && isExpected) || isAppended(sequence);
    if (place >= same.end) same = yield* sighting.chosenOf(place, isKnown, isLast);
    // The board has just given the number: the last row that has it is the one, even where it is known for another.
    const isOwn = isExpected && place === same.end - 1 && (place === same.chosen || isKnown(same.chosen));
    // From before a wrap that nobody saw.
    if (one.generation < 0 && !isOwn && epochs.numberOf(one) === undefined) continue;
    if (!(place === same.chosen || isOwn) || (isFirst(one.kind) && hasBegun(one.item))) {
      if (one.event === undefined) second.push(sequence);
      continue;
    }
    let number = epochs.numberOf(one);
    const comesBelow = isBelow(one, number, highest, newest);
    if (comesBelow && !(restarts && isAfterAgreed(place))) {
      if (one.event === undefined) late.push(sequence);
      continue;
    }
    if (number === undefined || number > MAX_NUMBER || comesBelow) {
      // A new generation counts from 0: two bridges that see different first posts of it still agree.
      const above = Math.max(highest, state.marked);
      const first = number === undefined && !comesBelow && above + 1 + sequence <= MAX_NUMBER ? 0 : sequence;
      number = above + 1 + sequence - first;
      if (number > MAX_NUMBER) {
        exhausted.push(sequence);
        continue;
      }
      epochs.begin(one.generation, first, above);
    }
    numbers[place] = number;
    highest = number;
    newest = one;
    if (isFirst(one.kind)) begun[one.item] = 1;
  }

  const unseen: number[] = [];
  for (let row = 0; seen.whole && row < posts.length; row++) {
    if (row % STRETCH === 0) yield;
    const kind = posts.kinds[row];
    if (here[row] === 0 && (seen.logged ? kind !== PostKind.Gone : isIndexed(kind))) unseen.push(row);
  }
  return { epochs, base, items, known, numbers, differing, doubtful, unseen, late, exhausted, second };
}

/**
 * Takes the rows below all that a state knows for those that had these numbers before the cache was lost. What it knows
 * are the newest rows, as they were kept for good: see `persistence.ts`.
 *
 * @param above the highest number that was taken in already
 */
export function* decideOlder(recent: Known, seen: Seen, above: number): Generator<undefined, Decision> {
  const { sighting } = seen;
  const items = new Int32Array(sighting.itemIds.length).fill(-1);
  const itemOf = (row: number) => recent.records.byId(sighting.itemIds[sighting.items[row] ?? -1] ?? '')?.index ?? -1;
  const base = generationOf(seen, recent, itemOf) - sighting.wraps;
  const { length } = sighting.order;
  const numbers = new Float64Array(length);
  const end = recent.posts.numbers[0] ?? 0;
  let highest = above;
  for (let place = 0; place < length; place++) {
    if (place % STRETCH === 0) yield;
    const number = recent.epochs.numberOf(sighting.at(place, base)) ?? 0;
    if (number <= highest || number >= end) continue;
    numbers[place] = number;
    highest = number;
  }
  const none = { differing: [], doubtful: [], unseen: [], late: [], exhausted: [], second: [] };
  return { epochs: recent.epochs, base, items, known: new Int32Array(length).fill(-1), numbers, ...none };
}

/** −1 for none, as in the state; −2: one that the state does not know. */
function itemIn(items: Int32Array, item: number): number {
  const known = item < 0 ? -1 : (items[item] ?? -1);
  return item >= 0 && known < 0 ? -2 : known;
}

/**
 * Do rows that would come in below those given mean that the board's numbering began again (it was restored from a
 * backup, or lost its counter)? Not where an editor may have put them there, unless several of them say so or the board
 * itself gave the number.
 */
function hasRestarted(
  { restored, lastIndexEdit, logged, expected, others }: Seen,
  suspects: readonly SeenRow[],
  isAnother: (one: SeenRow) => boolean,
): boolean {
  if (restored) return suspects.length > 0;
  const rows = suspects.filter(({ event }) => event === undefined);
  if (rows.length === 0) return false;
  if (rows.some(({ sequence, row }) => sequence === expected || others?.has(row))) return true;
  const isEditors = ({ sequence }: SeenRow) => lastIndexEdit !== undefined && isAfter(lastIndexEdit, sequence);
  if (logged && !rows.every(isEditors)) return true;
  return rows.length > 1 && (!logged || rows.some(isAnother));
}

/** Is the last known row in the index as it was, and is everything else there after it, or known? */
export function goesOn(state: Known, sighting: Sighting, last: number): boolean {
  const { posts } = state;
  const { order, sequences, wrapped, times, kinds, items, itemIds } = sighting;
  const newest = posts.sequences[posts.length - 1] ?? 0;
  let isThere = false;
  for (const row of order) {
    const sequence = sequences[row] ?? 0;
    // Between the last one in the index and the last one of all (a withdrawal, say), a row would come in too late.
    if (isAfter(sequence, newest)) continue;
    const known = sequence === posts.sequences[last] ? last : state.rowOfSequence(sequence);
    const item = state.records.list[posts.items[known] ?? -1]?.id;
    const isSame =
      known >= 0 &&
      times[row] === posts.times[known] &&
      kinds[row] === posts.kinds[known] &&
      itemIds[items[row] ?? -1] === item;
    if (!isSame) return false;
    // Behind a wrap, the rows before it are not what came after the last known one.
    isThere ||= known === last && wrapped[row] === 0;
  }
  return isThere;
}

/** Does the log tell of something at a number that we know for something else? */
export function* contradicts(state: Known, log: readonly EditLogEntry[]): Generator<undefined, boolean> {
  for (const [at, event] of log.entries()) {
    if (at % STRETCH === 0) yield;
    if (event.kind === 'edited') continue;
    const known = state.rowOfSequence(event.sequence);
    if (known >= 0 && !isSameEvent(state, known, event)) return true;
  }
  return false;
}

/** Does the log lack something that it told of before? */
export function* isForgetful(state: Known, log: readonly EditLogEntry[]): Generator<undefined, boolean> {
  const { kinds, sequences, length } = state.posts;
  const logged = new Set(log.map(({ sequence }) => sequence));
  for (let row = 0; row < length; row++) {
    if (row % STRETCH === 0) yield;
    const kind = kinds[row];
    const isEvent = kind === PostKind.Withdrawal || kind === PostKind.IndexEdit;
    if (isEvent && !logged.has(sequences[row] ?? 0)) return true;
  }
  return false;
}

function isSameEvent(state: Known, known: number, { kind, itemId, userid }: EditLogEntry): boolean {
  const was = state.posts.was[known];
  const notice = state.notices.get(known);
  // Gone, and nothing is known of it: its number was kept for whatever the log would tell.
  if (was === PostKind.Gone && notice === undefined) return state.posts.items[known] === -1;
  if (was !== PostKind.Gone && was !== (kind === 'index' ? PostKind.IndexEdit : PostKind.Withdrawal)) return false;
  return notice === undefined || (notice.itemId === itemId && notice.userid === userid);
}

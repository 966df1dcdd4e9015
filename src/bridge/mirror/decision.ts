/**
 * What becomes of the rows of an index. An editor may write anything there, a board may be restored from a backup, a
 * cache may be lost. The rules are the same in all cases, so that all mirrors decide alike.
 *
 * 1. **Identity** (`comparison.ts`). A post is its sequence number, kind, item and time, even once it is gone. After an
 *    editor has changed the index its time may differ: then the time in its item's text decides (`evidence.ts`). What
 *    only the edit log reports is its number, kind, item, editor and time.
 * 2. **A board gives a number once, and an item begins once.** Of several rows the known one counts; else what the edit
 *    log says, which no editor writes; else the row that the board appended.
 * 3. **No number is ever given to another post**, and nothing is shown below the numbers given: a new row must come
 *    above the newest one, in article numbers and in the board's own order.
 * 4. **The numbering begins again**, and an epoch with it, only for rows after the last unchanged one, and only on
 *    evidence: the edit log was taken back; the board itself gave the number; an item's text shows another post under a
 *    known number; no editor has changed the index since; or there are several such rows, one of which has another
 *    post's number.
 * 5. **Rows far above the others** need evidence, too (`row-order.ts`): another reading, something posted above them, no
 *    change of the index in between, and more on the board than the rows themselves (`evidence.ts`).
 * 6. **What the index shows exists**, whatever was withdrawn before. An item continues another while the index shows the
 *    rows of both; otherwise their texts decide, and are fetched again when these rows come or go.
 */
import { distance, isAfter } from '../../rgtp/sequence.ts';
import { octets } from '../../wire/octets.ts';
import { type GroupKind, groupKinds, groupKindsOf } from '../group-kinds.ts';
import { type Epochs, isBelow, MAX_NUMBER } from '../known/epochs.ts';
import type { BoardState } from '../known/state.ts';
import { PostKind, type Posts } from '../model.ts';
import type { NewRow } from '../ports.ts';
import { isFirst } from '../row-kinds.ts';
import { type Comparison, compare, type Seen } from './comparison.ts';
import { JUMP, STRETCH } from './row-order.ts';
import type { SeenRow, Sighting } from './sighting.ts';

/** The new rows that posting looks at: our own posts are among the newest. */
const MAX_NEWEST = 1000;

/** What is to become of each row of a sighting, and of the rows that it lacks. Nothing has been changed yet. */
export interface Decision extends Pick<Comparison, 'base' | 'items' | 'known' | 'differing' | 'retimed' | 'unseen'> {
  /** the existing epochs, and those that begin */
  readonly epochs: Epochs;
  /** article numbers of new rows, by place in the order; 0 for the others */
  readonly numbers: Float64Array;
  /** the first of these places; their number if no row is new: a large index is not searched for what is not there */
  readonly first: number;
  /** the places of these in order of their numbers, if that is another order */
  readonly given?: readonly number[];
  /** sequence numbers of rows that get no number: below those given, or above the last possible one */
  readonly late: readonly number[];
  readonly exhausted: readonly number[];
  /** sequence numbers of rows whose number another row has, or that would begin an item already begun */
  readonly second: readonly number[];
}

/** Yields now and then: a large index takes long. */
export function* decide(state: BoardState, seen: Seen): Generator<undefined, Decision> {
  const { sighting } = seen;
  const { posts, records } = state;
  const { order } = sighting;
  const comparison = yield* compare(state, seen);
  const { epochs: before, base, items, known, belowGiven, top, isAfterAgreed } = comparison;
  const at = (place: number) => sighting.at(place, base);
  const given = state.highest;
  const suspects = belowGiven.filter(isAfterAgreed).map(at);
  // All epochs share one line of article numbers: the row there may have another sequence number.
  const isAnother = (one: SeenRow) => posts.sequences[posts.rowOf(before.numberOf(one) ?? 0)] === one.sequence;
  const restarts = hasRestarted(seen, suspects, isAnother);
  const epochs = before.copy();
  const numbers = new Float64Array(order.length);
  let first = order.length;
  const late: number[] = [];
  const exhausted: number[] = [];
  const second: number[] = [];
  /** items of the sighting that have their first post already */
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
  /**
   * Whether no editor has changed the index since the board gave this number, so that its row is the last one with it.
   */
  const isAppended = (sequence: number) => seen.lastIndexEdit === undefined || isAfter(sequence, seen.lastIndexEdit);
  /** the places with the number of the last one examined */
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
    if (place >= same.end) same = yield* chosenOf(sighting, place, isKnown, isLast);
    // The board has just given the number: the last row with it counts, even if the number is known as another post's.
    const isOwn = isExpected && place === same.end - 1 && (place === same.chosen || isKnown(same.chosen));
    // From before a wrap that was never seen.
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
      // A new generation counts from 0, so that two bridges that see different first posts of it still agree.
      const above = Math.max(highest, state.marked);
      const start = number === undefined && !comesBelow && above + 1 + sequence <= MAX_NUMBER ? 0 : sequence;
      number = above + 1 + sequence - start;
      if (number > MAX_NUMBER) {
        exhausted.push(sequence);
        continue;
      }
      epochs.begin(one.generation, start, above);
    }
    numbers[place] = number;
    first = Math.min(first, place);
    highest = number;
    newest = one;
    if (isFirst(one.kind)) begun[one.item] = 1;
  }

  const { differing, retimed, unseen } = comparison;
  return { epochs, base, items, known, numbers, first, differing, retimed, unseen, late, exhausted, second };
}

/**
 * Of all places with this one's number, up to `end`, the one that counts. To be called once for all of them, since
 * there may be millions.
 *
 * @param isAppended if none is known or reported by the edit log, the last of them counts, not the first
 */
function* chosenOf(
  sighting: Sighting,
  place: number,
  isKnown: (place: number) => boolean,
  isAppended: boolean,
): Generator<undefined, { readonly chosen: number; readonly end: number }> {
  const { order } = sighting;
  let first = place;
  while (first > 0 && sighting.isSameNumber(first - 1, place)) if (--first % STRETCH === 0) yield;
  let known = -1;
  let event = -1;
  let end = first;
  for (; end < order.length && sighting.isSameNumber(end, place); end++) {
    if (end % STRETCH === 0) yield;
    if (known < 0 && isKnown(end)) known = end;
    if ((order[end] ?? 0) < 0) event = end;
  }
  const appended = isAppended ? end - 1 : first;
  return { chosen: known >= 0 ? known : event >= 0 ? event : appended, end };
}

/**
 * Do rows that would come in below those given mean that the board's numbering has begun again (it was restored from a
 * backup, or lost its counter)? Not if an editor may have put them there, unless several of them suggest it or the
 * board itself gave the number.
 */
function hasRestarted(
  { restored, lastIndexEdit, indexEdited, logged, reserves, expected, others }: Seen,
  suspects: readonly SeenRow[],
  isAnother: (one: SeenRow) => boolean,
): boolean {
  if (restored) return suspects.length > 0;
  const rows = suspects.filter(({ event }) => event === undefined);
  if (rows.length === 0) return false;
  if (rows.some(({ sequence, row }) => sequence === expected || others?.has(row))) return true;
  // Half-way round 2³², nobody can tell what comes after what.
  const isEditors = ({ sequence }: SeenRow) =>
    lastIndexEdit !== undefined &&
    (isAfter(lastIndexEdit, sequence) || (indexEdited && Math.abs(distance(lastIndexEdit, sequence)) > JUMP));
  if (logged && !rows.every(isEditors)) return true;
  // An edit log that can't be read this time will tell.
  return rows.length > 1 && (!(logged || reserves) || rows.some(isAnother));
}

/** The rows of a sighting that are new, newest first. */
export function* newRows({ sighting }: Seen, { numbers, first, epochs, base }: Decision): Generator<NewRow> {
  for (let place = numbers.length - 1; place >= first; place--) {
    const number = numbers[place] ?? 0;
    if (number === 0) continue;
    const row = sighting.at(place, base);
    const { event, user, sequence } = row;
    const epoch = epochs.of(row, number);
    yield { userid: event?.entry.userid ?? sighting.userids[user] ?? octets``, epoch, sequence };
  }
}

export function newestRows(seen: Seen, decision: Decision): NewRow[] {
  const rows: NewRow[] = [];
  for (const row of newRows(seen, decision)) if (rows.push(row) >= MAX_NEWEST) break;
  return rows;
}

/**
 * The highest number in each newsgroup among the rows that are new or restored. May have to go through all of a large
 * index.
 */
export function* highs(
  posts: Posts,
  { sighting }: Seen,
  { numbers, first, known, differing }: Decision,
): Generator<undefined, ReadonlyMap<GroupKind, number>> {
  const found = new Map<GroupKind, number>();
  const raise = (place: number, number: number) => {
    for (const group of groupKindsOf[sighting.kindAt(place)]) {
      found.set(group, Math.max(number, found.get(group) ?? 0));
    }
  };
  // From above: the first found in each newsgroup is the highest.
  for (let at = numbers.length - 1; at >= first && found.size < groupKinds.length; at--) {
    if (at % STRETCH === 0) yield;
    const number = numbers[at] ?? 0;
    if (number > 0) raise(at, number);
  }
  for (const [at, place] of differing.entries()) {
    if (at % STRETCH === 0) yield;
    raise(place, posts.numbers[known[place] ?? -1] ?? 0);
  }
  return found;
}

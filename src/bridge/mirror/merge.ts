import type { EditLogEntry } from '../../rgtp/edit-log.ts';
import { PostKind } from '../model.ts';
import { isIndexed, type PostColumns } from './columns.ts';
import { editTime } from './edit-time.ts';
import { type Epochs, MAX_NUMBER } from './epochs.ts';
import { type IndexRow, type IndexSnapshot, isAfter } from './snapshot.ts';

/** A row as it will be numbered: from the index, or (`event`) from the edit log. */
export interface MergedRow extends IndexRow {
  readonly generation: number;
  readonly event: EditLogEntry | undefined;
}

/** What the board was seen to hold. */
export interface Sighting {
  readonly snapshot: IndexSnapshot;
  /** the snapshot is the whole index: what it lacks is gone */
  readonly whole: boolean;
  /** rows of the snapshot before this one are known, and as they were */
  readonly from: number;
  /**
   * Entries of the edit log that may be published: everything the board did before them has been seen.
   * `undefined` where the log could not be had: nothing follows from what it lacks.
   */
  readonly events: readonly EditLogEntry[] | undefined;
  /** an editor changed the index since we last looked: rows may differ and yet be the same posts */
  readonly indexEdited: boolean;
  /** The edit log shows that the board was restored from a backup: nothing is excused as late. */
  readonly restored: boolean;
  /** unix seconds: about when events happened, where there is no row around them */
  readonly now: number;
  readonly userOf: (event: EditLogEntry) => number;
}

/** Rows and events in the order of their sequence numbers. An event whose number has a row is none (that of an edit). */
export function* merged(sighting: Sighting, generation: number): Iterable<MergedRow> {
  const { snapshot } = sighting;
  const base = generation - snapshot.wraps;
  const events = (sighting.events ?? [])
    .filter((event) => event.kind !== 'edited')
    .map((event) => ({ event, wraps: wrapsOf(event.sequence, snapshot) }))
    .sort((a, b) => a.wraps - b.wraps || a.event.sequence - b.event.sequence);
  let next = 0;
  let time = snapshot.length > 0 ? snapshot.row(Math.max(0, sighting.from - 1)).time : sighting.now;
  const eventRow = ({ event, wraps }: { event: EditLogEntry; wraps: number }, following?: number): MergedRow => ({
    sequence: event.sequence,
    time: editTime(event.when, time, following),
    kind: event.kind === 'index' ? PostKind.IndexEdit : PostKind.Withdrawal,
    item: -1,
    user: sighting.userOf(event),
    wraps,
    generation: base + wraps,
    event,
  });
  let last = -1;
  for (let index = sighting.from; index < snapshot.length; index++) {
    const row = snapshot.row(index);
    for (let event = events[next]; event !== undefined; event = events[++next]) {
      if (event.wraps > row.wraps || (event.wraps === row.wraps && event.event.sequence >= row.sequence)) break;
      if (event.event.sequence !== last) yield eventRow(event, row.time);
      last = event.event.sequence;
    }
    while (events[next]?.wraps === row.wraps && events[next]?.event.sequence === row.sequence) next++;
    time = row.time;
    last = row.sequence;
    yield { ...row, generation: base + row.wraps, event: undefined };
  }
  for (let event = events[next]; event !== undefined; event = events[++next]) {
    if (event.event.sequence !== last) yield eventRow(event);
    last = event.event.sequence;
  }
}

/**
 * The generation of a snapshot's last row. A wrap that is in the snapshot may be one we know (the rows before
 * it are still in the index) or a new one: then the last post we know stands before it.
 */
export function generationOf({ snapshot, whole }: Sighting, posts: PostColumns, epochs: Epochs): number {
  const { generation } = epochs;
  if (snapshot.wraps === 0) return generation;
  if (!whole) return generation + snapshot.wraps;
  const last = posts.lastIndexed();
  if (last < 0) return Math.max(generation, snapshot.wraps);
  for (let index = snapshot.length - 1; index >= 0; index--) {
    const row = snapshot.row(index);
    const same =
      row.sequence === posts.sequences[last] &&
      row.time === posts.times[last] &&
      row.item === posts.items[last] &&
      isIndexed(row.kind);
    if (same) return generation + snapshot.wraps - row.wraps;
  }
  return Math.max(generation, snapshot.wraps);
}

/** What a row is compared with: the known row of the same number. */
export type IsSame = (known: number, row: MergedRow) => boolean;

/**
 * Finds where the board's numbering no longer means what we gave numbers for, and begins epochs there (in
 * `epochs`, which the caller may throw away): a wrap, a number past 2³¹−1, a known number that is another post
 * now, a number that comes in below those given.
 */
export function survey(
  rows: Iterable<MergedRow>,
  posts: PostColumns,
  epochs: Epochs,
  isSame: IsSame,
  sighting: Sighting,
) {
  const given = posts.length === 0 ? 0 : (posts.numbers[posts.length - 1] ?? 0);
  let highest = given;
  let late: MergedRow | undefined;
  for (const row of rows) {
    const number = numberOf(row, epochs);
    const isNew = number !== undefined && number > given;
    const known = number === undefined || isNew ? -1 : posts.rowOf(number);
    // What only the log tells may come late (it could not be read before) without meaning that numbers are used again.
    const mayBeLate = !sighting.restored && (row.event !== undefined || sighting.indexEdited);
    const asBefore = known >= 0 ? (row.event !== undefined && !sighting.whole) || isSame(known, row) : mayBeLate;
    if (number !== undefined && number <= MAX_NUMBER && (isNew || asBefore)) {
      highest = Math.max(highest, number);
      if (!isNew && known < 0) late ??= row;
      continue;
    }
    // A row that seemed to come late, and now this: the board's numbers went back to before that row.
    const wentBack = !isNew && late?.generation === row.generation ? late : row;
    // A new generation counts from 0: two bridges that see different first posts of it still agree.
    const covered = epochs.covering(row.generation, row.sequence) !== undefined;
    const epoch = epochs.begin(row.generation, covered ? wentBack.sequence : 0, highest);
    highest = epoch.base + row.sequence;
  }
}

/** The article number of a row, `undefined` where no epoch covers it yet. */
export function numberOf(row: MergedRow, epochs: Epochs): number | undefined {
  const epoch = epochs.covering(row.generation, row.sequence);
  return epoch === undefined ? undefined : epoch.base + row.sequence;
}

/** Sequence numbers that are missing between the known ones and these rows, or among them. */
export function hasGaps(snapshot: IndexSnapshot, last: number | undefined): boolean {
  let previous = last;
  for (let index = 0; index < snapshot.length; index++) {
    const { sequence } = snapshot.row(index);
    if (previous !== undefined && !isAfter(sequence, previous)) continue;
    if (previous !== undefined && sequence !== (previous + 1) % 2 ** 32) return true;
    previous = sequence;
  }
  return false;
}

/** An event older than a wrap belongs before it: its number is above all that came since. */
function wrapsOf(sequence: number, snapshot: IndexSnapshot): number {
  if (snapshot.wraps === 0) return 0;
  const newest = snapshot.row(snapshot.length - 1).sequence;
  return isAfter(sequence, newest) && sequence > 0x80000000 ? snapshot.wraps - 1 : snapshot.wraps;
}

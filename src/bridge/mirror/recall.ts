/**
 * Restores what was shown before: by this bridge, if its cache was lost, or by another one of the same board. The store
 * has the newest rows; older ones are given the numbers that they had.
 */
import type { EditLogEntry } from '../../rgtp/edit-log.ts';
import { isAfter, later } from '../../rgtp/sequence.ts';
import type { Epoch, RecentRow } from '../../store/permanent-records.ts';
import { latin1, octets } from '../../wire/octets.ts';
import { groupKindsOf } from '../group-kinds.ts';
import type { Epochs } from '../known/epochs.ts';
import type { MessageOfTheDay } from '../known/motd.ts';
import { isCut, recall, rowDetails } from '../known/recent.ts';
import { BoardState } from '../known/state.ts';
import { type Change, PostKind } from '../model.ts';
import type { Gate, NewRow } from '../ports.ts';
import { isIndexed } from '../row-kinds.ts';
import { type ArrivalOf, commit } from './commit.ts';
import { generationOf, type Seen } from './comparison.ts';
import type { Decision } from './decision.ts';
import type { EditLog } from './edit-log.ts';
import type { IndexReader } from './reading.ts';
import { STRETCH } from './row-order.ts';
import type { SeenRow, Sighting } from './sighting.ts';

export interface RecallOptions {
  readonly state: BoardState;
  readonly index: IndexReader;
  readonly editLog: EditLog;
  readonly motd: MessageOfTheDay;
  /** unix ms */
  readonly now: () => number;
  readonly inTurns: <T>(work: Iterator<unknown, T>) => Promise<T>;
  /** writes and tells the changes */
  readonly take: (slices: Iterable<readonly Change[]>) => Generator<undefined, void>;
}

export class Recall {
  readonly #options: RecallOptions;
  /** rows from the permanent store, and a state made of them, until a poll has committed them */
  #recent: { readonly rows: readonly RecentRow[]; readonly state: BoardState } | undefined;

  constructor(options: RecallOptions) {
    this.#options = options;
  }

  /** Sets the rows that were last shown. */
  remember(rows: readonly RecentRow[]): void {
    if (rows.length === 0) return;
    const { epochs, publishing } = this.#options.state;
    const state = new BoardState(epochs.all, publishing);
    recall(state, rows);
    this.#recent = { rows, state };
  }

  /** The article that last had a sequence number, for use before the index has been read. */
  lastShown(epoch: number, sequence: number): { readonly number: number; readonly kind: PostKind } | undefined {
    const state = this.#recent?.state ?? this.#options.state;
    const row = state.rowIn(epoch, sequence);
    // The column holds only kinds.
    const kind = (state.posts.kinds[row] ?? PostKind.Gone) as PostKind;
    return kind === PostKind.Gone ? undefined : { number: state.posts.numbers[row] ?? 0, kind };
  }

  /** Commits what is remembered, if anything. What has happened since follows. */
  async run(gate: Gate | undefined): Promise<void> {
    if (this.#recent === undefined) return;
    const { state, index, editLog, motd, now, inTurns, take } = this.#options;
    const { rows, state: recent } = this.#recent;
    const { publishing } = state;
    const sighting = await index.read(true, recent.lastSequence);
    const log = await editLog.read(state.lastSequence);
    const clock = publishing.now(now());
    // If they are few, they are all there were.
    if (sighting !== undefined && isCut(rows)) {
      await inTurns(sighting.include(upTo(later(sighting.newest, recent.lastSequence), log), clock));
      const seen: Seen = {
        ...{ sighting, whole: true, logged: log !== undefined, reserves: log === undefined && editLog.isOverdue },
        ...{
          takenBack: editLog.takenBack,
          firstTold: editLog.firstTold,
          indexEdited: false,
          lastIndexEdit: undefined,
          restored: false,
        },
        ...{ expected: undefined, others: new Set<number>() },
      };
      const decision = await inTurns(decideOlder(recent, seen, state.highest));
      const arrivalOf: ArrivalOf = (number, time) => publishing.arrivalOf(number, time, clock);
      // It proves nothing about what is known already.
      const taken = { ...seen, whole: state.posts.length === 0 };
      await inTurns(take(commit(state, taken, decision, log ?? [], arrivalOf)));
    }
    const isShown = state.isRead && sighting !== undefined;
    const shown = isShown ? stillThere(rows, sighting) : rows;
    await gate?.beforePublish(passing(shown));
    await gate?.numbered(passing(shown));
    if (shown.some(({ details }) => rowDetails(details).kind === PostKind.Motd)) motd.expect();
    const first = state.posts.length;
    recall(state, shown);
    this.#recent = undefined;
    raiseMarks(state, first);
    if (isShown) nameItems(state, sighting);
    await inTurns(take([[{ kind: 'appended', first }]]));
  }
}

/**
 * Takes the rows below all those in a state for those that had these numbers before the cache was lost. The state has
 * only the newest rows, from the permanent store: see `known/recent.ts`.
 *
 * @param above the highest number committed already
 */
function* decideOlder(recent: BoardState, seen: Seen, above: number): Generator<undefined, Decision> {
  const { sighting } = seen;
  const { order } = sighting;
  const { epochs } = recent;
  const items = new Int32Array(sighting.itemIds.length).fill(-1);
  const itemOf = (row: number) => recent.records.byId(sighting.itemIds[sighting.items[row] ?? -1] ?? '')?.index ?? -1;
  const base = generationOf(seen, recent, itemOf) - sighting.wraps;
  const numbers = new Float64Array(order.length);
  let first = order.length;
  const end = recent.posts.numbers[0] ?? 0;
  const epochOf = yield* epochsOf(epochs, sighting, base);
  let last = above;
  let isAscending = true;
  for (let place = 0; place < order.length; place++) {
    if (place % STRETCH === 0) yield;
    const one = sighting.at(place, base);
    const number = (epochOf(one)?.base ?? Number.NEGATIVE_INFINITY) + one.sequence;
    if (number <= above || number >= end || number === last) continue;
    numbers[place] = number;
    first = Math.min(first, place);
    isAscending &&= number > last;
    last = number;
  }
  const given = isAscending ? {} : { given: yield* ascending(numbers) };
  const none = { differing: [], retimed: [], unseen: [], late: [], exhausted: [], second: [] };
  return { epochs, base, items, known: new Int32Array(order.length).fill(-1), numbers, first, ...given, ...none };
}

/**
 * The epochs in which rows had their numbers. An epoch may cover numbers that were given before it began (to rows that
 * an editor made up): in the index, these rows come before the one that began it.
 */
function* epochsOf(
  epochs: Epochs,
  { length, sequences, wrapped }: Sighting,
  base: number,
): Generator<undefined, (one: SeenRow) => Epoch | undefined> {
  /** by epoch: the row that began it, if it is there */
  const began = new Map<number, number>();
  for (let row = 0; epochs.all.length > 1 && row < length; row++) {
    if (row % STRETCH === 0) yield;
    for (const { number, generation, first } of epochs.all) {
      const isFirst = first === sequences[row] && generation === base + (wrapped[row] ?? 0);
      if (isFirst && !began.has(number)) began.set(number, row);
    }
  }
  return (one) => {
    let epoch = epochs.covering(one.generation, one.sequence);
    while (epoch !== undefined && one.event === undefined && one.row < (began.get(epoch.number) ?? -1)) {
      const earlier = epochs.before(epoch, one);
      if (earlier === undefined) break;
      epoch = earlier;
    }
    return epoch;
  };
}

/** The places of numbers other than 0, in order of the numbers. */
function* ascending(numbers: Float64Array): Generator<undefined, readonly number[]> {
  const places: number[] = [];
  for (const [place, number] of numbers.entries()) {
    if (place % STRETCH === 0) yield;
    if (number > 0) places.push(place);
  }
  return places.sort((a, b) => (numbers[a] ?? 0) - (numbers[b] ?? 0));
}

function upTo(newest: number | undefined, log: readonly EditLogEntry[] = []): readonly EditLogEntry[] {
  return newest === undefined ? [] : log.filter(({ sequence }) => !isAfter(sequence, newest));
}

/** Rows in the form for the gate. */
function passing(rows: readonly RecentRow[]): NewRow[] {
  return rows
    .map(({ details }) => rowDetails(details))
    .filter(({ kind }) => kind !== PostKind.Gone)
    .map(({ user, epoch, sequence }) => ({ userid: latin1(user), epoch, sequence }));
}

/** Of rows shown before, those that are to be shown now: those that the index still has. */
function stillThere(rows: readonly RecentRow[], sighting: Sighting): RecentRow[] {
  const { order, sequences, items, itemIds, kinds, times } = sighting;
  const nameOf = (sequence: number, kind: number, item: string | undefined, time: number) =>
    JSON.stringify([sequence, kind, item ?? '', time]);
  const there = new Set<string>();
  for (const row of order) {
    if (row < 0) continue;
    there.add(nameOf(sequences[row] ?? 0, kinds[row] ?? 0, itemIds[items[row] ?? -1], times[row] ?? 0));
  }
  return rows.map((row) => {
    const details = rowDetails(row.details);
    const { sequence, kind, item, time } = details;
    if (!isIndexed(kind) || there.has(nameOf(sequence, kind, item, time))) return row;
    return { ...row, details: JSON.stringify({ ...details, kind: PostKind.Gone, was: kind }) };
  });
}

/** Gives items without a subject the one that they have in an index. */
function nameItems({ records }: BoardState, sighting: Sighting): void {
  for (const [at, id] of sighting.itemIds.entries()) {
    const record = records.byId(id);
    if (record?.subject === '') records.setSubject(record, sighting.subjects[at] ?? octets``);
  }
}

/** Raises the marks to everything that was shown before, whatever has become of it since. */
function raiseMarks({ posts, publishing }: BoardState, first: number): void {
  for (let row = first; row < posts.length; row++) {
    for (const group of groupKindsOf[posts.was[row] as PostKind]) publishing.raise(group, posts.numbers[row] ?? 0);
  }
}

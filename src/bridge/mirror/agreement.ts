/**
 * What several bridges of one board agree on: which rows are shown, under which numbers, in which epochs. The store that they
 * share has the newest rows that any of them has shown. A bridge shows further ones only by adding them there, after the last;
 * where another was first, it shows what that one has, whatever it would have decided itself.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { StoreError } from '../../store/errors.ts';
import type { Epoch, Mark, RecentRow } from '../../store/permanent-records.ts';
import type { Shared, Shown } from '../../store/shared.ts';
import { latin1, octets } from '../../wire/octets.ts';
import { firstRecent, isCut, isReserved, MAX_RECENT, type RowDetails, rowDetails } from '../known/recent.ts';
import type { BoardState } from '../known/state.ts';
import { PostKind } from '../model.ts';
import { OneAtATime } from '../one-at-a-time.ts';
import { type Place, placesOf } from '../places.ts';
import type { NewRow } from '../ports.ts';
import { isIndexed } from '../row-kinds.ts';
import type { Seen } from './comparison.ts';
import type { Decision } from './decision.ts';
import type { Sighting } from './sighting.ts';

export class Agreement {
  readonly #shared: Shared;
  readonly #state: BoardState;
  #seen = -1n;

  constructor(shared: Shared, state: BoardState) {
    this.#shared = shared;
    this.#state = state;
  }

  /** The last row that this bridge has shown. */
  get last(): number {
    const { numbers, length } = this.#state.posts;
    return length === 0 ? 0 : (numbers[length - 1] ?? 0);
  }

  /** What others have shown since. `undefined`: without the store nobody can tell; but then nothing new is shown either. */
  async ahead(): Promise<Shown | undefined> {
    try {
      const shown = await this.#shared.shown(this.last);
      this.#seen = shown.version;
      return shown;
    } catch (error) {
      if (error instanceof StoreError) return undefined;
      throw error;
    }
  }

  /** Rows that others have shown, and this bridge has not. */
  unknown({ rows }: Shown): RecentRow[] {
    return rows.filter(({ number }) => number > this.last);
  }

  /** The version of what all show that is seen here, too, once the rows of the last `ahead` are. */
  get seen(): bigint {
    return this.#seen;
  }

  /**
   * The new rows of a decision become those that all bridges show next, or are what others have shown already: then they
   * arrived when the others showed them (`arrivals`). Otherwise nothing happens, and the result is what the others have.
   *
   * @param highs the high marks that these rows make
   * @param ahead what others had shown by a while ago
   */
  async publish(
    rows: readonly RecentRow[],
    epochs: readonly Epoch[],
    highs: ReadonlyMap<Place, number>,
    ahead: Shown | undefined,
    arrivals: Map<number, number>,
  ): Promise<Shown | undefined> {
    const refused = await this.#publish(rows, epochs, this.#raised(highs), ahead, arrivals);
    if (refused !== undefined) return refused;
    for (const { number, details } of rows) {
      if (!arrivals.has(number)) arrivals.set(number, rowDetails(details).arrival);
    }
    return undefined;
  }

  async #publish(
    rows: readonly RecentRow[],
    epochs: readonly Epoch[],
    marks: readonly Mark[],
    ahead: Shown | undefined,
    arrivals: Map<number, number>,
  ): Promise<Shown | undefined> {
    if (rows.length === 0 && marks.length === 0) return undefined;
    let rest = rows;
    let after = this.last;
    /** what others have shown since */
    const theirs: RecentRow[] = [];
    for (let others = ahead; ; ) {
      if (others !== undefined && (others.rows.length > 0 || !agree(others.epochs, epochs))) {
        theirs.push(...others.rows);
        if (!agree(others.epochs, epochs) || !isConsistent(others.rows, rest)) return { ...others, rows: theirs };
        for (const { number, details } of others.rows) arrivals.set(number, rowDetails(details).arrival);
        after = Math.max(after, others.rows.at(-1)?.number ?? 0);
        rest = rest.filter(({ number }) => number > after);
        // Who showed them has raised the marks.
        if (rest.length === 0 && rows.length > 0) return undefined;
      }
      others = await this.#shared.publish({ after, rows: rest, epochs, marks, from: this.#from(rows) });
      if (others !== undefined) continue;
      this.#stepMade();
      return undefined;
    }
  }

  /** Nobody else has made one in between. */
  #stepMade(): void {
    if (this.#shared.made === this.#seen + 1n) this.#seen++;
  }

  /** With these rows, older ones than that need not be kept. */
  #from(rows: readonly RecentRow[]): number {
    const { posts } = this.#state;
    const first = firstRecent(posts, rows.length);
    if (first === 0) return 0;
    return (first < posts.length ? posts.numbers[first] : rows[0]?.number) ?? 0;
  }

  /** Something changed that shows in no new row. */
  async changed(): Promise<void> {
    if (!this.#shared.leads) return;
    await this.#shared.changed();
    this.#stepMade();
  }

  /** Marks that the store does not have yet, as far as this bridge knows. */
  #raised(highs: ReadonlyMap<Place, number>): Mark[] {
    const marks: Mark[] = [];
    for (const [place, high] of highs) {
      const mark = this.#state.publishing.mark(place);
      if (high > mark.high) marks.push({ place, low: mark.low, high });
    }
    return marks;
  }
}

/** The newest of the rows that get a number, ascending, as the store keeps them. */
export function rowsOf(
  { sighting }: Seen,
  { numbers, epochs, base }: Decision,
  arrivalOf: (number: number, time: number) => number,
): RecentRow[] {
  const rows: RecentRow[] = [];
  for (let place = numbers.length - 1; place >= 0 && rows.length < MAX_RECENT; place--) {
    const number = numbers[place] ?? 0;
    if (number === 0) continue;
    const row = sighting.at(place, base);
    const { event, user, item, sequence, time, kind } = row;
    const details: RowDetails = {
      ...{ sequence, time, kind, epoch: epochs.of(row, number) },
      arrival: arrivalOf(number, time),
      user: event?.entry.userid ?? sighting.userids[user] ?? '',
      ...(item >= 0 && { item: sighting.itemIds[item] ?? '' }),
      ...(event !== undefined && { noted: event.entry.itemId ?? null, editor: event.entry.userid }),
    };
    rows.push({ number, details: JSON.stringify(details) });
  }
  return rows.reverse();
}

/** Whether all of the others' epochs are ours. */
function agree(others: readonly Epoch[], own: readonly Epoch[]): boolean {
  return others.every(({ number, generation, first, base }) => {
    const epoch = own[number - 1];
    return epoch?.generation === generation && epoch.first === first && epoch.base === base;
  });
}

/** Whether what others have shown is what we would have, as far as we can see. */
function isConsistent(others: readonly RecentRow[], own: readonly RecentRow[]): boolean {
  const theirs = new Map(others.map(({ number, details }) => [number, rowDetails(details)]));
  const numbers = new Set(own.map(({ number }) => number));
  // Of very many rows, only the newest are kept.
  const isKept = ([first]: readonly RecentRow[], number: number) => number >= (first?.number ?? 0);
  const last = own.at(-1)?.number ?? 0;
  const isMissing = ({ number }: RecentRow) =>
    (own.length < MAX_RECENT || isKept(own, number)) &&
    number < last &&
    !numbers.has(number) &&
    theirs.get(number)?.kind !== PostKind.Gone;
  if (others.some(isMissing)) return false;
  const newest = others.at(-1)?.number ?? 0;
  const isOthersCut = isCut(others);
  return own.every(({ number, details }) => {
    if (number > newest || (isOthersCut && !isKept(others, number))) return true;
    const other = theirs.get(number);
    if (other === undefined) return false;
    return isReserved(other) || keyOf(other) === keyOf(rowDetails(details));
  });
}

/** What makes a row the post it is, whether or not it is gone. */
function keyOf({ sequence, epoch, kind, was, item, time }: RowDetails): string {
  return JSON.stringify([sequence, epoch, was ?? kind, item, time]);
}

/** What the gate is to know of rows. */
export function passing(rows: readonly RecentRow[]): NewRow[] {
  return rows
    .map(({ details }) => rowDetails(details))
    .filter(({ kind }) => kind !== PostKind.Gone)
    .map(({ user, epoch, sequence }) => ({ userid: latin1(user), epoch, sequence }));
}

/** Rows that others have shown, as they are to be shown now: without those that an index no longer has. */
export function stillThere(rows: readonly RecentRow[], sighting: Sighting): RecentRow[] {
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

/** Gives items that have no subject yet the one that they have in an index. */
export function nameItems({ records }: BoardState, sighting: Sighting): void {
  for (const [at, id] of sighting.itemIds.entries()) {
    const record = records.byId(id);
    if (record?.subject === '') records.setSubject(record, sighting.subjects[at] ?? octets``);
  }
}

/** The marks are those of all that others have shown, whatever became of it since. */
export function raiseMarks({ posts, publishing }: BoardState, first: number): void {
  for (let row = first; row < posts.length; row++) {
    for (const place of placesOf[posts.was[row] as PostKind]) publishing.raise(place, posts.numbers[row] ?? 0);
  }
}

export interface CompanyOptions {
  readonly shared: Shared;
  /** a poll that begins now */
  readonly refresh: () => Promise<void>;
  /** why the last one failed: the next one has its time */
  readonly trouble: () => string | undefined;
  /** see `Follower` */
  readonly seen: () => bigint;
}

/** ms that a newsreader waits for what others have shown */
const PATIENCE = 3_000;

/** Whether what other bridges have shown can be seen here, too. The store says how far they are; nobody's hint does. */
export class Company {
  readonly #options: CompanyOptions;
  readonly #asking: OneAtATime;
  /** of what has been shown, as far as the store was asked */
  #version = 0n;
  /** of what can be seen here */
  #shown = -1n;

  constructor(options: CompanyOptions) {
    this.#options = options;
    this.#asking = new OneAtATime(async () => {
      this.#version = await options.shared.version();
    });
  }

  /** A poll has gone well. */
  polled(): void {
    this.#shown = this.#options.seen();
  }

  /** See `BoardFollowing`. */
  readonly catchUp = async (): Promise<void> => {
    const patience = new AbortController();
    const { signal } = patience;
    const enough = delay(PATIENCE, undefined, { ref: false, signal }).then(
      () => Promise.reject(new Error('that takes too long')),
      () => {},
    );
    await Promise.race([this.#caughtUp(), enough]).finally(() => patience.abort());
  };

  async #caughtUp(): Promise<void> {
    await this.#asking.run();
    const version = this.#version;
    if (this.#shown >= version) return;
    const trouble = this.#options.trouble();
    if (trouble !== undefined) throw new Error(trouble);
    await this.#options.refresh();
    if (this.#shown < version) throw new Error('other bridges have shown what was not found here');
  }
}

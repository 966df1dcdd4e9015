/**
 * What several bridges of one board agree on: which rows are shown, under which numbers, in which epochs. Their shared
 * store has the newest rows that any of them has shown. A bridge shows further rows only by adding them there, after
 * the last; if another was first, it shows what that one has, whatever it would have decided itself.
 */
import { StoreError } from '../../store/errors.ts';
import type { Epoch, Mark, RecentRow } from '../../store/permanent-records.ts';
import type { Shared, Shown } from '../../store/shared.ts';
import type { GroupKind } from '../group-kinds.ts';
import { firstRecent, isCut, isReserved, MAX_RECENT, type RowDetails, rowDetails } from '../known/recent.ts';
import type { BoardState } from '../known/state.ts';
import { PostKind } from '../model.ts';
import type { Seen } from './comparison.ts';
import type { Decision } from './decision.ts';

export class Agreement {
  readonly #shared: Shared;
  readonly #state: BoardState;
  #seen = -1n;
  #isToCompare = false;
  #isEdited = false;

  constructor(shared: Shared, state: BoardState) {
    this.#shared = shared;
    this.#state = state;
  }

  /** The last row that this bridge has shown. */
  get last(): number {
    const { numbers, length } = this.#state.posts;
    return length === 0 ? 0 : (numbers[length - 1] ?? 0);
  }

  /** What others have shown since. `undefined`: unknown without the store, but then nothing new is shown, either. */
  async ahead(): Promise<Shown | undefined> {
    try {
      const shown = await this.#shared.shown(this.last);
      this.#seen = shown.version;
      this.#state.publishing.keepUp(shown.marks);
      return shown;
    } catch (error) {
      if (error instanceof StoreError) return undefined;
      throw error;
    }
  }

  /** Rows that others have shown and this bridge has not. */
  unknown({ rows }: Shown): RecentRow[] {
    return rows.filter(({ number }) => number > this.last);
  }

  /** Whether this bridge has not shown one of them. (One that is gone keeps its number, in case it comes back.) */
  lacks(shown: Shown): boolean {
    return this.unknown(shown).some(({ details }) => !isReserved(rowDetails(details)));
  }

  /** The version of what all bridges show that this one shows, too, as soon as it shows the rows of the last `ahead`. */
  get seen(): bigint {
    return this.#seen;
  }

  /** These rows of others are now shown here, too. */
  takenIn(rows: readonly RecentRow[]): void {
    this.#isToCompare = true;
    this.#isEdited ||= rows.some(isIndexEdit);
  }

  /** The whole index has not been compared since rows of others were taken in. */
  get isToCompare(): boolean {
    return this.#isToCompare;
  }

  /** … and an editor has changed it: the others' rows say so, and the edit log will not say it again. */
  get isEdited(): boolean {
    return this.#isEdited;
  }

  compared(): void {
    this.#isToCompare = false;
    this.#isEdited = false;
  }

  /**
   * Makes the new rows of a decision the next ones that all bridges show. If others have shown the same rows already,
   * they arrived when the others showed them (`arrivals`). If others have shown something else, changes nothing, and
   * returns what they have.
   *
   * @param highs the high marks that result from these rows
   * @param ahead what others had shown when last asked
   */
  async publish(
    rows: readonly RecentRow[],
    epochs: readonly Epoch[],
    highs: ReadonlyMap<GroupKind, number>,
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
        for (const { number, details } of others.rows) {
          const { kind, arrival } = rowDetails(details);
          // A number that is only reserved there has not arrived yet; what is gone there arrives here now, if it does.
          if (kind !== PostKind.Gone) arrivals.set(number, arrival);
        }
        after = Math.max(after, others.rows.at(-1)?.number ?? 0);
        rest = rest.filter(({ number }) => number > after);
        // The bridge that showed them has raised the marks.
        if (rest.length === 0 && rows.length > 0) return undefined;
      }
      others = await this.#shared.publish({ after, rows: rest, epochs, marks, from: this.#from(rows) });
      if (others !== undefined) continue;
      this.#stepMade();
      return undefined;
    }
  }

  /** Notes our own step, if no other bridge has made one in between. */
  #stepMade(): void {
    if (this.#shared.made === this.#seen + 1n) this.#seen++;
  }

  /** The number below which rows need not be kept once these are added. */
  #from(rows: readonly RecentRow[]): number {
    const { posts } = this.#state;
    const first = firstRecent(posts, rows.length);
    if (first === 0) return 0;
    return (first < posts.length ? posts.numbers[first] : rows[0]?.number) ?? 0;
  }

  /** Tells the other bridges about a change that adds no row. */
  async changed(): Promise<void> {
    if (!this.#shared.leads) return;
    await this.#shared.changed();
    this.#stepMade();
  }

  /** The marks that the store does not have yet, as far as this bridge knows. */
  #raised(highs: ReadonlyMap<GroupKind, number>): Mark[] {
    const marks: Mark[] = [];
    for (const [group, high] of highs) {
      const mark = this.#state.publishing.mark(group);
      if (high > mark.high) marks.push({ place: group, low: mark.low, high });
    }
    return marks;
  }
}

/** The newest of the rows that are given a number, ascending, in the form of the store. */
export function rowsOf(
  { sighting }: Seen,
  { numbers, first, epochs, base }: Decision,
  arrivalOf: (number: number, time: number) => number,
): RecentRow[] {
  const rows: RecentRow[] = [];
  for (let place = numbers.length - 1; place >= first && rows.length < MAX_RECENT; place--) {
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

function isIndexEdit({ details }: RecentRow): boolean {
  const { kind, was = kind } = rowDetails(details);
  return was === PostKind.IndexEdit;
}

/** Whether all of the others' epochs are ours. */
function agree(others: readonly Epoch[], own: readonly Epoch[]): boolean {
  return others.every(({ number, generation, first, base }) => {
    const epoch = own[number - 1];
    return epoch?.generation === generation && epoch.first === first && epoch.base === base;
  });
}

/** Whether what others have shown is what we would have shown, as far as we can see. */
function isConsistent(others: readonly RecentRow[], own: readonly RecentRow[]): boolean {
  const theirs = new Map(others.map(({ number, details }) => [number, rowDetails(details)]));
  const numbers = new Set(own.map(({ number }) => number));
  // If there are very many rows, only the newest are kept.
  const isKept = ([first]: readonly RecentRow[], number: number) => number >= (first?.number ?? 0);
  const last = own.at(-1)?.number ?? 0;
  // A row that is gone there keeps its number, in case it comes back.
  const isMissing = ({ number, details }: RecentRow) =>
    (own.length < MAX_RECENT || isKept(own, number)) &&
    number < last &&
    !numbers.has(number) &&
    !isReserved(rowDetails(details));
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

/** What identifies a row as a post, even once it is gone. */
function keyOf({ sequence, epoch, kind, was, item, time }: RowDetails): string {
  return JSON.stringify([sequence, epoch, was ?? kind, item, time]);
}

import type { Permanent } from '../../store/permanent.ts';
import type { Arrival, Mark, Published } from '../../store/permanent-records.ts';
import { eventLoop } from '../../wire/fair-share.ts';
import { inTime } from '../../wire/in-time.ts';
import type { Soon } from '../../wire/soon.ts';
import { type GroupKind, groupKinds, groupKindsOf } from '../group-kinds.ts';
import type { PostKind } from '../model.ts';
import type { PostColumns } from './columns.ts';

/** How many steps are kept of when articles became readable. */
const MAX_ARRIVALS = 128;
/** The time of the last DATE or NEWNEWS is kept like a mark, because it must not fall, either. */
const CLOCK = 'clock';
/**
 * Seconds by which that time is stored in advance, so that it need not be written at each command. A bridge that is not
 * alone stores it less far ahead, because the others adopt what is stored, and report it in DATE.
 */
const AHEAD = 60;
const AHEAD_OF_OTHERS = 5;
/** ms that a client waits for that */
const PATIENCE = 3_000;

/**
 * What readers may have been shown, kept for good: the marks of the newsgroups, which never fall, and when articles
 * became readable. Both survive the loss of the cache.
 *
 * An article's arrival is in the cache, with its row. If that is lost, the article arrived no later than the first step
 * at or above its number: that time counts, so that clients who ask for news since their last question do not miss it
 * (though they may be told twice). What the first reading of the index brought arrived at its index time.
 */
export class Publishing {
  readonly #permanent: Permanent;
  readonly #marks = new Map<GroupKind, { low: number; high: number }>();
  /** ascending in number and time */
  #arrivals: Arrival[];
  #now = 0;
  #keptNow = 0;
  #keeping: Promise<void> | undefined;

  static async load(permanent: Permanent): Promise<Publishing> {
    return new Publishing(permanent, await permanent.published());
  }

  private constructor(permanent: Permanent, { marks, arrivals }: Published) {
    this.#permanent = permanent;
    for (const group of groupKinds) {
      const { low = 1, high = 0 } = marks.find(({ place }) => place === group) ?? {};
      this.#marks.set(group, { low, high });
    }
    this.#arrivals = [...arrivals];
    this.#keptNow = marks.find(({ place }) => place === CLOCK)?.high ?? 0;
    this.#now = Math.max(arrivals.at(-1)?.time ?? 0, this.#keptNow);
  }

  /** Nothing has ever been shown, or only by a version that kept no record of it. */
  get isNew(): boolean {
    return this.highest === 0 && this.#arrivals.length === 0;
  }

  mark(group: GroupKind): { readonly low: number; readonly high: number } {
    return this.#marks.get(group) ?? { low: 1, high: 0 };
  }

  /** the highest number ever in any of the newsgroups */
  get highest(): number {
    return Math.max(...[...this.#marks.values()].map(({ high }) => high));
  }

  /** Adopts what version 0.1 showed: it raised the main newsgroup's mark for everything but messages of the day. */
  async adopt({ kinds, numbers, length }: PostColumns, clock: number): Promise<void> {
    for (let row = 0; row < length; row++) {
      const kind = kinds[row] as PostKind;
      const number = numbers[row] ?? 0;
      for (const group of groupKindsOf[kind]) this.raise(group, number);
      if (!groupKindsOf[kind].some((group) => group === 'motd')) this.raise('main', number);
    }
    this.#arrivals.push({ number: numbers[length - 1] ?? 0, time: this.now(clock) });
    await this.#permanent.raiseMarks(groupKinds.map((place) => ({ place, ...this.mark(place) })));
    await this.#permanent.putArrivals(this.#arrivals, []);
  }

  /**
   * The permanent store may be yesterday's, and everything in the cache was shown. Examines only rows above the marks.
   */
  async catchUp({ kinds, numbers, length }: PostColumns): Promise<void> {
    const { highest } = this;
    const highs = new Map<GroupKind, number>();
    for (let row = length - 1; row >= 0 && (numbers[row] ?? 0) > highest; row--) {
      for (const group of groupKindsOf[kinds[row] as PostKind])
        if (!highs.has(group)) highs.set(group, numbers[row] ?? 0);
    }
    await this.announce(highs);
    for (const [group, high] of highs) this.raise(group, high);
  }

  /** Other bridges may have shown something since this one started. */
  async lookAgain(): Promise<void> {
    this.#arrivals = [...(await this.#permanent.published()).arrivals];
  }

  raise(group: GroupKind, number: number): void {
    const mark = this.#marks.get(group);
    if (mark !== undefined && number > mark.high) mark.high = number;
  }

  /** Other bridges have shown rows with these marks, which are now known here. */
  follow(marks: readonly Mark[]): void {
    for (const group of groupKinds) this.raise(group, marks.find(({ place }) => place === group)?.high ?? 0);
  }

  /**
   * With the marks of all bridges: another, whose clock may be ahead, has told readers the time. Nothing may arrive here
   * before that, either.
   */
  keepUp(marks: readonly Mark[]): void {
    const told = marks.find(({ place }) => place === CLOCK)?.high ?? 0;
    this.#now = Math.max(this.#now, told);
    // It is stored already. If the next question here stored a later time, the others would follow in turn, without end.
    this.#keptNow = Math.max(this.#keptNow, told);
  }

  /** To be called before rows with these marks become readable. */
  async announce(highs: ReadonlyMap<GroupKind, number>): Promise<void> {
    const raised: Mark[] = [];
    for (const [place, high] of highs) {
      const mark = this.mark(place);
      if (high > mark.high) raised.push({ place, low: mark.low, high });
    }
    if (raised.length > 0) await this.#permanent.raiseMarks(raised);
  }

  /** Stores the current low marks, which are needed only before the index has been read. */
  async keepLows(lowOf: (group: GroupKind) => number): Promise<void> {
    const moved: Mark[] = [];
    for (const [place, mark] of this.#marks) {
      const low = lowOf(place);
      if (low === mark.low) continue;
      mark.low = low;
      moved.push({ place, ...mark });
    }
    if (moved.length > 0) await this.#permanent.raiseMarks(moved);
  }

  /** unix seconds that never go back: readers remember what DATE told them */
  now(clock: number): number {
    this.#now = Math.max(this.#now, Math.floor(clock / 1000));
    return this.#now;
  }

  /**
   * To be called before a client is told the time, or what is new: from then on nothing arrives earlier, even if clocks
   * are set back, or the server dies. Returns that time, once it is stored; now and then that takes a sync. If it can't
   * be stored, it holds for as long as this process lives.
   */
  asked(clock: number): Soon<number> {
    const now = this.now(clock);
    if (now > this.#keptNow) this.#keep(now);
    if (this.#keeping === undefined) return now;
    // Hundreds may wait for the same: each goes on in a turn of its own.
    return this.#keeping.then(() => eventLoop.next(true)).then(() => now);
  }

  #keep(now: number): void {
    const kept = now + (this.#permanent.shared === undefined ? AHEAD : AHEAD_OF_OTHERS);
    this.#keptNow = kept;
    const failed = () => {
      // A question in a later second will try again.
      if (this.#keptNow === kept) this.#keptNow = now;
    };
    const raised = this.#permanent.raiseMarks([{ place: CLOCK, low: 0, high: kept }], { synced: true });
    const keeping = inTime(
      () => raised.catch(failed),
      PATIENCE,
      () => {},
    ).finally(() => {
      if (this.#keeping === keeping) this.#keeping = undefined;
    });
    this.#keeping = keeping;
  }

  /**
   * When a post became readable, for an index read without a cache.
   *
   * @param time of the index
   * @param now unix seconds
   */
  arrivalOf(number: number, time: number, now: number): number {
    const [first] = this.#arrivals;
    if (first === undefined || number <= first.number) return time;
    return this.#arrivals.find((step) => step.number >= number)?.time ?? now;
  }

  /** To be called after rows up to this number have become readable. */
  async arrived(number: number, now: number): Promise<void> {
    const last = this.#arrivals.at(-1);
    if (last !== undefined && last.number >= number) return;
    const step = { number, time: now };
    this.#arrivals.push(step);
    const dropped: number[] = [];
    if (this.#arrivals.length > MAX_ARRIVALS) {
      // Drop every other step of the older half, but never the first: what these cover counts as arrived a little
      // later.
      this.#arrivals = this.#arrivals.filter(({ number: each }, index) => {
        const isDropped = index > 0 && index < MAX_ARRIVALS / 2 && index % 2 === 1;
        if (isDropped) dropped.push(each);
        return !isDropped;
      });
    }
    await this.#permanent.putArrivals([step], dropped);
  }
}

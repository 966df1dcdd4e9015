import type { Permanent } from '../../store/permanent.ts';
import type { Arrival, Mark, Published } from '../../store/permanent-records.ts';
import type { PostKind } from '../model.ts';
import { type Place, places, placesOf } from '../places.ts';
import type { PostColumns } from './columns.ts';

/** What is known of when articles became readable: as many steps as this. */
const MAX_ARRIVALS = 128;
/** The time of the last DATE or NEWNEWS is kept like a mark, because it must never fall either. */
const CLOCK = 'clock';
/** Seconds: that time is stored a little ahead, so that it need not be written with each of them. */
const AHEAD = 60;

/**
 * What readers may have been shown, kept for good: the marks of the newsgroups, which never fall, and when articles
 * became readable. Both outlive the cache.
 *
 * When an article arrived is in the cache, with its row. Where that is lost, it was not later than the time of the first
 * step at or above its number: that counts, so that nobody who asks for what is new since their last question misses it.
 * (They may be told of it twice.) What the first reading of the index brought arrived at its index time.
 */
export class Publishing {
  readonly #permanent: Permanent;
  readonly #marks = new Map<Place, { low: number; high: number }>();
  /** ascending in number and time */
  #arrivals: Arrival[];
  #now = 0;
  #keptNow = 0;

  static async load(permanent: Permanent): Promise<Publishing> {
    return new Publishing(permanent, await permanent.published());
  }

  private constructor(permanent: Permanent, { marks, arrivals }: Published) {
    this.#permanent = permanent;
    for (const place of places) {
      const { low = 1, high = 0 } = marks.find((mark) => mark.place === place) ?? {};
      this.#marks.set(place, { low, high });
    }
    this.#arrivals = [...arrivals];
    this.#keptNow = marks.find(({ place }) => place === CLOCK)?.high ?? 0;
    this.#now = Math.max(arrivals.at(-1)?.time ?? 0, this.#keptNow);
  }

  /** Nothing was ever shown, or only by a version that kept no record of it. */
  get isNew(): boolean {
    return this.highest === 0 && this.#arrivals.length === 0;
  }

  mark(place: Place): { readonly low: number; readonly high: number } {
    return this.#marks.get(place) ?? { low: 1, high: 0 };
  }

  /** highest number in any of the newsgroups, ever */
  get highest(): number {
    return Math.max(...[...this.#marks.values()].map(({ high }) => high));
  }

  /** What version 0.1 showed: it raised the mark of the main newsgroup for whatever was no message of the day. */
  async adopt({ kinds, numbers, length }: PostColumns, clock: number): Promise<void> {
    for (let row = 0; row < length; row++) {
      const kind = kinds[row] as PostKind;
      const number = numbers[row] ?? 0;
      for (const place of placesOf[kind]) this.raise(place, number);
      if (!placesOf[kind].some((place) => place === 'motd')) this.raise('main', number);
    }
    this.#arrivals.push({ number: numbers[length - 1] ?? 0, time: this.now(clock) });
    await this.#permanent.raiseMarks(places.map((place) => ({ place, ...this.mark(place) })));
    await this.#permanent.putArrivals(this.#arrivals, []);
  }

  /** The permanent store may be yesterday's: everything in the cache was shown. Only rows above its marks are looked at. */
  async catchUp({ kinds, numbers, length }: PostColumns): Promise<void> {
    const { highest } = this;
    const highs = new Map<Place, number>();
    for (let row = length - 1; row >= 0 && (numbers[row] ?? 0) > highest; row--) {
      for (const place of placesOf[kinds[row] as PostKind]) if (!highs.has(place)) highs.set(place, numbers[row] ?? 0);
    }
    await this.announce(highs);
    for (const [place, high] of highs) this.raise(place, high);
  }

  raise(place: Place, number: number): void {
    const mark = this.#marks.get(place);
    if (mark !== undefined && number > mark.high) mark.high = number;
  }

  /** Other bridges have shown what has these marks, and it is known here. */
  follow(marks: readonly Mark[]): void {
    for (const place of places) this.raise(place, marks.find((mark) => mark.place === place)?.high ?? 0);
  }

  /** Before rows with these marks become readable. */
  async announce(highs: ReadonlyMap<Place, number>): Promise<void> {
    const raised: Mark[] = [];
    for (const [place, high] of highs) {
      const mark = this.mark(place);
      if (high > mark.high) raised.push({ place, low: mark.low, high });
    }
    if (raised.length > 0) await this.#permanent.raiseMarks(raised);
  }

  /** Stores the low marks as they are now. They are needed only while the index is not there. */
  async keepLows(lowOf: (place: Place) => number): Promise<void> {
    const moved: Mark[] = [];
    for (const [place, mark] of this.#marks) {
      const low = lowOf(place);
      if (low === mark.low) continue;
      mark.low = low;
      moved.push({ place, ...mark });
    }
    if (moved.length > 0) await this.#permanent.raiseMarks(moved);
  }

  /** unix seconds, which never go back: readers remember what DATE told them */
  now(clock: number): number {
    this.#now = Math.max(this.#now, Math.floor(clock / 1000));
    return this.#now;
  }

  /**
   * Somebody learns the time, or asks what is new: from now on nothing arrives earlier, even if clocks are set back or the
   * server restarts. Returns that time.
   */
  asked(clock: number): number {
    const now = this.now(clock);
    if (now <= this.#keptNow) return now;
    const kept = now + AHEAD;
    this.#keptNow = kept;
    this.#permanent.raiseMarks([{ place: CLOCK, low: 0, high: kept }]).catch(() => {
      // A question of a later second tries again.
      if (this.#keptNow === kept) this.#keptNow = now;
    });
    return now;
  }

  /**
   * When a post became readable, if the index is read without a cache.
   *
   * @param time of the index
   * @param now unix seconds
   */
  arrivalOf(number: number, time: number, now: number): number {
    const [first] = this.#arrivals;
    if (first === undefined || number <= first.number) return time;
    return this.#arrivals.find((step) => step.number >= number)?.time ?? now;
  }

  /** After rows up to this number became readable. */
  async arrived(number: number, now: number): Promise<void> {
    const last = this.#arrivals.at(-1);
    if (last !== undefined && last.number >= number) return;
    const step = { number, time: now };
    this.#arrivals.push(step);
    const dropped: number[] = [];
    if (this.#arrivals.length > MAX_ARRIVALS) {
      // Every other one of the older half, but never the first: what it covers is counted as arrived a little later.
      this.#arrivals = this.#arrivals.filter(({ number: each }, index) => {
        const isDropped = index > 0 && index < MAX_ARRIVALS / 2 && index % 2 === 1;
        if (isDropped) dropped.push(each);
        return !isDropped;
      });
    }
    await this.#permanent.putArrivals([step], dropped);
  }
}

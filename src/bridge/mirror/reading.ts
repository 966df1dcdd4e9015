/** What a poll reads of the board's index. */
import { distance } from '../../rgtp/sequence.ts';
import type { Cache } from '../../store/cache.ts';
import { eventLoop } from '../../wire/fair-share.ts';
import type { Log, LogFields } from '../../wire/log.ts';
import type { BoardConnection, BoardLine } from '../board-line.ts';
import type { BoardState } from '../known/state.ts';
import { goesOn } from './comparison.ts';
import type { Decision } from './decision.ts';
import type { Evidence } from './evidence.ts';
import { Sighting } from './sighting.ts';
import { IndexDigest, Unchanged } from './unchanged.ts';

export interface ReadingOptions {
  readonly line: BoardLine;
  readonly state: BoardState;
  readonly cache: Cache;
  readonly log: Log;
  readonly evidence: Evidence;
  /** Ends reading as soon as possible. */
  readonly closed: AbortSignal;
}

/** Reads the board's index, and puts it in a credible order. */
export class IndexReader {
  readonly #options: ReadingOptions;
  readonly #unchanged: Unchanged;
  readonly leftOut: LeftOut;
  /** of the whole index, if that was read last, and all of it makes sense */
  #digest: IndexDigest | undefined;

  constructor(options: ReadingOptions) {
    this.#options = options;
    this.#unchanged = new Unchanged(options.cache, options.state);
    this.leftOut = new LeftOut(options.log);
  }

  /**
   * The index from the last known row on, or all of it. `undefined`: the known part has changed.
   *
   * @param expected a sequence number that the board itself has given
   */
  async read(whole: boolean, expected: number | undefined): Promise<Sighting | undefined> {
    const { line, state, evidence, closed } = this.#options;
    const digest = whole ? new IndexDigest() : undefined;
    this.#digest = digest;
    const tell = this.leftOut.ofAnswer();
    const complain = (why: string, shown: LogFields) => {
      this.#digest = undefined;
      tell(why, shown);
    };
    const sighting = new Sighting((why, sequence) => complain(why, { sequence }));
    const last = whole ? -1 : state.posts.lastIndexed();
    const after = state.posts.sequences[last];
    const from = after === undefined ? undefined : { sequence: after };
    const ask = (board: BoardConnection) =>
      board.index(
        from,
        (entry) => sighting.add(entry),
        (bad, err) => complain('malformed', { reason: err.message, row: `${bad.length} octets` }),
        digest,
      );
    await line.run(ask, { anyway: true });
    // A number given before a wrap says nothing about rows after it.
    const isUpToGiven = (far: number, below: number | undefined) =>
      expected !== undefined &&
      far <= expected &&
      distance(far, expected) >= 0 &&
      (below === undefined || distance(below, expected) > 0);
    const isBelievable = (far: number, below?: number) =>
      evidence.confirms(far) || isUpToGiven(far, below) || state.knows(far);
    const seal = () => eventLoop.promptly(sighting.seal({ after, isBelievable }), closed);
    await seal();
    if (await evidence.hasMore(sighting)) await seal();
    return after === undefined || goesOn(state, sighting, last) ? sighting : undefined;
  }

  /** Is the whole index as it was when it was last compared, but for rows that are known or new? */
  async isUnchanged(): Promise<boolean> {
    const { line, closed } = this.#options;
    const expected = await eventLoop.promptly(this.#unchanged.expected(), closed);
    if (expected === undefined) return false;
    const ask = (board: BoardConnection) =>
      board.index(
        undefined,
        (entry) => expected.add(entry),
        () => expected.differ(),
        expected.digest,
      );
    await line.run(ask, { anyway: true });
    if (!expected.isThere()) return false;
    this.#unchanged.confirmed(expected);
    return true;
  }

  /**
   * Notes which rows get no article. What they say about their items counts all the same, until they are gone: so the
   * index is compared even if it is unchanged.
   */
  leaveOut(decision: Decision, sighting: Sighting): void {
    if (this.leftOut.of(decision, sighting)) this.#unchanged.forget();
  }

  /** The whole index is about to be compared: posts may come and go. */
  comparing(): void {
    this.#unchanged.forget();
  }

  /** It has been compared. It is known again if all of its rows are shown, and nothing is missing. */
  async compared({ length }: Sighting): Promise<void> {
    const digest = this.#digest;
    if (digest === undefined) return;
    await eventLoop.promptly(this.#unchanged.compared(digest, length), this.#options.closed);
  }
}

/** How many complaints are remembered, so as not to be logged again with each poll. */
const MAX_REMEMBERED = 1000;
/** How many are logged for each reading of the index. */
const LOGGED = 5;

/** Rows of the index that are not shown: counted, and logged once. */
class LeftOut {
  readonly #log: Log;
  readonly #known = new Set<string>();
  /** rows that made no sense, or came too late for a number, since the start */
  skipped = 0;
  /** rows that are not shown for now, because their numbers are unconfirmed or no number is left for them */
  withheld = 0;
  /** a row could not get a number, because the last one has been given */
  isFull = false;

  constructor(log: Log) {
    this.#log = log;
  }

  /** A function to report the rows of one answer that make no sense. */
  ofAnswer(): (why: string, shown: LogFields) => void {
    let logged = 0;
    return (why, shown) => {
      if (this.#isKnown(`${why} ${JSON.stringify(shown)}`)) return;
      this.skipped++;
      if (logged++ < LOGGED) this.#log.warn(shown, `index row skipped: ${why}`);
    };
  }

  /** Counts and logs what a decision leaves out of a sighting. Returns whether that is anything. */
  of({ late, exhausted, second }: Decision, sighting: Sighting): boolean {
    this.withheld = exhausted.length + sighting.withheld;
    this.isFull = exhausted.length > 0;
    if (exhausted.length > 0 && !this.#isKnown('exhausted')) {
      this.#log.error(
        { rows: exhausted.length, sequence: exhausted[0] },
        'the newsgroup has no article numbers left: what is posted from now on is withheld',
      );
    }
    this.#skip(late, 'their numbers are below those already given');
    this.#skip(second, 'another row has their number, or begins their item');
    return this.withheld + late.length + second.length > 0;
  }

  #skip(sequences: readonly number[], why: string): void {
    const fresh = sequences.filter((sequence) => !this.#isKnown(`${sequence} ${why}`));
    if (fresh.length === 0) return;
    this.skipped += fresh.length;
    this.#log.warn({ rows: fresh.length, sequence: fresh[0] }, `index rows skipped: ${why}`);
  }

  /** Returns whether this was logged before, and remembers it. */
  #isKnown(complaint: string): boolean {
    if (this.#known.has(complaint)) return true;
    if (this.#known.size < MAX_REMEMBERED) this.#known.add(complaint);
    return false;
  }
}

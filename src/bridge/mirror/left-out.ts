import type { Log, LogFields } from '../../wire/log.ts';
import type { Decision } from './decision.ts';
import type { Sighting } from './sighting.ts';

/** So many complaints are remembered: what they are about need not be logged again with each poll. */
const MAX_REMEMBERED = 1000;
/** So many are logged for each reading of the index. */
const LOGGED = 5;

/** Rows of the index that are not shown: counted, and logged once. */
export class LeftOut {
  readonly #log: Log;
  readonly #known = new Set<string>();
  /** rows that made no sense, or came too late for a number, since the start */
  skipped = 0;
  /** rows that are not shown for now, because nothing confirms their numbers or there is none left for them */
  withheld = 0;
  /** a row could get no number, because the last is given */
  isFull = false;

  constructor(log: Log) {
    this.#log = log;
  }

  /** For the rows of one answer that make no sense, as they come. */
  ofAnswer(): (why: string, shown: LogFields) => void {
    let logged = 0;
    return (why, shown) => {
      if (this.#isKnown(`${why} ${JSON.stringify(shown)}`)) return;
      this.skipped++;
      if (logged++ < LOGGED) this.#log.warn(shown, `index row skipped: ${why}`);
    };
  }

  /** What was decided of a sighting. */
  of({ late, exhausted, second }: Decision, sighting: Sighting): void {
    this.withheld = exhausted.length + sighting.withheld;
    this.isFull = exhausted.length > 0;
    if (exhausted.length > 0 && !this.#isKnown('exhausted')) {
      this.#log.error(
        { rows: exhausted.length, sequence: exhausted[0] },
        'the newsgroup has no article numbers left: what is posted from here on is withheld',
      );
    }
    this.#skip(late, 'they came in below numbers already given');
    this.#skip(second, 'their number or their item has another row');
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

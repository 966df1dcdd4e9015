import type { Log, LogFields } from '../../wire/log.ts';

/** So many rows that make no sense are remembered once logged: they need not be logged again with each poll. */
const MAX_REMEMBERED = 1000;
/** Of these, so many are logged for each reading of the index. */
const LOGGED = 5;

/** Logs index rows that are not shown, each once. */
export class Complaints {
  readonly #log: Log;
  readonly #known = new Set<string>();
  /** rows that made no sense, or came too late for a number */
  skipped = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  /** For the rows of one answer, as they come. */
  ofIndex(): (why: string, shown: LogFields) => void {
    let logged = 0;
    return (why, shown) => {
      if (this.isKnown(`${why} ${JSON.stringify(shown)}`)) return;
      this.skipped++;
      if (logged++ < LOGGED) this.#log.warn(shown, `index row skipped: ${why}`);
    };
  }

  ofRows(sequences: readonly number[], why: string): void {
    const fresh = sequences.filter((sequence) => !this.isKnown(`${sequence} ${why}`));
    if (fresh.length === 0) return;
    this.skipped += fresh.length;
    this.#log.warn({ rows: fresh.length, sequence: fresh[0] }, `index rows skipped: ${why}`);
  }

  /** Returns whether this was logged before, and remembers it. */
  isKnown(complaint: string): boolean {
    if (this.#known.has(complaint)) return true;
    if (this.#known.size < MAX_REMEMBERED) this.#known.add(complaint);
    return false;
  }
}

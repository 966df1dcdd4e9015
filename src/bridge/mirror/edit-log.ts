import type { EditLogEntry } from '../../rgtp/edit-log.ts';
import { RgtpError } from '../../rgtp/errors.ts';
import type { Log } from '../../wire/log.ts';
import { type BoardConnection, type BoardLine, NotAskedError } from './board-line.ts';

/** Polls after a failure to read the edit log before it is asked for again, at most. */
const MAX_PAUSE = 64;

/** The board's edit log, which may be endless or broken: what the index tells does not wait for it. */
export class EditLog {
  readonly #line: BoardLine;
  readonly #log: Log;
  #failures = 0;
  /** polls that do without it before it is asked for again */
  #pause = 0;
  /** it could not be read when it was needed */
  isOverdue = false;

  constructor(line: BoardLine, log: Log) {
    this.#line = line;
    this.#log = log;
  }

  /** `undefined` where the board has none for us, or none that can be read now: then it is asked again less and less often. */
  async read(): Promise<readonly EditLogEntry[] | undefined> {
    if (this.isOverdue && this.#pause-- > 0) return undefined;
    try {
      const entries = await this.#line.run((board: BoardConnection) => board.editLog(), { anyway: true });
      this.isOverdue = false;
      this.#failures = 0;
      return entries;
    } catch (err) {
      const kind = err instanceof RgtpError ? err.kind : undefined;
      if (kind === 'unsupported' || kind === 'no-access') return undefined;
      if (kind === 'no-such-item') return [];
      if (kind === undefined || err instanceof NotAskedError) throw err;
      if (!this.isOverdue) this.#log.warn({ err }, 'the edit log cannot be read: its notices will come later');
      this.isOverdue = true;
      this.#pause = Math.min(2 ** this.#failures++, MAX_PAUSE) - 1;
      return undefined;
    }
  }
}

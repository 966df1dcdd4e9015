import type { Lender, SharedConnection } from '../../rgtp/client/shared-connection.ts';
import { NotAskedError } from '../../rgtp/client/shared-connection.ts';
import type { EditLogEntry } from '../../rgtp/edit-log.ts';
import { RgtpError } from '../../rgtp/errors.ts';
import type { IndexEntry } from '../../rgtp/index-entry.ts';
import type { Item, ParseItemOptions } from '../../rgtp/item.ts';
import type { Motd } from '../../rgtp/motd.ts';
import type { Log } from '../../wire/log.ts';
import type { Octets } from '../../wire/octets.ts';

/** What the mirror asks of a connection to the board: the part of `RgtpConnection` that only reads. */
export interface BoardConnection {
  /** false once it has ended */
  readonly usable: boolean;
  index(
    from: { readonly sequence: number } | undefined,
    onEntry: (entry: IndexEntry) => void,
    onBad?: (line: Octets | Buffer, error: Error) => void,
  ): Promise<void>;
  item(id: string, options?: Pick<ParseItemOptions, 'useridOf' | 'timeOf'>): Promise<Item>;
  motd(): Promise<Motd | undefined>;
  editLog(): Promise<readonly EditLogEntry[]>;
}

/** Where connections come from: `RgtpPool` is one. */
export type BoardPool = Lender<BoardConnection>;

/** The one connection that the mirror uses. */
export type BoardLine = SharedConnection<BoardConnection>;

/** The most polls after a failure to read the edit log before it is asked for again. */
const MAX_PAUSE = 64;

/** The board's edit log, which may be endless or broken: what the index shows does not wait for it. */
export class EditLog {
  readonly #line: BoardLine;
  readonly #log: Log;
  #failures = 0;
  /** polls left to do without it before it is asked for again */
  #pause = 0;
  /** it was needed and could not be read */
  isOverdue = false;

  constructor(line: BoardLine, log: Log) {
    this.#line = line;
    this.#log = log;
  }

  /** `undefined` if the board does not let us read one, or it cannot be read now: then it is asked for less and less often. */
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

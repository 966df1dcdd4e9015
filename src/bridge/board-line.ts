import type { DataOctets } from '../rgtp/client/pending.ts';
import type { Lender, SharedConnection } from '../rgtp/client/shared-connection.ts';
import type { EditLogEntry } from '../rgtp/edit-log.ts';
import type { IndexEntry } from '../rgtp/index-entry.ts';
import type { Item, ParseItemOptions } from '../rgtp/item.ts';
import type { Motd } from '../rgtp/motd.ts';
import type { Octets } from '../wire/octets.ts';

/** What the mirror needs from a connection to the board: the part of `RgtpConnection` that only reads. */
export interface BoardConnection {
  /** false once it has ended */
  readonly usable: boolean;
  index(
    from: { readonly sequence: number } | undefined,
    onEntry: (entry: IndexEntry) => void,
    onBad?: (line: Octets | Buffer, error: Error) => void,
    octets?: DataOctets,
  ): Promise<void>;
  item(id: string, options?: Pick<ParseItemOptions, 'useridOf' | 'timeOf'>): Promise<Item>;
  motd(): Promise<Motd | undefined>;
  editLog(): Promise<readonly EditLogEntry[]>;
}

/** A source of connections: `RgtpPool` is one. */
export type BoardPool = Lender<BoardConnection>;

/** The one connection that the mirror uses. */
export type BoardLine = SharedConnection<BoardConnection>;

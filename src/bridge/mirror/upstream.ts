import type { EditLogEntry } from '../../rgtp/edit-log.ts';
import type { IndexEntry } from '../../rgtp/index-entry.ts';
import type { Item, ParseItemOptions } from '../../rgtp/item.ts';
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
  motd(): Promise<BoardMotd | undefined>;
  editLog(): Promise<readonly EditLogEntry[]>;
}

export interface BoardMotd {
  readonly sequence: number;
  readonly time: number;
  readonly lines: readonly Octets[];
}

/** Lends connections: `RgtpPool` is one. */
export interface BoardPool {
  use<T>(task: (connection: BoardConnection) => Promise<T>, signal?: AbortSignal): Promise<T>;
}

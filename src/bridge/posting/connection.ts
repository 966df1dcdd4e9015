import type { EditLogEntry } from '../../rgtp/edit-log.ts';
import type { IndexEntry } from '../../rgtp/index-entry.ts';
import type { Item } from '../../rgtp/item.ts';
import type { Motd } from '../../rgtp/motd.ts';
import type { Octets } from '../../wire/octets.ts';

/**
 * What posting needs from an author's connection to the board; `RgtpConnection` is one. All methods reject with
 * `RgtpError`.
 */
export interface PostingConnection {
  /** DATA: the text that a later command uses; for edits, status line and raw contents */
  data(grogname: Octets, lines: readonly Octets[]): Promise<void>;
  newItem(subject: Octets): Promise<{ readonly itemId: string; readonly sequence: number }>;
  reply(itemId: string): Promise<{ readonly sequence: number }>;
  continue(subject: Octets): Promise<{ readonly itemId: string; readonly sequence: number }>;
  setMotd(): Promise<{ readonly sequence: number }>;
  lock(): Promise<void>;
  unlock(): Promise<void>;
  /** EDIT: the item's lines as sent, the status line first */
  edit(itemId: string): Promise<readonly Octets[]>;
  confirmEdit(reason: Octets): Promise<{ readonly sequence: number }>;
  /** EDCF without DATA: removes the item */
  withdraw(reason: Octets): Promise<{ readonly sequence: number }>;
  abortEdit(): Promise<void>;
  /** Ends the connection; what has been sent but has not arrived is not sent again. */
  cut(): void;
}

/** What a search for a post needs: a connection with the right to read. */
export interface SearchConnection {
  index(from: { readonly sequence: number } | undefined, onEntry: (entry: IndexEntry) => void): Promise<void>;
  item(itemId: string): Promise<Item>;
  motd(): Promise<Motd | undefined>;
  editLog(): Promise<readonly EditLogEntry[]>;
}

/** Lends connections, such as the mirror's pool. */
export interface SearchPool {
  /** `signal` ends the wait for a connection, and the task that uses it. */
  use<T>(task: (connection: SearchConnection) => Promise<T>, signal?: AbortSignal): Promise<T>;
}

/** A user of the board. */
export interface Author {
  /** in the form in which the board's index will have it */
  readonly userid: Octets;
  /** the grogname of all this author's posts; `undefined`: the display name of From */
  readonly grogname: string | undefined;
  /** Lends one of the author's own connections; on rejection of `task` it is closed. */
  use<T>(task: (connection: PostingConnection) => Promise<T>): Promise<T>;
}

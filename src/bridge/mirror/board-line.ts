import type { Lender, SharedConnection } from '../../rgtp/client/shared-connection.ts';
import { NotAskedError } from '../../rgtp/client/shared-connection.ts';
import type { EditLogEntry } from '../../rgtp/edit-log.ts';
import { RgtpError } from '../../rgtp/errors.ts';
import type { IndexEntry } from '../../rgtp/index-entry.ts';
import type { Item, ParseItemOptions } from '../../rgtp/item.ts';
import type { Motd } from '../../rgtp/motd.ts';
import { distance } from '../../rgtp/sequence.ts';
import type { Log } from '../../wire/log.ts';
import type { Octets } from '../../wire/octets.ts';
import { PostKind } from '../model.ts';
import { type Doubt, JUMP } from './row-order.ts';
import type { Sighting } from './sighting.ts';

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

/** What the board shows besides its index: evidence for rows that an editor may have made up or changed. */
export interface ItemProofs extends Pick<BoardConnection, 'item' | 'motd'> {
  /** The board sent nonsense for an item: throws it, and the poll is over; or returns, and there is no proof. */
  readonly unclear: (error: RgtpError) => void;
}

/** The most rows that are looked at in one poll. */
const MAX_PROVEN = 32;

/**
 * The number of the first of these rows that is in step with one for which the board shows more than the row;
 * `undefined`: there is none.
 */
export async function proven(board: ItemProofs, sighting: Sighting, { rows }: Doubt): Promise<number | undefined> {
  const isShown = showing(board, sighting);
  let first: number | undefined;
  let last: number | undefined;
  for (const row of rows.slice(0, MAX_PROVEN)) {
    const sequence = sighting.sequences[row] ?? 0;
    // Of messages of the day, the board has the newest only.
    if (first === undefined || last === undefined || distance(last, sequence) > JUMP) first = sequence;
    last = sequence;
    if (await isShown(row)) return first;
  }
  return undefined;
}

/** The numbers of those rows for which the board shows more than the row. */
export async function shown(
  board: ItemProofs,
  sighting: Sighting,
  rows: readonly number[],
): Promise<ReadonlySet<number>> {
  const isShown = showing(board, sighting);
  const found = new Set<number>();
  for (const row of rows.slice(0, MAX_PROVEN)) if (await isShown(row)) found.add(sighting.sequences[row] ?? 0);
  return found;
}

function showing(board: ItemProofs, { sequences, kinds, items, itemIds }: Sighting): (row: number) => Promise<boolean> {
  const textOf = remembered(board);
  return async (row) => {
    const sequence = sequences[row] ?? 0;
    if (kinds[row] === PostKind.Motd) return (await board.motd())?.sequence === sequence;
    const item = await textOf(itemIds[items[row] ?? -1] ?? '');
    return kinds[row] === PostKind.Edit ? item?.lastEdit === sequence : timeOf(item, sequence) !== undefined;
  };
}

/**
 * Of rows whose time is not what it was, those that are other posts: no edit of the index changes the time in an item's
 * text, so where that agrees with the row, the row is true.
 */
export async function otherPosts(
  board: ItemProofs,
  sighting: Sighting,
  rows: readonly number[],
): Promise<ReadonlySet<number>> {
  const others = new Set<number>();
  const textOf = remembered(board);
  for (const row of rows.slice(0, MAX_PROVEN)) {
    const item = await textOf(sighting.itemIds[sighting.items[row] ?? -1] ?? '');
    if (timeOf(item, sighting.sequences[row] ?? 0) === sighting.times[row]) others.add(row);
  }
  return others;
}

function timeOf(item: Item | undefined, sequence: number): number | undefined {
  return item?.contributions.find((post) => post.sequence === sequence)?.time;
}

/** Asks for each item once; `undefined` if the board has none, or sends nonsense for it time and again. */
function remembered(board: ItemProofs): (id: string) => Promise<Item | undefined> {
  const asked = new Map<string, Item | undefined>();
  return async (id) => {
    if (!asked.has(id)) {
      const text = await board.item(id).catch((error: unknown) => {
        if (!(error instanceof RgtpError) || error.kind === 'unavailable') throw error;
        if (error.kind !== 'no-such-item') board.unclear(error);
        return undefined;
      });
      asked.set(id, text);
    }
    return asked.get(id);
  };
}

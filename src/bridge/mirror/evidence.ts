/** Evidence for rows of the index, which an editor may have made up or changed: what else the board shows of them. */
import { RgtpError } from '../../rgtp/errors.ts';
import type { Item } from '../../rgtp/item.ts';
import { distance } from '../../rgtp/sequence.ts';
import { PostKind } from '../model.ts';
import type { BoardConnection } from './board-line.ts';
import type { Doubt } from './row-order.ts';
import type { Sighting } from './sighting.ts';

/** What is needed of the board. */
export interface ItemProofs extends Pick<BoardConnection, 'item' | 'motd'> {
  /** The board sent nonsense for an item: throws it, and the poll is over; or returns, and there is no proof. */
  readonly unclear: (error: RgtpError) => void;
}

/** The most rows that are looked at in one poll. */
const MAX_ROWS = 32;

/** The number of the first of these rows for which the board shows more than the row; `undefined`: there is none. */
export async function proven(board: ItemProofs, sighting: Sighting, { rows }: Doubt): Promise<number | undefined> {
  const textOf = remembered(board);
  for (const row of rows.slice(0, MAX_ROWS)) {
    const sequence = sighting.sequences[row] ?? 0;
    if (sighting.kinds[row] === PostKind.Motd) {
      if ((await board.motd())?.sequence === sequence) return sequence;
      continue;
    }
    const item = await textOf(sighting.itemIds[sighting.items[row] ?? -1] ?? '');
    const isThere =
      sighting.kinds[row] === PostKind.Edit ? item?.lastEdit === sequence : timeOf(item, sequence) !== undefined;
    if (isThere) return sequence;
  }
  return undefined;
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
  for (const row of rows.slice(0, MAX_ROWS)) {
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

/** Decides when rows that stand far above the others are believed. */
export class Doubts {
  #suspect: (Doubt & { readonly lastIndexEdit: number | undefined }) | undefined;
  /** the first of the rows that the next reading confirms */
  believable: number | undefined;

  isNew(doubt: Doubt | undefined): boolean {
    return doubt !== undefined && doubt.highest !== this.#suspect?.highest;
  }

  /**
   * A poll saw them. Returns whether another reading is to confirm them now.
   *
   * @param prove where those of them begin of which the board shows more than the row; `undefined` where there is nothing
   */
  async weigh(
    doubt: Doubt | undefined,
    lastIndexEdit: number | undefined,
    logged: boolean,
    prove: (doubt: Doubt) => Promise<number | undefined>,
  ): Promise<boolean> {
    this.believable = undefined;
    if (doubt === undefined || !this.isNew(doubt)) return false;
    if (this.#isConfirmable(doubt, lastIndexEdit, logged)) this.believable = await prove(doubt);
    this.#suspect = { ...doubt, lastIndexEdit };
    return this.believable !== undefined;
  }

  /**
   * Not where the board's own numbers are below them yet, as far as its editors' last change of the index shows, or
   * where there is no telling: an editor who makes up one row makes up two. Then something has to be posted above them,
   * and not by another such change.
   */
  #isConfirmable(doubt: Doubt, lastIndexEdit: number | undefined, logged: boolean): boolean {
    const { below, lowest, highest } = doubt;
    const isBetween =
      lastIndexEdit !== undefined &&
      (below === undefined || distance(below, lastIndexEdit) > 0) &&
      distance(lastIndexEdit, lowest) > 0;
    if (logged && !isBetween) return true;
    const was = this.#suspect;
    const hasGrown = was?.lowest === lowest && distance(was.highest, highest) > 0;
    return hasGrown && was.lastIndexEdit === lastIndexEdit;
  }
}

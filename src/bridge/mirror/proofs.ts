/** What the board shows of a post besides its row in the index, which an editor may have made up or changed. */
import { RgtpError } from '../../rgtp/errors.ts';
import type { Item } from '../../rgtp/item.ts';
import { PostKind } from '../model.ts';
import type { BoardConnection } from './board-line.ts';
import type { Doubt } from './row-order.ts';
import type { Sighting } from './sighting.ts';

/** What is asked of the board. */
export type ItemProofs = Pick<BoardConnection, 'item' | 'motd'>;

/** Rows that are looked at in one poll. */
const MAX_ROWS = 32;

/** The number of the first of these rows that the board shows more of; `undefined` where it shows of none. */
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

/** Each item once; `undefined` where the board has none, or nonsense for it. */
function remembered(board: ItemProofs): (id: string) => Promise<Item | undefined> {
  const asked = new Map<string, Item | undefined>();
  return async (id) => {
    if (!asked.has(id)) {
      const text = await board.item(id).catch((error: unknown) => {
        if (error instanceof RgtpError && error.kind !== 'unavailable') return undefined;
        throw error;
      });
      asked.set(id, text);
    }
    return asked.get(id);
  };
}

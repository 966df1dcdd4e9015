/**
 * Evidence for rows of the index that an editor may have made up, or changed. A row is proven if the board shows more of
 * its post than the row: the post in its item's text, the item's last edit, or the message of the day.
 */
import { RgtpError } from '../../rgtp/errors.ts';
import type { Item } from '../../rgtp/item.ts';
import { distance } from '../../rgtp/sequence.ts';
import type { BoardConnection, BoardLine } from '../board-line.ts';
import { PostKind } from '../model.ts';
import { type Doubt, JUMP } from './row-order.ts';
import type { Sighting } from './sighting.ts';

/** How many polls in a row may end because the board sends nonsense for an item that should prove something. */
const STRIKES = 3;
/** How many rows before jumps are checked: if there are more, they are made up. */
const MAX_BEFORE = 1000;

/** Decides which rows to believe, and asks the board about those in doubt. */
export class Evidence {
  readonly #proofs: ItemProofs;
  readonly #doubts = new Doubts();
  #strikes = 0;

  constructor(line: BoardLine) {
    this.#proofs = {
      item: (id) => line.run((board) => board.item(id), { anyway: true }),
      motd: () => line.run((board) => board.motd(), { anyway: true }),
      unclear: (error) => {
        if (++this.#strikes < STRIKES) throw error;
      },
    };
  }

  /** A poll has succeeded. */
  clear(): void {
    this.#strikes = 0;
  }

  confirms(sequence: number): boolean {
    return this.#doubts.believable.has(sequence) || this.#doubts.isProven(sequence);
  }

  isNew(doubt: Doubt | undefined): boolean {
    return this.#doubts.isNew(doubt);
  }

  /**
   * A poll has seen rows far above the others. Returns whether another reading should confirm them now.
   *
   * @param hasRoom numbers are left: without any, proof would gain nothing, and would move what is shown
   */
  isToConfirm(
    sighting: Sighting,
    lastIndexEdit: number | undefined,
    logged: boolean,
    hasRoom: boolean,
  ): Promise<boolean> {
    const doubt = hasRoom ? sighting.doubted : undefined;
    return this.#doubts.weigh(doubt, lastIndexEdit, logged, (rows) => proven(this.#proofs, sighting, rows));
  }

  /** Rows before a jump seem to be made up: does the board show more of them than the rows? */
  hasMore(sighting: Sighting): Promise<boolean> {
    const rows = new Map(sighting.beforeJump.map((row) => [sighting.sequences[row] ?? 0, row]));
    return this.#doubts.weighBefore([...rows.keys()], (fresh) =>
      shown(
        this.#proofs,
        sighting,
        fresh.flatMap((sequence) => rows.get(sequence) ?? []),
      ),
    );
  }

  /**
   * Of rows whose times have changed, those that are different posts, if any: no edit of the index changes the time in
   * an item's text, so if that agrees with the row, the row is true. Rows beyond the most that are asked about count as
   * the same posts, but on a restored board as different ones.
   */
  async otherPosts(
    sighting: Sighting,
    rows: readonly number[],
    restored: boolean,
    isOtherEdit: (row: number) => boolean,
  ): Promise<Pick<ReadonlySet<number>, 'has'> | undefined> {
    const others = new Set<number>();
    const same = new Set<number>();
    const textOf = remembered(this.#proofs);
    const isOther = async (row: number) => {
      if (sighting.kinds[row] === PostKind.Edit) return isOtherEdit(row);
      const item = await textOf(sighting.itemIds[sighting.items[row] ?? -1] ?? '');
      return timeOf(item, sighting.sequences[row] ?? 0) === sighting.times[row];
    };
    for (const row of rows.slice(0, MAX_PROVEN)) ((await isOther(row)) ? others : same).add(row);
    if (restored && rows.length > MAX_PROVEN) return { has: (row) => !same.has(row) };
    return others.size > 0 ? others : undefined;
  }
}

/** Decides when to believe rows far above the others. */
export class Doubts {
  /** the rows last weighed, and what the edit log said then */
  #suspect: (Doubt & { readonly lastIndexEdit: number | undefined; readonly logged: boolean }) | undefined;
  /** the rows far above those before them that the next reading will confirm */
  believable: ReadonlySet<number> = new Set();
  /** sequence numbers of rows far from those after them, and whether the board shows more of them */
  readonly #before = new Map<number, boolean>();

  /** Is this the number of a row before a jump of which the board shows more? */
  isProven(sequence: number): boolean {
    return this.#before.get(sequence) === true;
  }

  /**
   * Rows were left out because the numbers after them are far from theirs. Returns whether some are the board's own.
   *
   * @param prove finds those of which the board shows more
   */
  async weighBefore(
    sequences: readonly number[],
    prove: (sequences: readonly number[]) => Promise<ReadonlySet<number>>,
  ): Promise<boolean> {
    const fresh = sequences.filter((sequence) => !this.#before.has(sequence));
    if (fresh.length === 0 || this.#before.size + fresh.length > MAX_BEFORE) return false;
    const proven = await prove(fresh);
    for (const sequence of fresh) this.#before.set(sequence, proven.has(sequence));
    return proven.size > 0;
  }

  isNew(doubt: Doubt | undefined): boolean {
    const was = this.#suspect;
    return doubt !== undefined && (doubt.highest !== was?.highest || doubt.lowest !== was.lowest);
  }

  /**
   * A poll has seen such rows. Returns whether another reading should confirm them now.
   *
   * @param prove finds the first one of which the board shows more than the row, if any: returns the rows up to it that
   *   are far above those before them
   */
  async weigh(
    doubt: Doubt | undefined,
    lastIndexEdit: number | undefined,
    logged: boolean,
    prove: (doubt: Doubt) => Promise<readonly number[]>,
  ): Promise<boolean> {
    this.believable = new Set();
    // Without the edit log, less is believed.
    const isFirst = this.isNew(doubt) || (logged && this.#suspect?.logged === false);
    if (doubt === undefined || !isFirst) return false;
    if (this.#isConfirmable(doubt, lastIndexEdit, logged)) {
      const proven = await prove(doubt);
      // Where no editor has changed the index since the row below, the board made all of them.
      const isBoards = logged && !isEditedSince(doubt, lastIndexEdit);
      this.believable = new Set(isBoards ? proven : proven.slice(-1));
    }
    this.#suspect = { ...doubt, lastIndexEdit, logged };
    return this.believable.size > 0;
  }

  /**
   * Not if, judging by the editors' last change of the index, the board's own numbers are still far below them, or if
   * that can't be told: an editor who makes up one row may make up two. Then something must be posted above them
   * without another such change.
   */
  #isConfirmable(doubt: Doubt, lastIndexEdit: number | undefined, logged: boolean): boolean {
    const { lowest, highest } = doubt;
    const isBetween = isEditedSince(doubt, lastIndexEdit) && distance(lastIndexEdit, lowest) > JUMP;
    if (logged && !isBetween) return true;
    const was = this.#suspect;
    const hasGrown = was?.lowest === lowest && distance(was.highest, highest) > 0;
    return hasGrown && was.lastIndexEdit === lastIndexEdit;
  }
}

/** Has an editor changed the index since the row below? */
function isEditedSince({ below }: Doubt, lastIndexEdit: number | undefined): lastIndexEdit is number {
  return lastIndexEdit !== undefined && (below === undefined || distance(below, lastIndexEdit) > 0);
}

/** What the board shows besides its index: evidence for rows that an editor may have made up or changed. */
interface ItemProofs extends Pick<BoardConnection, 'item' | 'motd'> {
  /** The board sent nonsense for an item: either throws, which ends the poll, or returns, and there is no proof. */
  readonly unclear: (error: RgtpError) => void;
}

/** The most rows that are checked in one poll. */
const MAX_PROVEN = 32;

/** The numbers of those rows that are far above the ones before them, up to one of which the board shows more; or none. */
async function proven(board: ItemProofs, sighting: Sighting, { rows }: Doubt): Promise<readonly number[]> {
  const isShown = showing(board, sighting);
  const far: number[] = [];
  let last: number | undefined;
  for (const row of rows.slice(0, MAX_PROVEN)) {
    const sequence = sighting.sequences[row] ?? 0;
    // The board keeps only the newest message of the day.
    if (last === undefined || distance(last, sequence) > JUMP) far.push(sequence);
    last = sequence;
    if (await isShown(row)) return far;
  }
  return [];
}

/** The numbers of those rows of which the board shows more than the row. */
async function shown(board: ItemProofs, sighting: Sighting, rows: readonly number[]): Promise<ReadonlySet<number>> {
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

function timeOf(item: Item | undefined, sequence: number): number | undefined {
  return item?.contributions.find((post) => post.sequence === sequence)?.time;
}

/** Asks for each item once; `undefined` if the board does not have it, or sends nonsense for it time and again. */
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

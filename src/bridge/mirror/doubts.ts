import { distance } from '../../rgtp/sequence.ts';
import type { Doubt } from './row-order.ts';

/** Rows that stand far above the others: when they are believed. */
export class Doubts {
  #suspect: (Doubt & { readonly lastIndexEdit: number | undefined }) | undefined;
  /** where rows begin that the next reading confirms */
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
    if (doubt === undefined || !this.isNew(doubt) || !this.#isConfirmable(doubt, lastIndexEdit, logged)) return false;
    this.believable = await prove(doubt);
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
    this.#suspect = { ...doubt, lastIndexEdit };
    const hasGrown = was?.lowest === lowest && distance(was.highest, highest) > 0;
    return hasGrown && was.lastIndexEdit === lastIndexEdit;
  }
}

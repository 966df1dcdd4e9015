/**
 * What the board has said about items, but no poll has shown: the sequence number of an edit, or that the item is gone.
 * If the board is restored before a poll shows it, nothing reveals that it is no longer true. So a claim is believed
 * only if the board repeats it after a later poll.
 */

/** In place of an edit's number: the board does not have the item. */
export const GONE = -1;

interface Claim {
  readonly of: number;
  /** the number of the last poll that had begun by then */
  readonly poll: number;
}

export class Claims {
  readonly #all = new Map<number, Claim>();
  /** number of the last poll that began, and of the last that succeeded */
  #begun = 0;
  #polled = 0;

  pollBegins(): void {
    this.#begun++;
  }

  /** A poll has succeeded. Returns the claims, and whether that poll began after them. */
  polled(): { readonly item: number; readonly claim: number; readonly isDue: boolean }[] {
    this.#polled = this.#begun;
    return Array.from(this.#all, ([item, { of, poll }]) => ({ item, claim: of, isDue: poll < this.#polled }));
  }

  /** The board says so. Returns whether to believe it. */
  said(item: number, claim: number): boolean {
    const before = this.#all.get(item);
    const isAgain = before?.of === claim;
    const isBelieved = isAgain && before.poll < this.#polled;
    if (isBelieved) this.#all.delete(item);
    else if (!isAgain) this.#all.set(item, { of: claim, poll: this.#begun });
    return isBelieved;
  }

  /** It is no longer so, or has been shown. */
  drop(item: number): void {
    this.#all.delete(item);
  }
}

/**
 * What the board has said about items, but no poll has shown: the sequence number of an edit, or that the item is gone.
 * If the board is restored before a poll shows it, nothing reveals that it is no longer true. So it is believed only
 * if the board repeats it after a later poll.
 */

/** In place of an edit's number: the board does not have the item. */
export const GONE = -1;

interface Saying {
  /** the number of an edit, or `GONE` */
  readonly said: number;
  /** the number of the last poll that had begun by then */
  readonly poll: number;
}

export class Hearsay {
  readonly #all = new Map<number, Saying>();
  /** number of the last poll that began, and of the last that succeeded */
  #begun = 0;
  #polled = 0;

  pollBegins(): void {
    this.#begun++;
  }

  /** A poll has succeeded. Returns what is not believed yet, and whether that poll began after it was said. */
  polled(): { readonly item: number; readonly said: number; readonly isDue: boolean }[] {
    this.#polled = this.#begun;
    return Array.from(this.#all, ([item, { said, poll }]) => ({ item, said, isDue: poll < this.#polled }));
  }

  /** The board says so. Returns whether to believe it. */
  hear(item: number, said: number): boolean {
    const before = this.#all.get(item);
    const isAgain = before?.said === said;
    const isBelieved = isAgain && before.poll < this.#polled;
    if (isBelieved) this.#all.delete(item);
    else if (!isAgain) this.#all.set(item, { said, poll: this.#begun });
    return isBelieved;
  }

  /** It is no longer so, or has been shown. */
  drop(item: number): void {
    this.#all.delete(item);
  }
}

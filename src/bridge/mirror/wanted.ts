import { PostKind, type Posts } from '../model.ts';

/** Items that were touched at once beyond which looking through all rows is simpler. */
const MAX_TOUCHED = 1000;

/** Which item to fetch next: those touched last first, then by their newest post, backwards through the board. */
export class Wanted {
  readonly #posts: Posts;
  readonly #isWanted: (item: number) => boolean;
  #touched: number[] = [];
  /** rows from here down are still to be looked at; −1: all were, and what has been wanted since is in `touched` */
  #cursor = -1;

  constructor(posts: Posts, isWanted: (item: number) => boolean) {
    this.#posts = posts;
    this.#isWanted = isWanted;
  }

  /** nothing is left, as far as we know */
  get none(): boolean {
    return this.#cursor < 0 && this.#touched.length === 0;
  }

  touch(items: Iterable<number>): void {
    for (const item of items) this.#touched.push(item);
    if (this.#touched.length > MAX_TOUCHED) this.lookAgain();
  }

  /** Anything may be wanted: at the start, and after something went wrong. */
  lookAgain(): void {
    this.#touched = [];
    this.#cursor = this.#posts.length - 1;
  }

  /** @param isUnderWay items being fetched already */
  next(isUnderWay: (item: number) => boolean): number | undefined {
    const fits = (item: number) => item >= 0 && this.#isWanted(item) && !isUnderWay(item);
    for (let item = this.#touched.pop(); item !== undefined; item = this.#touched.pop()) if (fits(item)) return item;
    for (; this.#cursor >= 0; this.#cursor--) {
      const item = this.#posts.items[this.#cursor] ?? -1;
      if (this.#posts.kinds[this.#cursor] !== PostKind.Gone && fits(item)) return item;
    }
    return undefined;
  }
}

import { withRoom } from '../growable.ts';
import type { Posts } from '../model.ts';

/** The state of an item's text. */
export const TextState = {
  /** not held, to be fetched */
  Wanted: 0,
  /** held, with everything that the index shows */
  Held: 1,
  /** was held, then evicted because nobody read it: fetched again when somebody does */
  Evicted: 2,
  /** the board has none: withdrawn or archived (410) */
  Absent: 3,
  /** the board sent nonsense, several times */
  Broken: 4,
  /** held, but the item has grown since: to be fetched */
  Stale: 5,
  /** requested; the answer will be up to date */
  UnderWay: 6,
  /** requested, but changed since: the answer may be out of date, so it is ignored */
  Overtaken: 7,
} as const;
export type TextState = (typeof TextState)[keyof typeof TextState];

export interface QueuedPosts extends Posts {
  readonly presence: {
    /** called when an item gets its first existing post, or loses its last */
    onItem: ((item: number, isThere: boolean) => void) | undefined;
    has(item: number): boolean;
  };
}

/** Items in a block on disk. */
const BLOCK = 4096;

/** The state of each item's text: counted, and stored in blocks. */
export class TextStates {
  readonly #posts: QueuedPosts;
  #states = new Uint8Array(BLOCK);
  readonly #changed = new Set<number>();
  #held = 0;
  /** by state: items that have posts */
  readonly #counts = new Uint32Array(Object.keys(TextState).length);

  constructor(posts: QueuedPosts) {
    this.#posts = posts;
    posts.presence.onItem = (item, isThere) => this.#count(this.of(item), isThere ? 1 : -1);
  }

  /** items whose text is held and up to date */
  get held(): number {
    return this.#held;
  }

  /** Of the items that have posts: how many have no text, and how many texts are still to be fetched. */
  get count(): { readonly missing: number; readonly queued: number } {
    const of = (...states: readonly TextState[]) =>
      states.reduce<number>((sum, state) => sum + (this.#counts[state] ?? 0), 0);
    const { Absent, Broken, Wanted, Stale, UnderWay, Overtaken } = TextState;
    return { missing: of(Absent, Broken), queued: of(Wanted, Stale, UnderWay, Overtaken) };
  }

  of(item: number): TextState {
    // Only values of TextState are written; `load` checks what it reads.
    return (this.#states[item] ?? TextState.Wanted) as TextState;
  }

  set(item: number, state: TextState): void {
    const before = this.of(item);
    if (before === state) return;
    this.#states = withRoom(this.#states, item + 1, Uint8Array);
    this.#states[item] = state;
    this.#held += Number(state === TextState.Held) - Number(before === TextState.Held);
    if (this.#posts.presence.has(item)) {
      this.#count(before, -1);
      this.#count(state, 1);
    }
    this.#changed.add(Math.floor(item / BLOCK));
  }

  get dirty(): boolean {
    return this.#changed.size > 0;
  }

  /** Blocks of states that have changed since the last call, in stored form. */
  *takeChanges(): Iterable<{ readonly number: number; readonly data: Uint8Array }> {
    for (const number of this.#changed) {
      // What is under way now will not be after a restart.
      const block = this.#states.slice(number * BLOCK, (number + 1) * BLOCK);
      yield { number, data: block.map((state) => (state >= TextState.UnderWay ? TextState.Wanted : state)) };
    }
    this.#changed.clear();
  }

  /**
   * @param items the number of items
   * @param isCompared the index has been compared since the board was found not to have some of them
   */
  load(blocks: Iterable<Uint8Array>, items: number, isCompared: boolean): void {
    let count = 0;
    for (const block of blocks) {
      this.#states = withRoom(this.#states, count + block.length, Uint8Array);
      for (const state of block) {
        const isUnsure = state === TextState.Absent && !isCompared;
        // To be written before the index is compared: after that it would count as absent.
        if (isUnsure) this.#changed.add(Math.floor(count / BLOCK));
        // Items that were given up get another chance at every start.
        const isLost = state >= TextState.UnderWay || state === TextState.Broken;
        this.#states[count++] = isLost || isUnsure ? TextState.Wanted : state;
        if (state === TextState.Held) this.#held++;
      }
    }
    this.#counts.fill(0);
    for (let item = 0; item < items; item++) if (this.#posts.presence.has(item)) this.#count(this.of(item), 1);
  }

  /** The texts are lost, and so are their stored states. */
  forget(items: number): void {
    for (let item = 0; item < items; item++) {
      const state = this.of(item);
      if (state === TextState.Held || state === TextState.Stale) this.set(item, TextState.Wanted);
      this.#changed.add(Math.floor(item / BLOCK));
    }
  }

  #count(state: TextState, by: 1 | -1): void {
    this.#counts[state] = (this.#counts[state] ?? 0) + by;
  }
}

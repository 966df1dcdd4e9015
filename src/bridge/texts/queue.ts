import { NotAskedError } from '../../rgtp/client/shared-connection.ts';
import { RgtpError } from '../../rgtp/errors.ts';
import type { Item } from '../../rgtp/item.ts';
import { withRoom } from '../growable.ts';
import { PostKind, type Posts } from '../model.ts';

/** The state of an item's text. */
export const TextState = {
  /** not held, to be fetched */
  Wanted: 0,
  /** held, with everything the index tells of */
  Held: 1,
  /** was held, and dropped because nobody read it: fetched when somebody does */
  Evicted: 2,
  /** the board has none: withdrawn or archived (410) */
  Absent: 3,
  /** the board sent nonsense, several times over */
  Broken: 4,
  /** held, but the item has grown since: to be fetched */
  Stale: 5,
  /** requested; the answer will be up to date */
  UnderWay: 6,
  /** requested, and changed since: the answer may be out of date, so it is ignored */
  Doubted: 7,
} as const;
export type TextState = (typeof TextState)[keyof typeof TextState];

/** What the queue asks of the owner of the texts. */
export interface TextSource {
  /** Asks the board; rejects with `RgtpError`. */
  fetch(item: number): Promise<Item>;
  /** `undefined`: the board has no such item. The item's state is for the source to set. */
  arrived(item: number, text: Item | undefined): void;
  /** The board sends nonsense for this item, or breaks off at it, time and again. */
  gaveUp(item: number, error: unknown): void;
  /** Nothing is under way; `failure`: because something went wrong. */
  idle(failure: unknown): void;
}

interface QueuedPosts extends Posts {
  readonly presence: {
    /** told when an item gets its first post that is there, or loses its last */
    onItem: ((item: number, isThere: boolean) => void) | undefined;
    has(item: number): boolean;
  };
}

/** Failures at an item before it is given up: one may be chance, the item at the head of a lost connection may be innocent. */
const STRIKES = 3;
/** Items that were touched at once beyond which looking through all rows is simpler. */
const MAX_TOUCHED = 1000;
/** Items of a block on disk. */
const BLOCK = 4096;

/**
 * What must be fetched: the state of each item's text, and the order in which the board is asked for them – what readers
 * wait for first, then those touched last, then by their newest post, backwards through the board. Many at a time.
 */
export class FetchQueue {
  readonly #source: TextSource;
  readonly #posts: QueuedPosts;
  readonly #depth: number;
  #states = new Uint8Array(BLOCK);
  readonly #changed = new Set<number>();
  #held = 0;
  /** by state: items that have posts */
  readonly #counts = new Uint32Array(Object.keys(TextState).length);
  readonly #requests = new Map<number, Promise<Item | undefined>>();
  readonly #urgent: { readonly item: number; readonly answer: PromiseWithResolvers<Item | undefined> }[] = [];
  readonly #waiting = new Map<number, Promise<Item | undefined>>();
  readonly #strikes = new Map<number, number>();
  #touched: number[] = [];
  /** rows from here down are still to be looked at; −1: all were, and what has been wanted since is in `#touched` */
  #cursor = -1;
  #background = false;
  #failure: unknown;
  #closed = false;

  constructor(source: TextSource, posts: QueuedPosts, depth: number) {
    this.#source = source;
    this.#posts = posts;
    this.#depth = depth;
    posts.presence.onItem = (item, isThere) => this.#count(this.state(item), isThere ? 1 : -1);
  }

  /** items whose text is held and up to date */
  get held(): number {
    return this.#held;
  }

  /** Items that have posts: how many have no text, and of how many it is still to be fetched. */
  get count(): { readonly missing: number; readonly queued: number } {
    const of = (...states: readonly TextState[]) =>
      states.reduce<number>((sum, state) => sum + (this.#counts[state] ?? 0), 0);
    const { Absent, Broken, Wanted, Stale, UnderWay, Doubted } = TextState;
    return { missing: of(Absent, Broken), queued: of(Wanted, Stale, UnderWay, Doubted) };
  }

  /** nothing is left to fetch, as far as we know */
  get settled(): boolean {
    return this.#cursor < 0 && this.#touched.length === 0 && this.#requests.size === 0;
  }

  state(item: number): TextState {
    // Only values of TextState are ever written; what `load` reads is checked there.
    return (this.#states[item] ?? TextState.Wanted) as TextState;
  }

  set(item: number, state: TextState): void {
    const before = this.state(item);
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

  /** The item has changed on the board: fetches it, once more if it is under way. `revoked`: nothing of it is held. */
  touch(item: number, revoked = false): void {
    const state = this.state(item);
    if (this.#requests.has(item)) this.set(item, TextState.Doubted);
    else if (!revoked && (state === TextState.Held || state === TextState.Stale)) this.set(item, TextState.Stale);
    else this.set(item, TextState.Wanted);
    this.#touched.push(item);
    if (this.#touched.length > MAX_TOUCHED) this.lookAgain();
  }

  /** The board no longer has it, and it is not to be requested. */
  drop(item: number): void {
    this.set(item, this.#requests.has(item) ? TextState.Doubted : TextState.Absent);
  }

  /** Looks through all items for texts that are missing: at the start, and after something went wrong. */
  lookAgain(): void {
    this.#touched = [];
    this.#cursor = this.#posts.length - 1;
  }

  /** Fetches an item ahead of the queue. `undefined`: the board has no such item. */
  now(item: number): Promise<Item | undefined> {
    const waiting = this.#waiting.get(item);
    if (waiting !== undefined) return waiting;
    const answer = Promise.withResolvers<Item | undefined>();
    this.#urgent.push({ item, answer });
    this.#waiting.set(item, answer.promise);
    this.#pump();
    return answer.promise;
  }

  /** The board answers: fetches in the background from now on, until something goes wrong. */
  resume(): void {
    this.#background = true;
    this.#failure = undefined;
    this.#pump();
  }

  close(): void {
    this.#closed = true;
    this.#background = false;
    for (const { answer } of this.#urgent.splice(0)) answer.reject(new RgtpError('unavailable', 'closed'));
  }

  /** Blocks of states that changed since the last call, as they are stored. */
  *takeChanges(): Iterable<{ readonly number: number; readonly data: Uint8Array }> {
    for (const number of this.#changed) {
      // What is under way now will not be after a restart.
      const block = this.#states.slice(number * BLOCK, (number + 1) * BLOCK);
      yield { number, data: block.map((state) => (state >= TextState.UnderWay ? TextState.Wanted : state)) };
    }
    this.#changed.clear();
  }

  get dirty(): boolean {
    return this.#changed.size > 0;
  }

  /** @param items how many there are */
  load(blocks: Iterable<Uint8Array>, items: number): void {
    let count = 0;
    for (const block of blocks) {
      this.#states = withRoom(this.#states, count + block.length, Uint8Array);
      for (const state of block) {
        // What was given up gets another chance with every start.
        this.#states[count++] = state < TextState.UnderWay && state !== TextState.Broken ? state : TextState.Wanted;
        if (state === TextState.Held) this.#held++;
      }
    }
    this.#counts.fill(0);
    for (let item = 0; item < items; item++) if (this.#posts.presence.has(item)) this.#count(this.state(item), 1);
  }

  /** The texts are lost, and so is what was stored of their states. */
  forget(items: number): void {
    for (let item = 0; item < items; item++) {
      const state = this.state(item);
      if (state === TextState.Held || state === TextState.Stale) this.set(item, TextState.Wanted);
      this.#changed.add(Math.floor(item / BLOCK));
    }
    this.lookAgain();
  }

  #count(state: TextState, by: 1 | -1): void {
    this.#counts[state] = (this.#counts[state] ?? 0) + by;
  }

  #pump(): void {
    while (!this.#closed && this.#requests.size < this.#depth) {
      const urgent = this.#urgent.shift();
      if (urgent !== undefined) {
        this.#waiting.delete(urgent.item);
        const request = this.#requests.get(urgent.item) ?? this.#start(urgent.item);
        request.then(urgent.answer.resolve, urgent.answer.reject);
        continue;
      }
      const item = this.#background ? this.#next() : undefined;
      if (item === undefined) break;
      this.#start(item).catch(() => {});
    }
    if (this.#requests.size === 0) this.#source.idle(this.#failure);
  }

  #next(): number | undefined {
    const isWanted = (item: number) => {
      const state = this.state(item);
      return item >= 0 && (state === TextState.Wanted || state === TextState.Stale);
    };
    for (let item = this.#touched.pop(); item !== undefined; item = this.#touched.pop())
      if (isWanted(item)) return item;
    for (; this.#cursor >= 0; this.#cursor--) {
      const item = this.#posts.items[this.#cursor] ?? -1;
      if (this.#posts.kinds[this.#cursor] !== PostKind.Gone && isWanted(item)) return item;
    }
    return undefined;
  }

  #start(item: number): Promise<Item | undefined> {
    let again = false;
    const request = this.#fetch(item).catch((error: unknown) => {
      again = this.#failed(item, error);
      throw error;
    });
    this.#requests.set(item, request);
    this.set(item, TextState.UnderWay);
    const over = () => {
      this.#requests.delete(item);
      if (again) this.touch(item);
      this.#pump();
    };
    request.then(over, over);
    return request;
  }

  async #fetch(item: number): Promise<Item | undefined> {
    for (;;) {
      const text = await this.#ask(item);
      if (this.state(item) !== TextState.Doubted) {
        this.#strikes.delete(item);
        this.#source.arrived(item, text);
        return text;
      }
      // What an editor removed is not brought back by an old answer.
      this.set(item, TextState.UnderWay);
    }
  }

  async #ask(item: number): Promise<Item | undefined> {
    try {
      return await this.#source.fetch(item);
    } catch (error) {
      if (error instanceof RgtpError && error.kind === 'no-such-item') return undefined;
      throw error;
    }
  }

  /** Returns whether the failure may have been chance: the item is to be fetched again. */
  #failed(item: number, error: unknown): boolean {
    this.set(item, TextState.Wanted);
    const asked = !(error instanceof NotAskedError);
    const nonsense = asked && error instanceof RgtpError && (error.kind === 'nonsense' || error.kind === 'internal');
    // Of requests lost with their connection, the oldest is the one the board may have choked on.
    const atHead = this.#requests.keys().next().value === item;
    // The rest waits until the board is known to answer again.
    if (!nonsense) {
      this.#background = false;
      this.#failure = error;
    }
    if (!nonsense && !(asked && atHead)) return false;
    const strikes = (this.#strikes.get(item) ?? 0) + 1;
    if (strikes < STRIKES) {
      this.#strikes.set(item, strikes);
      return true;
    }
    this.#strikes.delete(item);
    this.set(item, TextState.Broken);
    this.#source.gaveUp(item, error);
    return false;
  }
}

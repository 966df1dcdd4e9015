import { NotAskedError } from '../../rgtp/client/shared-connection.ts';
import { RgtpError } from '../../rgtp/errors.ts';
import type { Item } from '../../rgtp/item.ts';
import { PostKind } from '../model.ts';
import { type QueuedPosts, TextState, TextStates } from './states.ts';

/** What the queue needs from the owner of the texts. */
export interface TextSource {
  /** Asks the board; rejects with `RgtpError`. */
  fetch(item: number): Promise<Item>;
  /** `undefined`: the board has no such item. The source must set the item's state. */
  arrived(item: number, text: Item | undefined): void;
  /** The board has repeatedly sent nonsense for this item, or broken off at it. */
  gaveUp(item: number, error: unknown): void;
  /** Nothing is under way; `failure`: because something went wrong. */
  idle(failure: unknown): void;
}

/**
 * Failures at an item before giving it up: one may be chance, and the item at the head of a lost connection may be
 * innocent.
 */
const STRIKES = 3;
/** If more items than this are touched at once, going through all rows is simpler. */
const MAX_TOUCHED = 1000;

/**
 * Which items must be fetched, and in which order: first those that readers wait for, then those touched last, then the
 * others by their newest post, backwards through the board. Many are fetched at a time.
 */
export class FetchQueue {
  readonly states: TextStates;
  readonly #source: TextSource;
  readonly #posts: QueuedPosts;
  readonly #depth: number;
  readonly #requests = new Map<number, Promise<Item | undefined>>();
  readonly #urgent: { readonly item: number; readonly answer: PromiseWithResolvers<Item | undefined> }[] = [];
  readonly #waiting = new Map<number, Promise<Item | undefined>>();
  readonly #strikes = new Map<number, number>();
  #touched: number[] = [];
  /**
   * rows from here down are still to be examined; −1: all have been, and what has been wanted since is in `#touched`
   */
  #cursor = -1;
  #background = false;
  #failure: unknown;
  #closed = false;

  constructor(source: TextSource, posts: QueuedPosts, depth: number) {
    this.#source = source;
    this.#posts = posts;
    this.#depth = depth;
    this.states = new TextStates(posts);
  }

  /** nothing is left to fetch, as far as is known */
  get settled(): boolean {
    return this.#cursor < 0 && this.#touched.length === 0 && this.#requests.size === 0;
  }

  /**
   * The item has changed on the board: fetches it, again if it is under way. `revoked`: what is held must be dropped.
   */
  touch(item: number, revoked = false): void {
    const state = this.states.of(item);
    if (this.#requests.has(item)) this.states.set(item, TextState.Overtaken);
    else if (!revoked && (state === TextState.Held || state === TextState.Stale))
      this.states.set(item, TextState.Stale);
    else this.states.set(item, TextState.Wanted);
    this.#touched.push(item);
    if (this.#touched.length > MAX_TOUCHED) this.lookAgain();
  }

  /** The board no longer has the item: it is not requested again. */
  drop(item: number): void {
    this.states.set(item, this.#requests.has(item) ? TextState.Overtaken : TextState.Absent);
  }

  /** Goes through all items for missing texts: at the start, and after a failure. */
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

  /** The board answers again: fetches in the background from now on, until something fails. */
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
      const state = this.states.of(item);
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
    this.states.set(item, TextState.UnderWay);
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
      if (this.states.of(item) !== TextState.Overtaken) {
        this.#strikes.delete(item);
        this.#source.arrived(item, text);
        return text;
      }
      // An old answer must not bring back what an editor has removed.
      this.states.set(item, TextState.UnderWay);
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

  /** Returns whether the failure may have been chance, so that the item should be fetched again. */
  #failed(item: number, error: unknown): boolean {
    this.states.set(item, TextState.Wanted);
    const asked = !(error instanceof NotAskedError);
    const nonsense = asked && error instanceof RgtpError && (error.kind === 'nonsense' || error.kind === 'internal');
    // Of requests lost with their connection, the board may have choked on the oldest.
    const atHead = this.#requests.keys().next().value === item;
    // The rest wait until the board is known to answer again.
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
    this.states.set(item, TextState.Broken);
    this.#source.gaveUp(item, error);
    return false;
  }
}

import { RgtpError } from '../../rgtp/errors.ts';
import type { Item } from '../../rgtp/item.ts';
import { NotAskedError } from './board-line.ts';

export interface FetcherOptions {
  /** requests under way at a time */
  readonly depth: number;
  /** asks the board; rejects with `RgtpError` */
  readonly fetch: (item: number) => Promise<Item>;
  /** the next item to fetch in the background, `undefined` when all are there; never one it gave before and that is under way */
  readonly next: () => number | undefined;
  readonly onItem: (item: number, text: Item | undefined) => void;
  /** the board sent nonsense for this item: it wants to be fetched again */
  readonly onAgain: (item: number) => void;
  /** the board sends nonsense for this item, or breaks off at it, time and again */
  readonly onBroken: (item: number, error: unknown) => void;
  /** nothing is under way; `failed`: because something went wrong */
  readonly onIdle: (failure: unknown) => void;
}

/** Failures at an item before it is given up: one may be chance, the item at the head of a lost connection may be innocent. */
const STRIKES = 3;

interface Request {
  promise: Promise<Item | undefined>;
  /** the item changed after this was sent: the answer may be from before */
  stale: boolean;
  /** it failed, and that may have been chance */
  again: boolean;
}

/** Fetches items: what readers wait for first, then the rest in the background, many requests at a time. */
export class Fetcher {
  readonly #options: FetcherOptions;
  readonly #underWay = new Map<number, Request>();
  readonly #urgent: { readonly item: number; readonly answer: PromiseWithResolvers<Item | undefined> }[] = [];
  readonly #waiting = new Map<number, Promise<Item | undefined>>();
  readonly #strikes = new Map<number, number>();
  #background = false;
  #failure: unknown;
  #closed = false;

  constructor(options: FetcherOptions) {
    this.#options = options;
  }

  get busy(): boolean {
    return this.#underWay.size > 0;
  }

  isUnderWay(item: number): boolean {
    return this.#underWay.has(item);
  }

  /** The item has changed on the board: an answer under way is not to be believed. */
  touch(item: number): void {
    const request = this.#underWay.get(item);
    if (request !== undefined) request.stale = true;
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

  #pump(): void {
    while (!this.#closed && this.#underWay.size < this.#options.depth) {
      const urgent = this.#urgent.shift();
      if (urgent !== undefined) {
        this.#waiting.delete(urgent.item);
        const request = this.#underWay.get(urgent.item) ?? this.#start(urgent.item);
        request.promise.then(urgent.answer.resolve, urgent.answer.reject);
        continue;
      }
      const item = this.#background ? this.#options.next() : undefined;
      if (item === undefined) break;
      this.#start(item).promise.catch(() => {});
    }
    if (this.#underWay.size === 0) this.#options.onIdle(this.#failure);
  }

  #start(item: number): Request {
    const request: Request = { promise: Promise.resolve(undefined), stale: false, again: false };
    this.#underWay.set(item, request);
    request.promise = this.#fetch(item, request);
    const over = () => {
      this.#underWay.delete(item);
      if (request.again) this.#options.onAgain(item);
      this.#pump();
    };
    request.promise.then(over, over);
    return request;
  }

  async #fetch(item: number, request: Request): Promise<Item | undefined> {
    try {
      for (;;) {
        request.stale = false;
        const text = await this.#ask(item);
        // Touched meanwhile: once more, so that what an editor removed is not brought back by an old answer.
        if (request.stale) continue;
        this.#strikes.delete(item);
        this.#options.onItem(item, text);
        return text;
      }
    } catch (error) {
      this.#failed(item, request, error);
      throw error;
    }
  }

  async #ask(item: number): Promise<Item | undefined> {
    try {
      return await this.#options.fetch(item);
    } catch (error) {
      if (error instanceof RgtpError && error.kind === 'no-such-item') return undefined;
      throw error;
    }
  }

  #failed(item: number, request: Request, error: unknown): void {
    const asked = !(error instanceof NotAskedError);
    const nonsense = asked && error instanceof RgtpError && (error.kind === 'nonsense' || error.kind === 'internal');
    // Of requests lost with their connection, the oldest is the one the board may have choked on.
    const atHead = this.#underWay.keys().next().value === item;
    if (nonsense || (asked && atHead)) {
      const strikes = (this.#strikes.get(item) ?? 0) + 1;
      if (strikes < STRIKES) {
        this.#strikes.set(item, strikes);
        request.again = true;
      } else {
        this.#strikes.delete(item);
        this.#options.onBroken(item, error);
      }
    }
    if (nonsense) return;
    // The rest waits until the board is known to answer again.
    this.#background = false;
    this.#failure = error;
  }
}

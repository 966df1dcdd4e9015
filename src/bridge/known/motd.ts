import type { Motd } from '../../rgtp/motd.ts';
import type { Cache } from '../../store/cache.ts';
import { PostKind, type ShownMotd } from '../model.ts';
import type { BoardState } from './state.ts';

const DUE = 'motd-due';

/** The message of the day in the cache. */
interface Kept extends Motd {
  /** article number of its post, 0 while the index has none; missing in caches of version 0.1 */
  readonly number?: number;
}

/** The board's message of the day, and its article. */
export class MessageOfTheDay {
  readonly #cache: Cache;
  readonly #state: BoardState;
  #kept: Kept | undefined;
  #due: boolean;

  /** Throws if the cache makes no sense. */
  constructor(cache: Cache, state: BoardState) {
    this.#cache = cache;
    this.#state = state;
    const json = cache.fact('motd');
    // Written by `save`.
    this.#kept = json === undefined ? undefined : (JSON.parse(json) as Kept);
    this.#due = cache.fact(DUE) !== undefined;
  }

  /** The board may have another message by now: it must be asked, however long that takes. */
  get isDue(): boolean {
    return this.#due;
  }

  /** The message's row is about to be shown, or may have changed. */
  expect(): void {
    if (this.#due) return;
    this.#due = true;
    this.#cache.setFact(DUE, '1');
  }

  get current(): ShownMotd | undefined {
    const motd = this.#kept;
    if (motd === undefined) return undefined;
    const { number, ...message } = motd;
    return { ...message, row: this.#state.posts.rowOf(number || this.#numberOf(motd)) };
  }

  /** Takes the board's current message. Returns whether it is new. */
  take(asked: Motd | undefined): boolean {
    this.#due = false;
    this.#cache.deleteFact(DUE);
    const motd = asked && { ...asked, number: this.#numberOf(asked) };
    if (JSON.stringify(motd) === JSON.stringify(this.#kept)) return false;
    this.#kept = motd;
    this.save();
    this.#cache.purge();
    return true;
  }

  save(): void {
    if (this.#kept === undefined) this.#cache.deleteFact('motd');
    else this.#cache.setFact('motd', JSON.stringify(this.#kept));
    if (this.#due) this.#cache.setFact(DUE, '1');
  }

  #numberOf({ sequence }: Motd): number {
    const { posts } = this.#state;
    const row = this.#state.rowOfSequence(sequence);
    return posts.kinds[row] === PostKind.Motd ? (posts.numbers[row] ?? 0) : 0;
  }
}

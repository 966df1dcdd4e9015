import type { IndexEntry } from '../../rgtp/index-entry.ts';
import { isAfter } from '../../rgtp/sequence.ts';
import { type BoardModel, PostKind } from '../model.ts';
import type { OwnPosts } from '../ports.ts';
import type { Landmark, Moment, Plan } from './plan.ts';

/** A post as the index shows it, or a withdrawal as the edit log does. */
export interface Sign {
  readonly sequence: number;
  readonly kind: PostKind;
  readonly itemId: string | undefined;
  /** unix seconds; `undefined` for a withdrawal */
  readonly time: number | undefined;
}

/** Of the rows of an index; F rows stand beside the C row of the same number. */
export const ROW_KINDS = {
  I: PostKind.Item,
  R: PostKind.Reply,
  C: PostKind.Continuation,
  F: PostKind.Gone,
  E: PostKind.Edit,
  M: PostKind.Motd,
} as const satisfies Record<IndexEntry['type'], PostKind>;

const INDEXED: ReadonlySet<number | undefined> = new Set(
  Object.values(ROW_KINDS).filter((kind) => kind !== PostKind.Gone),
);

export type RowModel = Pick<BoardModel, 'posts' | 'items' | 'userids' | 'notice' | 'rowOfSequence'>;

/** What the mirror knows of the board's rows, as posting asks it: which are older than a plan, and which are ours. */
export class KnownRows {
  readonly #newsgroup: string;
  readonly #model: RowModel;
  readonly #own: OwnPosts;
  readonly #newestEpoch: number;

  /** @param newestEpoch the newest in the store, for as long as no row of the index is known */
  constructor(newsgroup: string, model: RowModel, own: OwnPosts, newestEpoch: number) {
    this.#newsgroup = newsgroup;
    this.#model = model;
    this.#own = own;
    this.#newestEpoch = newestEpoch;
  }

  /** What is known at this moment, to be written into a plan. */
  now(): Pick<Plan, 'after' | 'moment'> {
    const { sequences, numbers, length } = this.#model.posts;
    const moment = { newest: this.#landmark(), number: numbers[length - 1] ?? 0 };
    return { after: sequences[length - 1] ?? -1, moment };
  }

  #landmark(): Landmark | undefined {
    const { posts, userids } = this.#model;
    for (let row = posts.length - 1; row >= 0; row--) {
      if (!INDEXED.has(posts.kinds[row])) continue;
      return {
        sequence: posts.sequences[row] ?? 0,
        time: posts.times[row] ?? 0,
        itemId: this.#itemIdOf(row),
        userid: userids[posts.users[row] ?? -1] ?? '',
      };
    }
    return undefined;
  }

  /** Whether this was on the board when something was planned. */
  isOlder(sign: Sign, { newest, number }: Moment): boolean {
    const { numbers, length } = this.#model.posts;
    const row = this.#rowLike(sign);
    if (row >= 0) return (numbers[row] ?? 0) <= number;
    // After a lost cache nothing is known at first. Then the board's clock has to tell.
    return length === 0 && newest !== undefined && sign.time !== undefined && sign.time < newest.time;
  }

  /** Whether this is a post of ours that is known already. */
  isTaken(sign: Sign): boolean {
    const { epochs, length } = this.#model.posts;
    const row = this.#rowLike(sign);
    if (row >= 0) return this.isOurs(epochs[row] ?? 0, sign.sequence);
    // Another post has that number: one that is known cannot be meant.
    if (this.#rowOf(sign.sequence) >= 0) return this.isOurs(0, sign.sequence);
    return this.isOurs(epochs[length - 1] ?? this.#newestEpoch, sign.sequence);
  }

  /** Whether a post of ours is known there, or at that number without an epoch yet. */
  isOurs(epoch: number, sequence: number): boolean {
    return [epoch, 0].some((each) => this.#own.idOf(this.#newsgroup, each, sequence) !== undefined);
  }

  /**
   * The epoch of a post that the board has numbered. 0: only the mirror knows, once it has seen its row, for a new epoch may
   * begin there. A row that came in since the post was planned is its row, though (shown before it could be told whose it is).
   */
  epochOf({ after, moment }: Plan, sequence: number): number {
    const { numbers, epochs } = this.#model.posts;
    const row = this.#rowOf(sequence);
    if (row < 0) return 0;
    const isNew = moment === undefined ? isNewer(sequence, after) : (numbers[row] ?? 0) > moment.number;
    return isNew ? (epochs[row] ?? 0) : 0;
  }

  /** −1: none, also where an article has that number that has another place on the board. */
  #rowOf(sequence: number): number {
    const row = this.#model.rowOfSequence(sequence);
    return this.#model.posts.sequences[row] === sequence ? row : -1;
  }

  /** The row of exactly this post, in whatever epoch; −1 if it is not known. */
  #rowLike(sign: Sign): number {
    const { sequences, epochs, length } = this.#model.posts;
    const today = this.#rowOf(sign.sequence);
    if (today >= 0 && this.#isLike(today, sign)) return today;
    // The board may be as it was before the numbering began again.
    let row = (epochs[length - 1] ?? 0) > 1 ? sequences.indexOf(sign.sequence) : -1;
    while (row >= 0 && row < length && !this.#isLike(row, sign)) row = sequences.indexOf(sign.sequence, row + 1);
    return row < length ? row : -1;
  }

  #isLike(row: number, { kind, itemId, time }: Sign): boolean {
    const { kinds, times } = this.#model.posts;
    const there = kinds[row];
    // What was withdrawn may be back.
    if (there !== kind && !(there === PostKind.Gone && itemId !== undefined)) return false;
    return this.#itemIdOf(row) === itemId && (time === undefined || times[row] === time);
  }

  #itemIdOf(row: number): string | undefined {
    const { posts, items } = this.#model;
    return items[posts.items[row] ?? -1]?.id ?? this.#model.notice(row)?.itemId;
  }
}

/** @param after −1: nothing */
export function isNewer(sequence: number, after: number): boolean {
  return after < 0 || isAfter(sequence, after);
}

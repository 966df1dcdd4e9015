import { isNewer } from '../../rgtp/sequence.ts';
import { type BoardModel, PostKind } from '../model.ts';
import type { OwnPosts } from '../ports.ts';
import { isIndexed } from '../row-kinds.ts';
import type { Landmark, Moment, Plan } from './plan.ts';

/** A post as the index shows it, or a withdrawal as the edit log does. */
export interface Sign {
  readonly sequence: number;
  readonly kind: PostKind;
  readonly itemId: string | undefined;
  /** unix seconds; `undefined` for a withdrawal */
  readonly time: number | undefined;
}

export type RowModel = Pick<BoardModel, 'posts' | 'items' | 'userids' | 'notice' | 'rowOfSequence'>;

/** Tells which rows of the board are older than a plan, and which are our own posts, from what the mirror knows. */
export class KnownRows {
  readonly #newsgroup: string;
  readonly #model: RowModel;
  readonly #own: OwnPosts;
  readonly #newestEpoch: number;

  /** @param newestEpoch the newest epoch in the store: counts until a row of the index is known */
  constructor(newsgroup: string, model: RowModel, own: OwnPosts, newestEpoch: number) {
    this.#newsgroup = newsgroup;
    this.#model = model;
    this.#own = own;
    this.#newestEpoch = newestEpoch;
  }

  /** What is known now, for a plan. */
  now(): Pick<Plan, 'after' | 'moment'> {
    const { sequences, numbers, length } = this.#model.posts;
    const moment = { newest: this.#landmark(), number: numbers[length - 1] ?? 0 };
    return { after: sequences[length - 1] ?? -1, moment };
  }

  #landmark(): Landmark | undefined {
    const { posts, userids } = this.#model;
    for (let row = posts.length - 1; row >= 0; row--) {
      if (!isIndexed(posts.kinds[row])) continue;
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
    // Without a cache nothing is known at first: the board's clock has to do.
    return length === 0 && newest !== undefined && sign.time !== undefined && sign.time < newest.time;
  }

  /** Whether this is one of our posts, another than the planned one, that has its Message-ID already. */
  isTaken(sign: Sign, { seen = [] }: Pick<Plan, 'seen'>): boolean {
    const { epochs, length } = this.#model.posts;
    const unread = this.#own.idOf(this.#newsgroup, 0, sign.sequence)?.messageId;
    if (unread !== undefined) {
      const before = seen.find(({ messageId }) => messageId === unread);
      if (before === undefined || before.time === sign.time) return true;
    }
    const row = this.#rowLike(sign);
    if (row >= 0) return this.#isOwn(epochs[row] ?? 0, sign.sequence);
    // The mirror knows another post by that number, so a Message-ID that was given to that one does not count.
    if (this.#rowOf(sign.sequence) >= 0) return false;
    return this.#isOwn(epochs[length - 1] ?? this.#newestEpoch, sign.sequence);
  }

  /** Whether one of our posts has that number, in this epoch or without an epoch yet. */
  isOurs(epoch: number, sequence: number): boolean {
    return this.#isOwn(epoch, sequence) || this.#isOwn(0, sequence);
  }

  #isOwn(epoch: number, sequence: number): boolean {
    return this.#own.idOf(this.#newsgroup, epoch, sequence) !== undefined;
  }

  /**
   * The epoch of a post with that number. 0: not known until the mirror has read its row, because a new epoch may begin there.
   * If a row with that number came in after the post was planned, that row is the post.
   */
  epochOf({ after, moment }: Plan, sequence: number): number {
    const { numbers, epochs } = this.#model.posts;
    const row = this.#rowOf(sequence);
    if (row < 0) return 0;
    const isNew = moment === undefined ? isNewer(sequence, after) : (numbers[row] ?? 0) > moment.number;
    return isNew ? (epochs[row] ?? 0) : 0;
  }

  /** The row that has this number on the board now, −1 if none. */
  #rowOf(sequence: number): number {
    const row = this.#model.rowOfSequence(sequence);
    return this.#model.posts.sequences[row] === sequence ? row : -1;
  }

  /** The row of exactly this post, in any epoch; −1 if it is not known. */
  #rowLike(sign: Sign): number {
    const { sequences, epochs, length } = this.#model.posts;
    const today = this.#rowOf(sign.sequence);
    if (today >= 0 && this.#isLike(today, sign)) return today;
    // A second restore may have brought back rows of an earlier epoch.
    let row = (epochs[length - 1] ?? 0) > 1 ? sequences.indexOf(sign.sequence) : -1;
    while (row >= 0 && row < length && !this.#isLike(row, sign)) row = sequences.indexOf(sign.sequence, row + 1);
    return row < length ? row : -1;
  }

  #isLike(row: number, { kind, itemId, time }: Sign): boolean {
    const { kinds, times } = this.#model.posts;
    const there = kinds[row];
    // A post that was withdrawn may be back.
    if (there !== kind && !(there === PostKind.Gone && itemId !== undefined)) return false;
    return this.#itemIdOf(row) === itemId && (time === undefined || times[row] === time);
  }

  #itemIdOf(row: number): string | undefined {
    const { posts, items } = this.#model;
    return items[posts.items[row] ?? -1]?.id ?? this.#model.notice(row)?.itemId;
  }
}

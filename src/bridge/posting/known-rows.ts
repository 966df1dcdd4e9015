import { isNewer } from '../../rgtp/sequence.ts';
import type { RecentRow } from '../../store/permanent-records.ts';
import { isCut, rowDetails } from '../known/recent.ts';
import { type BoardModel, PostKind } from '../model.ts';
import type { OwnPosts } from '../ports.ts';
import { isIndexed } from '../row-kinds.ts';
import type { Landmark, Moment, Plan } from './plan.ts';

/** A post as shown by the index, or a withdrawal as shown by the edit log. */
export interface Sign {
  readonly sequence: number;
  readonly kind: PostKind;
  readonly itemId: string | undefined;
  /** unix seconds; `undefined` for a withdrawal */
  readonly time: number | undefined;
}

export type RowModel = Pick<BoardModel, 'posts' | 'items' | 'userids' | 'notice' | 'rowOfSequence'>;

/** Tells, from what the mirror knows, which of the board's rows are older than a plan, and which are our own posts. */
export class KnownRows {
  readonly #newsgroup: string;
  readonly #model: RowModel;
  readonly #own: OwnPosts;
  readonly #newestEpoch: number;
  readonly #recent: () => Promise<readonly RecentRow[]>;
  readonly #isShared: boolean;
  /** the newest rows that any bridge has shown; `undefined`: the mirror knows them */
  #shown: ShownBefore | undefined;

  /**
   * @param recent the newest rows that readers have been shown
   * @param newestEpoch the newest epoch in the store, used until a row of the index is known
   * @param isShared other bridges may show rows that this one has not read
   */
  constructor(
    newsgroup: string,
    model: RowModel,
    own: OwnPosts,
    recent: () => Promise<readonly RecentRow[]>,
    newestEpoch: number,
    isShared = false,
  ) {
    this.#newsgroup = newsgroup;
    this.#model = model;
    this.#own = own;
    this.#recent = recent;
    this.#newestEpoch = newestEpoch;
    this.#isShared = isShared;
  }

  /**
   * To be called before rows are judged. Without a cache, nothing is known at first but what the store has; and the
   * posts of other bridges are known by number before their rows are read here.
   */
  async look(): Promise<void> {
    const isEnough = this.#model.posts.length > 0 && !this.#isShared;
    this.#shown = isEnough ? undefined : shownBefore(await this.#recent());
  }

  /** What is known now, to be stored in a plan. */
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

  /** Whether this was on the board already when something was planned. */
  isOlder(sign: Sign, { newest, number }: Moment): boolean {
    const { numbers, length } = this.#model.posts;
    const row = this.#rowLike(sign);
    if (row >= 0) return (numbers[row] ?? 0) <= number;
    if (length > 0 || newest === undefined || sign.time === undefined) return false;
    const before = this.#shown?.posts.get(nameOf(sign));
    if (before !== undefined) return before.number <= number;
    // Older than everything in the store: only the board's clock can tell.
    return sign.time < (this.#shown?.since ?? newest.time);
  }

  /** Whether this is another of our posts, which has its Message-ID already. */
  isTaken(sign: Sign, { seen = [] }: Pick<Plan, 'seen'>): boolean {
    const { epochs, length } = this.#model.posts;
    const unread = this.#own.idOf(this.#newsgroup, 0, sign.sequence)?.messageId;
    if (unread !== undefined) {
      const before = seen.find(({ messageId }) => messageId === unread);
      if (before === undefined || before.time === sign.time) return true;
    }
    const row = this.#rowLike(sign);
    if (row >= 0) return this.#isOwn(epochs[row] ?? 0, sign.sequence);
    const before = this.#shown?.posts.get(nameOf(sign));
    if (before !== undefined) return this.#isOwn(before.epoch, sign.sequence);
    // Another post is known by that number, so that one's Message-ID does not count.
    if (this.#rowOf(sign.sequence) >= 0 || this.#shown?.sequences.has(sign.sequence)) return false;
    return this.#isOwn(epochs[length - 1] ?? this.#newestEpoch, sign.sequence);
  }

  /** Whether one of our posts has that number, in this epoch or in none yet. */
  isOurs(epoch: number, sequence: number): boolean {
    return this.#isOwn(epoch, sequence) || this.#isOwn(0, sequence);
  }

  #isOwn(epoch: number, sequence: number): boolean {
    return this.#own.idOf(this.#newsgroup, epoch, sequence) !== undefined;
  }

  /**
   * The epoch of a post with that number. 0: not known before the mirror has read its row, because a new epoch may
   * begin there. If its author's bridge was answered, and a row with that number has come in since the post was planned,
   * that row is the post. (The bridge may have known less of the board than the one that finds the post.)
   *
   * @param sign the post as it was found on the board
   */
  epochOf({ after, moment }: Plan, sequence: number, sign: Sign | undefined): number {
    const { numbers, epochs, kinds } = this.#model.posts;
    if (sign !== undefined) return epochs[this.#rowLike(sign)] ?? 0;
    const row = this.#rowOf(sequence);
    if (row < 0 || kinds[row] === PostKind.Gone) return 0;
    const isNew = moment === undefined ? isNewer(sequence, after) : (numbers[row] ?? 0) > moment.number;
    return isNew ? (epochs[row] ?? 0) : 0;
  }

  /** The row that now has this number on the board, −1 if none. */
  #rowOf(sequence: number): number {
    const row = this.#model.rowOfSequence(sequence);
    return this.#model.posts.sequences[row] === sequence ? row : -1;
  }

  /** The row of exactly this post, in any epoch; −1 if it is not known. */
  #rowLike(sign: Sign): number {
    const { sequences, epochs, length } = this.#model.posts;
    const today = this.#rowOf(sign.sequence);
    if (today >= 0 && this.#isLike(today, sign)) return today;
    // A second restoration may have brought back rows of an earlier epoch.
    let row = (epochs[length - 1] ?? 0) > 1 ? sequences.indexOf(sign.sequence) : -1;
    while (row >= 0 && row < length && !this.#isLike(row, sign)) row = sequences.indexOf(sign.sequence, row + 1);
    return row < length ? row : -1;
  }

  #isLike(row: number, { kind, itemId, time }: Sign): boolean {
    const { kinds, times } = this.#model.posts;
    const there = kinds[row];
    // A withdrawn post may be back.
    if (there !== kind && !(there === PostKind.Gone && itemId !== undefined)) return false;
    return this.#itemIdOf(row) === itemId && (time === undefined || times[row] === time);
  }

  #itemIdOf(row: number): string | undefined {
    const { posts, items } = this.#model;
    return items[posts.items[row] ?? -1]?.id ?? this.#model.notice(row)?.itemId;
  }
}

interface ShownBefore {
  /** by `nameOf` */
  readonly posts: ReadonlyMap<string, { readonly number: number; readonly epoch: number }>;
  readonly sequences: ReadonlySet<number>;
  /** unix seconds, by the board's clock: rows from before may have been shown, too; `undefined`: whatever the time */
  readonly since: number | undefined;
}

function shownBefore(rows: readonly RecentRow[]): ShownBefore {
  const posts = new Map<string, { readonly number: number; readonly epoch: number }>();
  const sequences = new Set<number>();
  let since = Number.POSITIVE_INFINITY;
  for (const { number, details } of rows) {
    const { sequence, kind, was = kind, item, noted, time, epoch } = rowDetails(details);
    // Its number is reserved for what the edit log may say.
    if (was === PostKind.Gone) continue;
    posts.set(nameOf({ sequence, kind: was, itemId: item ?? noted ?? undefined, time }), { number, epoch });
    sequences.add(sequence);
    since = Math.min(since, time);
  }
  if (rows.length === 0) return { posts, sequences, since: undefined };
  return { posts, sequences, since: isCut(rows) ? since : Number.NEGATIVE_INFINITY };
}

/** A withdrawal has no time in the index. */
function nameOf({ sequence, kind, itemId, time }: Sign): string {
  return `${sequence} ${kind} ${itemId} ${kind === PostKind.Withdrawal ? '' : time}`;
}

import { isAfter } from '../../rgtp/sequence.ts';
import type { NewRow } from '../ports.ts';
import type { SearchPool } from './connection.ts';
import { type Plan, type SeenPost, sameUserid } from './plan.ts';
import { isPlanned, timesOf } from './search.ts';

interface Unread {
  /** `undefined`: stored by a version that did not store plans */
  readonly plan: Plan | undefined;
  readonly sequence: number;
  /** the reading that should have shown it is over, and did not */
  isOverdue: boolean;
  /** unix seconds: the time of the board's row with its number; `null`: there is none; `undefined`: not known yet */
  time: number | null | undefined;
}

/**
 * Our posts that the board has acknowledged, but whose rows have not been read yet, so that they are known only by
 * their numbers. A board restored from a backup gives these numbers again. So once a post was missing when it should
 * have been read, only its text can prove that a row with its number is the post.
 */
export class UnreadPosts {
  readonly #reader: SearchPool;
  readonly #all = new Map<string, Unread>();
  /** Message-IDs by number */
  readonly #numbers = new Map<number, string>();
  /** posts found on the board without an acknowledgement, or known from another bridge: the poll under way should show them */
  readonly #found = new Set<string>();

  constructor(reader: SearchPool) {
    this.#reader = reader;
  }

  add(messageId: string, plan: Plan | undefined, sequence: number): void {
    // If two have the same number, the board lost the first one.
    this.read(this.#numbers.get(sequence) ?? '');
    this.#numbers.set(sequence, messageId);
    this.#all.set(messageId, { plan, sequence, isOverdue: false, time: undefined });
  }

  /** A post was found on the board, with its text, although the board's answer never came. */
  found(messageId: string): void {
    this.#found.add(messageId);
  }

  /** A poll begins: posts found before it were not shown by the last one. */
  pollBegins(): void {
    for (const messageId of this.#found) this.overdue(messageId);
    this.#found.clear();
  }

  /** The reading that should have shown a post is over. */
  overdue(messageId: string): void {
    const unread = this.#all.get(messageId);
    if (unread !== undefined) unread.isOverdue = true;
  }

  /** Whether one of the posts has this number, but it is not known whether the board's row still is that post. */
  isInDoubt(sequence: number): boolean {
    return this.#all.get(this.#numbers.get(sequence) ?? '')?.isOverdue === true;
  }

  /** A post's row has been read. */
  read(messageId: string): void {
    const unread = this.#all.get(messageId);
    if (unread === undefined) return;
    this.#all.delete(messageId);
    if (this.#numbers.get(unread.sequence) === messageId) this.#numbers.delete(unread.sequence);
  }

  /** The rows that have the numbers of posts in doubt, before anything is sent. Rejects if the board can't be asked. */
  async seen(): Promise<readonly SeenPost[] | undefined> {
    const inDoubt = [...this.#all].filter(([messageId, { isOverdue }]) => isOverdue || this.#found.has(messageId));
    if (inDoubt.length === 0) return undefined;
    const unknown = inDoubt.map(([, unread]) => unread).filter(({ time }) => time === undefined);
    const [first] = unknown.map(({ sequence }) => sequence).sort((a, b) => (isAfter(a, b) ? 1 : -1));
    if (first !== undefined) {
      const times = await this.#reader.use((board) => timesOf(board, first));
      for (const unread of unknown) unread.time = times.get(unread.sequence) ?? null;
    }
    return inDoubt.map(([messageId, { time }]) => ({ messageId, ...(typeof time === 'number' && { time }) }));
  }

  /** Whether a new row with the number of this post is the post. */
  async isThere(messageId: string, { userid, sequence }: NewRow): Promise<boolean> {
    const unread = this.#all.get(messageId);
    if (unread?.plan === undefined) return unread !== undefined;
    const { plan, isOverdue } = unread;
    if (!sameUserid(plan.userid, userid)) return false;
    return !isOverdue || this.#reader.use((board) => isPlanned(board, plan, sequence));
  }
}

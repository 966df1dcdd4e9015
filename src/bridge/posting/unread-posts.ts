import { isAfter } from '../../rgtp/sequence.ts';
import type { NewRow } from '../ports.ts';
import type { SearchPool } from './connection.ts';
import { type Plan, type SeenPost, sameUserid } from './plan.ts';
import { isPlanned, timesOf } from './search.ts';

interface Unread {
  /** `undefined`: stored by a version that did not keep it */
  readonly plan: Plan | undefined;
  readonly sequence: number;
  /** the reading that was to show it is over, and did not */
  isOverdue: boolean;
  /** unix seconds, of the row that has its number on the board; `null`: none has; `undefined`: not looked yet */
  time: number | null | undefined;
}

/**
 * Our posts that the board has acknowledged, and whose rows nobody has read yet: they are known by their numbers alone. A
 * board that is restored from a backup gives these numbers again. So once a post was not there when it was to be read,
 * its text must show that what has its number is the post.
 */
export class UnreadPosts {
  readonly #reader: SearchPool;
  readonly #all = new Map<string, Unread>();
  /** Message-IDs by number */
  readonly #numbers = new Map<number, string>();
  /** those found on the board, and not acknowledged to us: the poll under way is to show them */
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

  /** It was found on the board, and its text with it, but no answer of the board's came. */
  found(messageId: string): void {
    this.#found.add(messageId);
  }

  /** A poll begins: what was found before it, the last one has not shown. */
  pollBegins(): void {
    for (const messageId of this.#found) this.overdue(messageId);
    this.#found.clear();
  }

  /** The reading that was to show it is over. */
  overdue(messageId: string): void {
    const unread = this.#all.get(messageId);
    if (unread !== undefined) unread.isOverdue = true;
  }

  /** Whether one of them has this number, and nobody knows whether it still does on the board. */
  isInDoubt(sequence: number): boolean {
    return this.#all.get(this.#numbers.get(sequence) ?? '')?.isOverdue === true;
  }

  /** It has been read. */
  read(messageId: string): void {
    const unread = this.#all.get(messageId);
    if (unread === undefined) return;
    this.#all.delete(messageId);
    if (this.#numbers.get(unread.sequence) === messageId) this.#numbers.delete(unread.sequence);
  }

  /** What has the numbers of those in doubt now, before anything is sent. Rejects if the board can't be asked. */
  async seen(): Promise<readonly SeenPost[] | undefined> {
    const inDoubt = [...this.#all].filter(([, { isOverdue }]) => isOverdue);
    if (inDoubt.length === 0) return undefined;
    const unknown = inDoubt.map(([, unread]) => unread).filter(({ time }) => time === undefined);
    const [first] = unknown.map(({ sequence }) => sequence).sort((a, b) => (isAfter(a, b) ? 1 : -1));
    if (first !== undefined) {
      const times = await this.#reader.use((board) => timesOf(board, first));
      for (const unread of unknown) unread.time = times.get(unread.sequence) ?? null;
    }
    return inDoubt.map(([messageId, { time }]) => ({ messageId, ...(typeof time === 'number' && { time }) }));
  }

  /** Whether a new row that has the number of this post is the post. */
  async isThere(messageId: string, { userid, sequence }: NewRow): Promise<boolean> {
    const unread = this.#all.get(messageId);
    if (unread?.plan === undefined) return unread !== undefined;
    const { plan, isOverdue } = unread;
    if (!sameUserid(plan.userid, userid)) return false;
    return !isOverdue || this.#reader.use((board) => isPlanned(board, plan, sequence));
  }
}

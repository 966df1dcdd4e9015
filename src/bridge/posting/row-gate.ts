import { setTimeout as delay } from 'node:timers/promises';
import type { OwnPost, Permanent } from '../../store/permanent.ts';
import type { Octets } from '../../wire/octets.ts';
import { HeldBack, type NewRow } from '../mirror/options.ts';
import type { Flight, Flights } from './flights.ts';
import type { KnownRows } from './known-rows.ts';
import type { LostPosts, Pending } from './lost-posts.ts';
import type { OwnPostRegister } from './own-posts.ts';
import { sameUserid } from './plan.ts';

export interface RowGateOptions {
  readonly newsgroup: string;
  readonly permanent: Pick<Permanent, 'done'>;
  readonly own: OwnPostRegister;
  readonly rows: Pick<KnownRows, 'isOurs'>;
  readonly flights: Flights;
  readonly lost: LostPosts;
  /** ms that new rows wait at a time */
  readonly hold: number;
}

/** Holds new rows of the index back until it is known which of them are ours: nobody ever sees another Message-ID of a post. */
export class RowGate {
  readonly #options: RowGateOptions;
  /** of posts that have no epoch yet, by Message-ID */
  readonly #authors = new Map<string, Octets>();

  constructor(options: RowGateOptions) {
    this.#options = options;
  }

  /** A post is on the board, and its row has no epoch yet. */
  expect(messageId: string, author: Octets): void {
    this.#authors.set(messageId, author);
  }

  /**
   * Resolves when those of these rows that are ours have their own Message-IDs. Rejects with `HeldBack` where that takes
   * too long: then they are not shown now.
   */
  pass(rows: readonly NewRow[]): Promise<void> | undefined {
    const { flights, lost, hold } = this.#options;
    const now = flights.now();
    if (lost.all().length === 0 && !flights.includes(now, this.#unknownAuthors(rows))) return undefined;
    const patience = new AbortController();
    const { signal } = patience;
    const enough = delay(hold, undefined, { ref: false, signal }).then(
      () => Promise.reject(new HeldBack()),
      () => {},
    );
    return Promise.race([this.#settled(rows, now, signal), enough]).finally(() => patience.abort());
  }

  /** These rows have their epochs. Resolves when the store knows those of our posts. */
  numbered(rows: Iterable<NewRow>): Promise<void> | undefined {
    const { newsgroup, permanent, own } = this.#options;
    if (!own.hasUnnumbered(newsgroup)) return undefined;
    const posts: OwnPost[] = [];
    for (const { userid, epoch, sequence } of rows) {
      const post = own.idOf(newsgroup, 0, sequence);
      // After a restart nobody knows who posted it.
      const author = this.#authors.get(post?.messageId ?? '') ?? userid;
      if (post === undefined || !sameUserid(author, userid)) continue;
      posts.push({ messageId: post.messageId, epoch, sequence, references: post.references ?? '' });
    }
    const stored = Promise.all(posts.map((post) => permanent.done(post)));
    return stored.then(() => {
      for (const post of posts) {
        own.add(newsgroup, post);
        this.#authors.delete(post.messageId);
      }
    });
  }

  /**
   * Waits while a row may yet turn out to be the post of one of these flights, or a lost one. A flight that ends because
   * the board is away leaves a lost post behind: each is looked for, those that come meanwhile included.
   */
  async #settled(rows: readonly NewRow[], now: ReadonlySet<Flight>, signal: AbortSignal): Promise<void> {
    const { flights, lost } = this.#options;
    const looked = new Set<Pending>();
    const matters = (userid: Octets) => this.#unknownAuthors(rows).some((author) => sameUserid(author, userid));
    while (!signal.aborted) {
      const pending = lost.all().filter((one) => !looked.has(one));
      for (const one of pending) looked.add(one);
      if (pending.length > 0) await Promise.all(pending.map((one) => lost.lookForPatiently(one, matters, signal)));
      else if (flights.includes(now, this.#unknownAuthors(rows))) await flights.landing;
      else return;
    }
  }

  #unknownAuthors(rows: readonly NewRow[]): Octets[] {
    const unknown = rows.filter(({ epoch, sequence }) => !this.#options.rows.isOurs(epoch, sequence));
    return [...new Set(unknown.map((row) => row.userid))];
  }
}

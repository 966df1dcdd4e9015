import { setTimeout as delay } from 'node:timers/promises';
import type { OwnPost, Permanent } from '../../store/permanent.ts';
import type { Octets } from '../../wire/octets.ts';
import { HeldBack, type NewRow } from '../ports.ts';
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

/** Holds back new rows of the index until it is known which of them are our posts, so that nobody sees another Message-ID for one. */
export class RowGate {
  readonly #options: RowGateOptions;
  /** authors of posts without an epoch, by Message-ID */
  readonly #authors = new Map<string, Octets>();

  constructor(options: RowGateOptions) {
    this.#options = options;
  }

  /** A post is on the board, but its row has not been read: its epoch is not known yet. */
  expect(messageId: string, author: Octets): void {
    this.#authors.set(messageId, author);
  }

  /**
   * Resolves when our posts among these rows have their own Message-IDs. Rejects with `HeldBack` if that takes too long:
   * the rows are not shown this time.
   */
  pass(rows: readonly NewRow[]): Promise<void> | undefined {
    const { flights, lost, hold } = this.#options;
    const now = flights.now();
    if (lost.all().length === 0 && !flights.includes(now, authorsOf(this.#unknown(rows)))) return undefined;
    const patience = new AbortController();
    const { signal } = patience;
    const enough = delay(hold, undefined, { ref: false, signal }).then(
      () => Promise.reject(new HeldBack()),
      () => {},
    );
    return Promise.race([this.#settled(rows, now, signal), enough]).finally(() => patience.abort());
  }

  /** Epochs are assigned: stores those of our posts among these rows. */
  numbered(rows: Iterable<NewRow>): Promise<void> | undefined {
    const { newsgroup, permanent, own } = this.#options;
    if (!own.hasUnnumbered(newsgroup)) return undefined;
    const posts: OwnPost[] = [];
    for (const { userid, epoch, sequence } of rows) {
      const post = own.idOf(newsgroup, 0, sequence);
      // The author is not known after a restart.
      const author = this.#authors.get(post?.messageId ?? '') ?? userid;
      if (post === undefined || !sameUserid(author, userid)) continue;
      const { messageId, references = '', path = '' } = post;
      posts.push({ messageId, epoch, sequence, references, path });
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
   * Waits while any of the rows may still turn out to be a post under way or a lost one. A flight that ends because the
   * board is away leaves a lost post: those that appear while we wait are looked for as well.
   */
  async #settled(rows: readonly NewRow[], now: ReadonlySet<Flight>, signal: AbortSignal): Promise<void> {
    const { flights, lost } = this.#options;
    const looked = new Set<Pending>();
    // What has become ours stays so: with many posts under way it is not to be looked up again at each landing.
    let unknown = rows;
    const authors = () => {
      unknown = this.#unknown(unknown);
      return authorsOf(unknown);
    };
    const matters = (userid: Octets) => authors().some((author) => sameUserid(author, userid));
    while (!signal.aborted) {
      const pending = lost.all().filter((one) => !looked.has(one));
      for (const one of pending) looked.add(one);
      if (pending.length > 0) await Promise.all(pending.map((one) => lost.lookForPatiently(one, matters, signal)));
      else if (flights.includes(now, authors())) await flights.landing;
      else return;
    }
  }

  #unknown(rows: readonly NewRow[]): readonly NewRow[] {
    return rows.filter(({ epoch, sequence }) => !this.#options.rows.isOurs(epoch, sequence));
  }
}

function authorsOf(rows: readonly NewRow[]): Octets[] {
  return [...new Set(rows.map(({ userid }) => userid))];
}

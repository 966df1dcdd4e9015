import type { Permanent } from '../../store/permanent.ts';
import type { OwnPost } from '../../store/permanent-records.ts';
import { inTime } from '../../wire/in-time.ts';
import type { Octets } from '../../wire/octets.ts';
import { HeldBack, type NewRow } from '../ports.ts';
import type { Flight, Flights } from './flights.ts';
import type { KnownRows } from './known-rows.ts';
import type { LostPosts, Pending } from './lost-posts.ts';
import type { OtherBridges } from './other-bridges.ts';
import type { OwnPostRegister } from './own-posts.ts';
import { sameUserid } from './plan.ts';
import type { UnreadPosts } from './unread-posts.ts';

export interface RowGateOptions {
  readonly newsgroup: string;
  readonly permanent: Pick<Permanent, 'done'>;
  readonly own: OwnPostRegister;
  readonly rows: Pick<KnownRows, 'isOurs'>;
  readonly flights: Flights;
  readonly lost: LostPosts;
  readonly unread: UnreadPosts;
  readonly others: OtherBridges | undefined;
  /** ms that new rows may wait at a time */
  readonly hold: number;
}

/**
 * Holds back new rows of the index until it is known which of them are posts of ours, or of another bridge, so that
 * nobody sees one of those under a derived Message-ID.
 */
export class RowGate {
  readonly #options: RowGateOptions;

  constructor(options: RowGateOptions) {
    this.#options = options;
  }

  /**
   * Resolves once our posts among these rows have their own Message-IDs. Rejects with `HeldBack` if that takes too
   * long: then the rows are not shown this time.
   */
  pass(rows: readonly NewRow[]): Promise<void> | undefined {
    const { flights, lost, unread, others, hold } = this.#options;
    unread.pollBegins();
    const now = flights.now();
    const mayBeOthers = others !== undefined && rows.length > 0;
    if (!mayBeOthers && lost.all().length === 0 && !flights.includes(now, authorsOf(this.#unknown(rows))))
      return undefined;
    return inTime(
      (signal) => this.#settled(rows, now, signal),
      hold,
      () => {
        throw new HeldBack();
      },
    );
  }

  /** The rows have their epochs: stores those of our posts among them. */
  numbered(rows: Iterable<NewRow>): Promise<void> | undefined {
    return this.#options.own.hasUnnumbered(this.#options.newsgroup) ? this.#number(rows) : undefined;
  }

  async #number(rows: Iterable<NewRow>): Promise<void> {
    const { newsgroup, permanent, own, unread } = this.#options;
    const posts: OwnPost[] = [];
    for (const row of rows) {
      const { epoch, sequence } = row;
      const post = own.idOf(newsgroup, 0, sequence);
      // Another of our posts had this number before the board was restored, and this is that post's row.
      if (post === undefined || own.idOf(newsgroup, epoch, sequence) !== undefined) continue;
      if (!(await unread.isThere(post.messageId, row))) continue;
      const { messageId, references = '', path = '' } = post;
      posts.push({ messageId, epoch, sequence, references, path });
    }
    await Promise.all(posts.map((post) => permanent.done(post)));
    for (const post of posts) {
      own.add(newsgroup, post);
      unread.read(post.messageId);
    }
  }

  /**
   * Waits while any of the rows may still turn out to be a post under way, or a lost one. A flight that ends because
   * the board is away becomes a lost post, so those that appear while we wait are looked for as well.
   */
  async #settled(rows: readonly NewRow[], now: ReadonlySet<Flight>, signal: AbortSignal): Promise<void> {
    const { flights, lost, others } = this.#options;
    const looked = new Set<Pending>();
    // Every post among these rows was intended before they were read.
    if (rows.length > 0) await others?.catchUp();
    const elsewhere = others?.now() ?? new Set();
    // What is known to be ours stays so, and need not be looked up again at each landing while many posts are under
    // way.
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
      else if (others?.includes(elsewhere, authors()) === true) await others.change();
      else return;
    }
  }

  #unknown(rows: readonly NewRow[]): readonly NewRow[] {
    const { rows: known, unread } = this.#options;
    return rows.filter(({ epoch, sequence }) => !known.isOurs(epoch, sequence) || unread.isInDoubt(sequence));
  }
}

function authorsOf(rows: readonly NewRow[]): Octets[] {
  return [...new Set(rows.map(({ userid }) => userid))];
}

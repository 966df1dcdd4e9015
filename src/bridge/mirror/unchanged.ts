/** Tells by its octets whether the whole index is as it was when last compared. Comparing rows costs far more. */
import { createHash } from 'node:crypto';
import type { IndexEntry } from '../../rgtp/index-entry.ts';
import type { Cache } from '../../store/cache.ts';
import type { BoardState } from '../known/state.ts';
import { isIndexed, ROW_KINDS } from '../row-kinds.ts';
import { STRETCH } from './row-order.ts';

/** In the cache: the digest of an index whose rows, and no others, are all shown. Comparing it again changes nothing. */
const FACT = 'index-digest';

interface Known {
  /** its first octets, and their digest */
  readonly octets: number;
  readonly digest: string;
  /** the posts whose rows are in them: how many, and the number of the last one */
  readonly posts: number;
  readonly last: number;
  readonly epochs: number;
}

/** Digests an index as it comes. */
export class IndexDigest {
  /** how many octets at the beginning have a digest of their own, and need not be read as rows */
  readonly unread: number;
  readonly #hash = createHash('sha256');
  #octets = 0;
  /** of these octets; `undefined`: there are not so many */
  beginning: string | undefined;

  constructor(unread = 0) {
    this.unread = unread;
  }

  take(octets: Buffer): void {
    const left = this.unread - this.#octets;
    this.#octets += octets.length;
    if (left <= 0 || left > octets.length) {
      this.#hash.update(octets);
      return;
    }
    this.#hash.update(octets.subarray(0, left));
    this.beginning = this.#hash.copy().digest('base64');
    this.#hash.update(octets.subarray(left));
  }

  /** Of all octets. To be called once. */
  end(): Pick<Known, 'octets' | 'digest'> {
    return { octets: this.#octets, digest: this.#hash.digest('base64') };
  }
}

/** Remembers the index that was last compared, across starts. */
export class Unchanged {
  readonly #cache: Cache;
  readonly #state: BoardState;

  constructor(cache: Cache, state: BoardState) {
    this.#cache = cache;
    this.#state = state;
  }

  /** Posts may come and go, because the index is being compared. */
  forget(): void {
    this.#cache.deleteFact(FACT);
  }

  /** What an unchanged index looks like; `undefined`: that is not known. Yields now and then. */
  *expected(): Generator<undefined, Expected | undefined> {
    const fact = this.#cache.fact(FACT);
    if (fact === undefined) return undefined;
    // Written by `#keep`.
    const known = JSON.parse(fact) as Known;
    const { posts, epochs } = this.#state;
    const end = posts.atOrAfter(known.last + 1);
    // What has been withdrawn since has left the index, too.
    const isSame = (yield* this.#count(end)) === known.posts && epochs.all.length === known.epochs;
    return isSame ? new Expected(this.#state, known, end) : undefined;
  }

  /** The index is unchanged. Rows that have been added since belong to it from now on. */
  confirmed({ digest, isAll, known, posts }: Expected): void {
    if (isAll) this.#keep({ ...digest.end(), posts: known.posts + posts });
  }

  /** The index has been compared. @param rows how many it has, all of which have posts */
  *compared(digest: IndexDigest, rows: number): Generator<undefined, void> {
    const posts = yield* this.#count(this.#state.posts.length);
    const compared = digest.end();
    if (rows > 0 && posts === rows && compared.octets > 0) this.#keep({ ...compared, posts });
  }

  #keep(known: Pick<Known, 'octets' | 'digest' | 'posts'>): void {
    const { posts, epochs } = this.#state;
    const last = posts.numbers[posts.lastIndexed()] ?? 0;
    const fact: Known = { ...known, last, epochs: epochs.all.length };
    this.#cache.setFact(FACT, JSON.stringify(fact));
  }

  /** Posts before a row that the index should show. */
  *#count(end: number): Generator<undefined, number> {
    const { kinds } = this.#state.posts;
    let count = 0;
    for (let row = 0; row < end; row++) {
      if (row % STRETCH === 0) yield;
      if (isIndexed(kinds[row])) count++;
    }
    return count;
  }
}

/** The index that would be the same as the one last compared, with the rows that have come since. */
export class Expected {
  readonly known: Known;
  readonly digest: IndexDigest;
  readonly #state: BoardState;
  /** the next known row that should be there */
  #next: number;
  #differs = false;
  /** known posts after the octets that were compared */
  posts = 0;
  /** nothing comes after the known posts */
  isAll = true;

  constructor(state: BoardState, known: Known, next: number) {
    this.#state = state;
    this.known = known;
    this.digest = new IndexDigest(known.octets);
    this.#next = next;
  }

  /** A row after those octets. */
  add(entry: IndexEntry): void {
    const { posts, records, users } = this.#state;
    const row = this.#take();
    if (row === undefined) {
      this.isAll = false;
      return;
    }
    this.posts++;
    const record = records.list[posts.items[row] ?? -1];
    // A row with a subject of its own, or an F row, may be right as well, but only a full comparison can tell.
    const isSame =
      entry.sequence === posts.sequences[row] &&
      entry.time === posts.times[row] &&
      ROW_KINDS[entry.type] === posts.kinds[row] &&
      entry.userid === users.list[posts.users[row] ?? -1] &&
      entry.itemId === record?.id &&
      entry.subject === (record?.subject ?? '');
    if (!isSame) this.differ();
  }

  /** A row is not as it was. */
  differ(): void {
    this.#differs = true;
  }

  /** Whether the index is unchanged, once all of it has been added. Rows after the known ones are left to the poll. */
  isThere(): boolean {
    return !this.#differs && this.digest.beginning === this.known.digest && this.#take() === undefined;
  }

  #take(): number | undefined {
    const { kinds, length } = this.#state.posts;
    while (this.#next < length && !isIndexed(kinds[this.#next])) this.#next++;
    return this.#next < length ? this.#next++ : undefined;
  }
}

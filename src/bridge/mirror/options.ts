import type { Cache } from '../../store/cache.ts';
import type { Permanent } from '../../store/permanent.ts';
import type { Charset } from '../../wire/charset.ts';
import type { Log } from '../../wire/log.ts';
import type { BoardPool } from '../board-line.ts';
import type { SharedMemory } from '../memory.ts';

export interface MirrorOptions {
  /** for logs */
  readonly newsgroup: string;
  /** The source of connections. The mirror uses one at a time, pipelined, and does not close the pool. */
  readonly pool: BoardPool;
  /** Closed by the mirror. */
  readonly cache: Cache;
  /** Not closed by the mirror: logins and posting use it, too. */
  readonly permanent: Permanent;
  /** the character set of texts. Default `auto` */
  readonly charset?: Charset;
  readonly log?: Log;
  readonly poll?: Partial<Intervals>;
  /** ITEM requests under way at a time (32–64 is right for both known servers). Default 64 */
  readonly depth?: number;
  /** for the texts of items being read. Default: 16 MiB of its own */
  readonly memory?: SharedMemory;
  /** false: texts are fetched only when they are read. Default true */
  readonly background?: boolean;
  /** unix ms */
  readonly now?: () => number;
  /** 0 … 1, for the jitter of retries */
  readonly random?: () => number;
}

/** All in ms. */
export interface Intervals {
  /** between polls while somebody reads. Default 15 s */
  readonly reader: number;
  /** between polls while nobody does. Default 5 min */
  readonly idle: number;
  /** between comparisons of the whole index and edit log. Default 1 h */
  readonly reconcile: number;
  /** first wait after a failure: doubles from there. Default 2 s */
  readonly retryFirst: number;
  /** longest wait after a failure. Default 5 min */
  readonly retryLongest: number;
  /** without requests, before the connection is given back to the pool. Default 30 s */
  readonly quiet: number;
}

export const INTERVALS: Intervals = {
  reader: 15_000,
  idle: 300_000,
  reconcile: 3_600_000,
  retryFirst: 2_000,
  retryLongest: 300_000,
  quiet: 30_000,
};

export interface MirrorProgress {
  /** `starting`: nothing known yet; `index`: first index under way; `items`: fetching texts; `following`; `away`: the board does not answer */
  readonly phase: 'starting' | 'index' | 'items' | 'following' | 'away';
  /** articles are listed, from the board or the cache */
  readonly ready: boolean;
  readonly reachable: boolean;
  readonly items: {
    /** items with a text that is up to date */
    readonly held: number;
    /** items that have posts */
    readonly total: number;
    /** items without a text: the board has none, or sends nonsense */
    readonly missing: number;
    /** items whose text is still to be fetched */
    readonly queued: number;
  };
  /** posts that exist (not gone) */
  readonly posts: number;
  /** the newest sequence number known, `undefined` before the first */
  readonly sequence: number | undefined;
  /** when a poll last succeeded (monotonic, ms); `undefined` before the first */
  readonly lastPoll: number | undefined;
  /** the last failure of a poll, until one succeeds */
  readonly lastError: { readonly message: string; readonly at: number } | undefined;
  /** rows of the index that are not shown for now: their numbers are unconfirmed, or no number is left for them */
  readonly withheld: number;
  /** rows of the index and items that made no sense, since the start */
  readonly skipped: number;
}

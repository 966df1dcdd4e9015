/** What the status page, the metrics and the health checks show. The command line fills it from the running parts. */

export interface BoardStatus {
  readonly name: string;
  readonly newsgroup: string;
  /** what the mirror is doing, for people: `index`, `items`, `following`, `away` */
  readonly phase: string;
  /** the index is in: articles are listed, whether or not their texts are held yet */
  readonly ready: boolean;
  /** the board answers */
  readonly reachable: boolean;
  /** items whose text is held, and items in all */
  readonly held: number;
  readonly items: number;
  readonly articles: number;
  /** highest sequence number known, `undefined` before the first */
  readonly sequence: number | undefined;
  /** seconds since the mirror last agreed with the board, and how many sequence numbers it is known to be behind */
  readonly lagSeconds: number;
  readonly lagSequences: number;
  readonly lastError: { readonly message: string; readonly at: number } | undefined;
}

export interface CacheStatus {
  readonly name: string;
  readonly octets: number;
  readonly hits: number;
  readonly misses: number;
}

/** The whole, now. Nothing in it says who is connected or what they read. */
export interface Status {
  readonly name: string;
  readonly version: string;
  /** unix time in ms */
  readonly started: number;
  readonly sessions: number;
  readonly boards: readonly BoardStatus[];
  readonly caches: readonly CacheStatus[];
}

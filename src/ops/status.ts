/** The state that the status page, the metrics and the health checks show. */

export interface BoardStatus {
  readonly name: string;
  readonly newsgroup: string;
  /** what the board's mirror is doing, for people: `index`, `items`, `following`, `away` */
  readonly phase: string;
  /** the index is loaded: articles are listed, even where their texts are still missing */
  readonly ready: boolean;
  /** the board answers */
  readonly reachable: boolean;
  /** items whose text is held, and items in total */
  readonly held: number;
  readonly items: number;
  /** `undefined`: the board is served alone, without newsgroups */
  readonly articles?: number | undefined;
  /** highest sequence number known, `undefined` before the first */
  readonly sequence: number | undefined;
  /** seconds since the mirror last agreed with the board, and by how many sequence numbers it is known to be behind */
  readonly lagSeconds: number;
  readonly lagSequences: number;
  /** rows of its index that are not shown: their numbers are unconfirmed, or no article number is left for them */
  readonly withheld?: number | undefined;
  /** items whose text is still to be fetched */
  readonly queued?: number | undefined;
  /** posts being delivered, and posts that the board may or may not have received */
  readonly postsUnderWay?: number | undefined;
  readonly postsInDoubt?: number | undefined;
  /** RGTP connections to it, the bridge's included, if it is in this process */
  readonly clients?: number | undefined;
  /**
   * if several bridges serve it with one database: their number (0: this one is cut off), and whether this one polls
   * for all
   */
  readonly bridges?: number | undefined;
  readonly leads?: boolean | undefined;
  /** why its files, or the database, can't be written now, if so */
  readonly disk?: string | undefined;
  readonly lastError: { readonly message: string; readonly at: number } | undefined;
}

/** The disk of the data folder, as seen by this process. */
export interface DiskStatus {
  readonly freeOctets: number;
  readonly octets: number;
  /** inodes; 0 of 0 if the file system has no such limit */
  readonly freeFiles: number;
  readonly files: number;
}

/** A server to which newsgroups are sent. */
export interface PeerStatus {
  readonly name: string;
  readonly state: 'waiting' | 'sending' | 'away' | 'elsewhere';
  /** how many articles wait for it, at most */
  readonly backlog: number;
  readonly offered: number;
  readonly accepted: number;
  readonly refused: number;
  readonly deferred: number;
  readonly lastError: { readonly message: string; readonly at: number } | undefined;
}

export interface CacheStatus {
  readonly name: string;
  readonly octets: number;
  readonly hits: number;
  readonly misses: number;
}

/** The whole server. Says nothing about who is connected or what they read. */
export interface Status {
  readonly name: string;
  readonly version: string;
  /** unix time in ms */
  readonly started: number;
  /** connected newsreaders; `undefined`: only a board is served */
  readonly sessions?: number | undefined;
  /** lines of the log that could not be written */
  readonly logLinesLost?: number | undefined;
  /** the certificate that newsreaders see; times in unix ms */
  readonly certificate?: { readonly expires: number } | undefined;
  /** `undefined`: not known */
  readonly disk?: DiskStatus | undefined;
  /** when the last backup was made, unix ms; `undefined`: none is known */
  readonly backup?: number | undefined;
  readonly boards: readonly BoardStatus[];
  readonly peers?: readonly PeerStatus[];
  readonly caches: readonly CacheStatus[];
}

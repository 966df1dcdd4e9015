/** What a client may use, and for how long. Times in ms. */
export interface Limits {
  /** connections in total; any more are answered 400 */
  readonly connections: number;
  /** connections of one address; IPv6 counts by /64 */
  readonly connectionsPerAddress: number;
  /** silence between two commands, then 400 and the end (RFC 3977 §3.1 asks for at least three minutes) */
  readonly idle: number;
  /** a command without progress: an article that stops arriving, an answer that nobody reads, a backend that hangs */
  readonly command: number;
  /** from connecting to the greeting: PROXY header and TLS handshake */
  readonly handshake: number;
  /** octets of a command line, without CRLF (RFC 3977 §3.1) */
  readonly line: number;
  /** octets of an article that comes in */
  readonly article: number;
  /** octets of memory for all articles being posted at a time; any more are refused for now */
  readonly articles: number;
  /** octets of commands read ahead of the one in progress; reading resumes when they are answered */
  readonly queued: number;
  /** octets of answers that the client has not taken; no further command runs until it does */
  readonly unsent: number;
  /**
   * roughly the same for all clients together: with many connections, each is stopped earlier, though not before one
   * piece
   */
  readonly unsentInAll: number;
  /** compressed connections at a time: each costs about 300 KiB */
  readonly compressed: number;
  /**
   * failed logins from one address (IPv6: /64), or to one account, after which further ones are refused without a check
   */
  readonly failedLogins: number;
  /** how long they are refused; also how long a failed login is remembered */
  readonly loginPause: number;
  /** delay of the answer to the first failed login; doubles with each further failure, up to `loginDelayMax` */
  readonly loginDelay: number;
  readonly loginDelayMax: number;
}

export const defaultLimits: Limits = {
  connections: 10_000,
  connectionsPerAddress: 100,
  idle: 10 * 60_000,
  command: 2 * 60_000,
  handshake: 30_000,
  line: 510,
  article: 1024 * 1024,
  articles: 64 * 1024 * 1024,
  queued: 64 * 1024,
  unsent: 256 * 1024,
  unsentInAll: 256 * 1024 * 1024,
  compressed: 500,
  failedLogins: 10,
  loginPause: 5 * 60_000,
  loginDelay: 500,
  loginDelayMax: 8_000,
};

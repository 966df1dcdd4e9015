/**
 * What the NNTP front end asks of whoever has the articles, in the order of the protocol. The front end owns
 * this interface; the bridge implements it over a board, tests implement it in memory.
 *
 * Whatever is in memory is answered synchronously (`Soon`). A refusal is thrown (or rejected) as `Refusal`;
 * anything else thrown is a bug: it is logged and answered 403.
 */
import type { Soon } from '../wire/soon.ts';

/** Why a request is refused. `commands/` turns each into the status line the command at hand deserves. */
export type RefusalKind =
  /** A login would help: 480. */
  | 'login-required'
  /** This account may not, and no other would: 502. */
  | 'forbidden'
  /** Not now, perhaps later (board away, text not held): 403 for reading, 441 or 436 for posting. */
  | 'unavailable'
  /** This article will never be accepted: 441 or 437, with `message` shown to the poster verbatim. */
  | 'rejected'
  /** This Message-ID is posted already: 441 435 Duplicate, or 435. */
  | 'duplicate'
  /** Wrong user or password: 481. */
  | 'bad-credentials';

export class Refusal extends Error {
  readonly kind: RefusalKind;

  /** @param message one line for people, without the status code; it names the header or line and the reason */
  constructor(kind: RefusalKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Refusal';
    this.kind = kind;
  }
}

/** Somebody logged in. The backend makes it and understands it; the front end hands it back and shows `name` in logs. */
export interface Account {
  readonly name: string;
}

/** Where a client is: for logs, Injection-Info, and limits. */
export interface Peer {
  /** textual address, IPv4-mapped addresses as IPv4 */
  readonly address: string;
  readonly port: number;
  /** the id of this connection in the log */
  readonly connection: string;
}

/** What a session may do now. The greeting, MODE READER, CAPABILITIES and 480/502 follow from it. */
export interface Access {
  readonly read: boolean;
  readonly post: boolean;
  /** a (further) login could give more: 480 rather than 502, AUTHINFO advertised */
  readonly loginHelps: boolean;
}

export interface Backend {
  access(account: Account | undefined): Access;

  /**
   * Checks a login (AUTHINFO PASS, SASL PLAIN). `user` and `password` are UTF-8 as typed. `current` is the
   * login the session already has, if any. Rejects with `bad-credentials` or `unavailable`.
   */
  authenticate(user: string, password: string, peer: Peer): Promise<Account>;

  /** Every newsgroup this account may see, in the order LIST shows them. */
  newsgroups(account: Account | undefined): readonly Newsgroup[];

  /** `undefined`: no such group (411). Throws `login-required` where it is there but hidden from this account. */
  newsgroup(name: string, account: Account | undefined): Newsgroup | undefined;

  /** An article by Message-ID (with its angle brackets), wherever it is. Knows the id without needing the text. */
  find(messageId: string, account: Account | undefined): Located | undefined;

  /** Lines of LIST MOTD (RFC 6048 §2.5), UTF-8 text without CRLF; empty if there is none. */
  motd(account: Account | undefined): Soon<readonly string[]>;

  /** A fresh Message-ID for the 340 line (RFC 3977 §6.3.1). */
  suggestMessageId(): string;

  /**
   * Posts an article (POST, IHAVE): `article` is as received, dots unstuffed, CRLF line ends, without the
   * terminator. `suggested` is the id of the 340 line, used where the article brings none; of a feed the one that was
   * offered, which the article must have. Resolves once the board has it, with its Message-ID; rejects with a `Refusal`.
   */
  post(article: Buffer, context: PostContext): Promise<string>;

  /** IHAVE: may this id be sent? `later` asks the peer to try again (436). */
  wants(messageId: string, account: Account | undefined): 'yes' | 'held' | 'later';

  /** A reader is there: boards are polled more often while one is. Call the result when it has left. */
  readerArrived(): () => void;
}

export interface PostContext {
  readonly account: Account | undefined;
  readonly peer: Peer;
  readonly suggested: string | undefined;
  readonly feed: boolean;
}

/** A place an article has: its group and number, and the group to ask for its text. */
export interface Located {
  readonly group: Newsgroup;
  readonly number: number;
}

/**
 * One newsgroup as it is now. Objects live as long as the server and always show the current state: the
 * session keeps one as its selected group. Numbers are 1 … 2,147,483,647 (RFC 3977 §6).
 */
export interface Newsgroup {
  readonly name: string;
  /** UTF-8, one line */
  readonly description: string;
  /** unix seconds, for NEWGROUPS and LIST ACTIVE.TIMES */
  readonly created: number;
  /** LIST ACTIVE.TIMES: who made it */
  readonly creator: string;

  /** Low and high water marks and the number of articles. Empty: count 0 and high = low − 1. The high mark never falls. */
  readonly low: number;
  readonly high: number;
  readonly count: number;

  /** The third column of LIST ACTIVE, for this account. */
  status(account: Account | undefined): 'y' | 'n' | 'm';

  /** The Message-ID of an article, `undefined` if there is none of that number. Needs no text: STAT, NEXT and LAST use it. */
  messageId(number: number): string | undefined;

  /** The nearest article at or after, at or before a number: GROUP, NEXT, LAST. */
  atOrAfter(number: number): number | undefined;
  atOrBefore(number: number): number | undefined;

  /** Numbers of the articles within low … high (inclusive), ascending, in pieces of at most some thousands. */
  numbers(low: number, high: number): Iterable<Uint32Array>;

  /** The whole article. `undefined`: no such number. Rejects with `unavailable` where its text can't be had now. */
  article(number: number): Soon<RenderedArticle | undefined>;

  /**
   * Overview lines (RFC 3977 §8.3), ready to send: `number TAB … CRLF`, several in a Buffer, ascending. Lazy: each step makes
   * one piece of at most about 64 KiB. An article whose text can't be had is described from the index alone.
   */
  overview(low: number, high: number): Iterable<Soon<Buffer>>;

  /**
   * `number SP value CRLF` lines for HDR (RFC 3977 §8.5), as `overview`. `field` is a lower-case header name or
   * `:bytes`, `:lines`; an article without that header has an empty value.
   */
  header(field: string, low: number, high: number): Iterable<Soon<Buffer>>;

  /** Message-IDs of articles that arrived (by the board's clock) at or after a time in unix seconds: NEWNEWS. */
  arrivedSince(seconds: number): Iterable<string>;
}

/** An article as it goes out: rendered once, kept in a cache, shared by sessions. Never written to. */
export interface RenderedArticle {
  readonly messageId: string;
  /** headers, empty line, body, `.` CRLF: dot-stuffed, CRLF line ends, terminated */
  readonly bytes: Buffer;
  /** offset of the body's first octet in `bytes`; the empty line is the two octets before it */
  readonly bodyStart: number;
}

/**
 * What the NNTP front end asks of the owner of the articles. The front end owns this interface; the bridge implements
 * it over boards, the tests in memory.
 *
 * Answers from memory are synchronous (`Soon`). A refusal is thrown (or rejected) as `Refusal`; any other
 * error is a bug: it is logged and answered 403.
 */

import type { Text } from '../wire/octets.ts';
import type { Soon } from '../wire/soon.ts';
import { Trouble } from '../wire/trouble.ts';

/** Why a request is refused. `commands/` turns each into the status line that fits the command. */
export type RefusalKind =
  /** A login would help: 480. */
  | 'login-required'
  /** No account may do this: 502. */
  | 'forbidden'
  /** Not now, perhaps later (board away, text not held): 403 for reading, 441 or 436 for posting. */
  | 'unavailable'
  /** This article will never be accepted: 441 or 437, with `message` shown to the poster verbatim. */
  | 'rejected'
  /**
   * A follow-up to an article that a feed may yet bring: 436; 441 or 439 where the protocol has no code for "later".
   */
  | 'early'
  /** This Message-ID has been posted already: 441 435 Duplicate, or 435. */
  | 'duplicate'
  /** Wrong user or password: 481. */
  | 'bad-credentials';

export class Refusal extends Trouble {
  readonly kind: RefusalKind;

  /** @param message one line for people, without the status code, which names the header or line and the reason */
  constructor(kind: RefusalKind, message: Text, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Refusal';
    this.kind = kind;
  }
}

/** A client's address: for logs, Injection-Info, and limits. */
export interface Peer {
  /** textual address, IPv4-mapped addresses as IPv4 */
  readonly address: string;
  readonly port: number;
  /** the port it connected to, where known */
  readonly localPort?: number | undefined;
  /** the id of this connection in the log */
  readonly connection: string;
}

/** What a session may do now. The greeting, MODE READER, CAPABILITIES and 480/502 follow from it. */
export interface Access {
  readonly read: boolean;
  readonly post: boolean;
  /** a (further) login could give more rights: 480 rather than 502, AUTHINFO advertised */
  readonly loginHelps: boolean;
  /** a login could allow posting; default: as `loginHelps` */
  readonly loginPosts?: boolean;
  /** why it is not known yet whether this session may read: 403 rather than 480 or 502 */
  readonly notYet?: string;
}

export interface Backend {
  /** Called when a client is admitted. The session says what it may read and do, until `close()`. */
  connect(peer: Peer): ReaderSession;
}

/**
 * One client's view of the newsgroups. It knows who is logged in; the front end does not. The interfaces below it are
 * for what only some backends can do.
 */
export interface ReaderSession extends Partial<Renewing & Suggesting & Feeding & MessageOfTheDay & Dating & InCompany> {
  /** Read at each command, so that revoked rights end at the next one. */
  readonly access: Access;

  /**
   * Checks a login (AUTHINFO PASS, SASL PLAIN) and makes it this session's. `user` and `password` are UTF-8 as typed.
   * Resolves with a name for the logs. Rejects with `bad-credentials` or `unavailable`, which leaves the session as it
   * was.
   */
  login(user: string, password: string): Promise<string>;

  /** Every newsgroup this session may see, in LIST's order. */
  newsgroups(): readonly Newsgroup[];

  /**
   * `undefined`: no such group (411). Throws `login-required` or `forbidden` if the group exists but is hidden from
   * this session, `unavailable` if its articles are not known yet. Also called before each use of the selected group,
   * which may have been removed.
   */
  newsgroup(name: string): Newsgroup | undefined;

  /** The status field of LIST ACTIVE (RFC 3977 §7.6.3): may this session post there? */
  status(newsgroup: Newsgroup): 'y' | 'n' | 'm';

  /** Finds an article by Message-ID (with its angle brackets) in any newsgroup, even if its text is not held. */
  find(messageId: string): Located | undefined;

  /**
   * Posts an article (POST, IHAVE, TAKETHIS): `article` is as received, dots unstuffed, CRLF line ends, without the
   * terminator. Resolves once the board has it, with its Message-ID; rejects with a `Refusal`.
   */
  post(article: Buffer, origin: Origin): Promise<string>;

  /** The client has gone. */
  close(): void;
}

/** Where an article came from. */
export interface Origin {
  /**
   * the Message-ID from the 340 line, for an article without one; from a feed, the one offered, which the article must
   * have
   */
  readonly suggested: string | undefined;
  /** sent by another server (IHAVE, TAKETHIS) */
  readonly feed: boolean;
}

/** Optional: rights that must be checked again from time to time. */
export interface Renewing {
  /** Called before each command that needs rights. If it returns a promise, the command waits for it. */
  renew(): Promise<void> | undefined;
}

/** Optional: Message-IDs for the 340 line (RFC 3977 §6.3.1). */
export interface Suggesting {
  suggestMessageId(): string;
}

/** Optional: articles from other servers (IHAVE, CHECK, TAKETHIS). */
export interface Feeding {
  /**
   * May the article with this id be sent? `later` asks the peer to try again (436, 431) because another session is
   * sending it. After `yes`, others are told `later` for a while, so that not every peer sends it.
   */
  offer(messageId: string): 'yes' | 'held' | 'later';

  /** This session is receiving the article. Until the returned function is called, others are told `later`. */
  arriving(messageId: string): () => void;
}

/** Optional: LIST MOTD (RFC 6048 §2.5). */
export interface MessageOfTheDay {
  /** UTF-8 text without CRLF; empty if there is none */
  motd(): Soon<readonly string[]>;
}

/** Optional: for backends whose clock may be set back. */
export interface Dating {
  /**
   * The client will be told the time (DATE), or what is new (NEWNEWS, NEWGROUPS), and may later ask what is new since
   * then. It is told once this resolves.
   */
  dated(): Soon<unknown>;
}

/** Optional: other servers show the same newsgroups, and none may deny what another has shown. */
export interface InCompany {
  /** whether there are, or may be, such servers */
  readonly inCompany: boolean;
  /**
   * Resolves once everything that any of them had shown at the time of the call can be seen here, too. Rejects with
   * `unavailable` if that can't be known, or takes too long.
   * @param newsgroups default: all
   */
  catchUp(newsgroups?: readonly string[]): Promise<void>;
}

/** Where an article is: a group, and its number there. */
export interface Located {
  readonly group: Newsgroup;
  readonly number: number;
}

/** One newsgroup: always its current state. Numbers are 1 … 2,147,483,647 (RFC 3977 §6). */
export interface Newsgroup {
  readonly name: string;
  /** UTF-8, one line */
  readonly description: string;
  /** unix seconds, for NEWGROUPS and LIST ACTIVE.TIMES */
  readonly created: number;
  /** LIST ACTIVE.TIMES: who created it */
  readonly creator: string;

  /**
   * Low and high water marks and the number of articles. Empty: count 0 and high = low − 1. The high mark never falls.
   */
  readonly low: number;
  readonly high: number;
  readonly count: number;

  /**
   * Optional: up to this number everything is known, and what is not here does not exist. Above it, other servers may
   * have shown more.
   */
  readonly known?: number;

  /** The Message-ID of an article, `undefined` if the number has none. For STAT, NEXT and LAST, which need no text. */
  messageId(number: number): string | undefined;

  /** The nearest article at or after (or before) a number: GROUP, NEXT, LAST. */
  atOrAfter(number: number): number | undefined;
  atOrBefore(number: number): number | undefined;

  /** Numbers of the articles within low … high (inclusive), ascending, in pieces of at most a few thousand. */
  numbers(low: number, high: number): Iterable<Uint32Array>;

  /** The whole article. `undefined`: no such number. Rejects with `unavailable` while its text is out of reach. */
  article(number: number): Soon<RenderedArticle | undefined>;

  /**
   * Optional: as `article`, for backends whose headers need less than the text. Nothing may follow the empty line;
   * rejects with `unavailable` only if the headers are out of reach.
   */
  head?(number: number): Soon<RenderedArticle | undefined>;

  /**
   * Overview lines (RFC 3977 §8.3), ready to send: `number TAB … CRLF`, several in a Buffer, ascending. Lazy: each step
   * makes one piece of at most about 64 KiB. An article whose text is out of reach is described from the index alone.
   */
  overview(low: number, high: number): Iterable<Soon<Buffer>>;

  /**
   * `number SP value CRLF` lines for HDR (RFC 3977 §8.5), as `overview`. `field` is a lower-case header name or
   * `:bytes`, `:lines`; an article without that header has an empty value.
   */
  header(field: string, low: number, high: number): Iterable<Soon<Buffer>>;

  /** Message-IDs of articles that became readable here at or after a time in unix seconds: NEWNEWS. */
  arrivedSince(seconds: number): Iterable<string>;
}

/** An article as it is sent: rendered once, cached, shared by sessions, never written to. */
export interface RenderedArticle {
  readonly messageId: string;
  /** headers, empty line, body, `.` CRLF: dot-stuffed, CRLF line ends, terminated */
  readonly bytes: Buffer;
  /** offset of the body's first octet in `bytes`; the empty line is the two octets before it */
  readonly bodyStart: number;
  /**
   * Optional: what ARTICLE answers to the article's number, in one piece: `220 number message-id`, CRLF, and `bytes`.
   * That is how most articles are asked for, and then nothing is made or copied for the answer.
   */
  readonly answer?: Buffer;
}

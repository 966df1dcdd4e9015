/**
 * The seam between the bridge and a board of any kind. Whatever implements it is served over NNTP, with newsgroups,
 * articles, logins and posting; an RGTP board is one implementation.
 */
import type { TextRules } from '../news/posting/mime.ts';
import type { Posting } from '../news/posting/posting.ts';
import type { Located, Newsgroup, Refusal } from '../nntp/backend.ts';
import type { Log } from '../wire/log.ts';
import type { Octets } from '../wire/octets.ts';
import type { Soon } from '../wire/soon.ts';

/** One board of a bridge, named by its main newsgroup. */
export interface BridgedBoard {
  readonly view: BoardNewsgroups;
  readonly login: BoardLogin;
  readonly poster: BoardPosting;
}

/** What a board shows. Everything is answered from memory. */
export interface BoardNewsgroups {
  readonly newsgroup: string;
  /** the domain of the Message-IDs made by the board; no two boards share one */
  readonly domain: string;
  /** in LIST's order */
  readonly groups: readonly BoardGroup[];

  /**
   * Why its articles can't be read yet, for people; `undefined`: they can. Until they can, the newsgroups are listed,
   * and everything else about them is refused: to show an empty newsgroup would be false.
   */
  readonly notYet?: string | undefined;

  /** `undefined`: no such article, or it is gone. Throws `Refusal` (`unavailable`) while that is not known yet. */
  find(messageId: string): Located | undefined;

  /**
   * Resolves once everything that other servers had shown at the time of the call can be seen here, too. Throws
   * `Refusal` (`unavailable`) if that can't be known. Absent: no other server shows this board.
   */
  readonly catchUp?: (() => Promise<void>) | undefined;

  /** The message of the day as lines of text; empty if there is none. */
  motd(): readonly string[];

  /**
   * To be called before a client is told the time, or what is new: from then on no article arrives earlier, even if
   * clocks are set back, or the server dies. Returns that time, in unix seconds, once it is stored. Absent if articles
   * don't arrive by a clock.
   */
  dated?(): Soon<number>;

  /**
   * What was withdrawn by the action that an article in `.edits` reports; for an edit of the index, everything that may
   * have been. Absent if the board can't tell.
   */
  withdrawnBy?(number: number): Iterable<Gone>;

  /**
   * The posts whose text may have been changed by an edit, by the edit's number; empty for any other article. Absent if
   * the board can't tell.
   */
  revisedBy?(number: number): readonly Revision[];

  /**
   * A reader has arrived, and stays until the returned function is called: meanwhile the board may look for news more
   * often.
   */
  readerArrived(): () => void;
}

/** An article that was withdrawn. */
export interface Gone {
  readonly messageId: string;
  /** `revision`: the form in which a post went to peers after an edit */
  readonly kind: 'post' | 'revision' | 'notice';
}

/** An edited post in the form for peers: a new article that replaces the one before. */
export interface Revision {
  /** the post's number */
  readonly number: number;
  /** the same from every bridge */
  readonly messageId: string;
  readonly supersedes: string;
}

export interface BoardGroup extends Newsgroup, Partial<Returning> {
  /** the level needed to post to it; `undefined`: only the server writes it */
  readonly levelToPost: 2 | 3 | undefined;
}

/** Optional: articles may become readable below others that already are. */
export interface Returning {
  /** how often that may have happened since the start */
  readonly returned: number;
  /** The articles above one number, up to another, that became readable at the same time as the latter, or later. */
  returnedSince(above: number, upTo: number): Iterable<number>;
}

/** 0: may not even read; 1: may read; 2: may post; 3: may edit others' posts, and set the message of the day. */
export type Level = 0 | 1 | 2 | 3;

/**
 * Somebody who has logged in to one board. Plain data, which outlives the board's object. A board may add properties of
 * its own.
 */
export interface Member {
  readonly userid: Octets;
  /** for each of their posts; `undefined`: the display name of From */
  readonly grogname: string | undefined;
  /** the level that the board last gave */
  level: Level;
}

/** Logins on one board. Both ways reject with `bad-credentials` or `unavailable`. */
export interface BoardLogin extends Partial<Revoking> {
  /** the board's name in `name:userid` */
  readonly name: string;
  readonly newsgroup: string;
  /** what somebody without a login may do now; undecided: nothing yet, because the board has not said */
  readonly guests: 'read' | 'none' | 'undecided';
  /** false: nobody posts, whatever their level */
  readonly posting: boolean;

  /** Logs in by a local account and its password; `undefined`: no such account, or not its password. */
  byAccount(name: string, password: string, log: Log): Promise<Member | undefined>;

  /** Logs in by the secret that the board shares with its user, as typed. */
  bySecret(userid: string, secret: string, log: Log): Promise<Member>;
}

/** Optional: for boards that can take away rights during a session. */
export interface Revoking {
  /**
   * What a member may do now; `undefined`: the login is no longer valid. Called at each use, so answered from memory.
   */
  standing(member: Member): Level | undefined;

  /**
   * Called before each command of a client. Returns a promise if the board must first be asked whether the login
   * (without a member: guests' access) is still valid. Never rejects.
   */
  renew(member: Member | undefined): Promise<void> | undefined;
}

/** Posting to one board. The bridge has checked the member's level. */
export interface BoardPosting {
  /** how to read an article's text; default: groggsd's limits, no attachments */
  readonly textRules?: TextRules;

  /**
   * Delivers an article to the board. Resolves once the board has it and readers can see it. Rejects with a `Refusal`,
   * or with a `PostingError` that names the header at fault.
   */
  post(article: Submitted): Promise<void>;

  /** Nothing can be posted now: the board is away, or its index has not been read. */
  readonly isAway?: boolean;

  /** Whether an article with this id is here, or was ever posted here. */
  has(messageId: string): boolean;

  /** Whether the outcome of this post is unknown. */
  isPending(messageId: string): boolean;

  /** For an article that is here only if the board's answer was guessed right: what to tell somebody who posts it again. */
  doubtOf?(messageId: string): Refusal | undefined;

  /** Finds out about every post whose outcome is unknown. Rejects while the board is away. */
  settle(): Promise<void>;
}

/** An article to be posted to a board. */
export interface Submitted {
  readonly posting: Posting;
  readonly messageId: string;
  /** one of the board's newsgroups */
  readonly newsgroup: string;
  readonly member: Member;
}

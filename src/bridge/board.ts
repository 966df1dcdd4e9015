/**
 * The seam between the bridge and a board of any kind. Whatever implements it is served over NNTP, with its newsgroups,
 * its articles, its logins and posting; an RGTP board is one implementation.
 */
import type { TextRules } from '../news/posting/mime.ts';
import type { Posting } from '../news/posting/posting.ts';
import type { Located, Newsgroup } from '../nntp/backend.ts';
import type { Log } from '../wire/log.ts';
import type { Octets } from '../wire/octets.ts';

/** One board of a bridge. A board is named by its main newsgroup. */
export interface BridgedBoard {
  readonly view: BoardNewsgroups;
  readonly login: BoardLogin;
  readonly poster: BoardPosting;
}

/** What a board shows. Every question is answered from memory. */
export interface BoardNewsgroups {
  readonly newsgroup: string;
  /** the domain of the Message-IDs that the board makes; no two boards share one */
  readonly domain: string;
  /** in the order of LIST */
  readonly groups: readonly BoardGroup[];

  /**
   * Why its articles can't be read yet, for people; `undefined`: they can. Until then its newsgroups are listed, and
   * everything else about them is refused: an empty newsgroup would be a false answer.
   */
  readonly notYet?: string | undefined;

  /** `undefined`: no such article, or none any more. Throws `Refusal` (`unavailable`) while that is not known yet. */
  find(messageId: string): Located | undefined;

  /**
   * Absent: nobody else shows this board. Resolves when what others had shown by then can be seen here, too. Throws `Refusal`
   * (`unavailable`) where that can't be known.
   */
  readonly catchUp?: (() => Promise<void>) | undefined;

  /** The message of the day as lines of text; empty if there is none. */
  motd(): readonly string[];

  /**
   * A client learns the time: from now on no article arrives earlier, wherever clocks are set to. Returns that time, in unix
   * seconds. Absent where articles don't arrive by a clock.
   */
  dated?(): number;

  /**
   * What is gone because of the deed that an article of `.edits` tells of; of an edit of the index, all that may be. Absent
   * where the board can't tell.
   */
  withdrawnBy?(number: number): readonly Gone[];

  /**
   * The posts that may have another text because of an edit, by its number; empty for every other article. Absent where
   * the board can't tell.
   */
  revisedBy?(number: number): readonly Revision[];

  /** A reader has arrived, and stays until the returned function is called: the board may look for news more often. */
  readerArrived(): () => void;
}

/** An article that is gone. */
export interface Gone {
  readonly messageId: string;
  /** `revision`: as which a post went to peers after an edit */
  readonly kind: 'post' | 'revision' | 'notice';
}

/** A post that was edited, as it goes to peers: a new article that takes the place of the one before. */
export interface Revision {
  /** of the post */
  readonly number: number;
  /** the same from every bridge */
  readonly messageId: string;
  readonly supersedes: string;
}

export interface BoardGroup extends Newsgroup, Partial<Returning> {
  /** the level that posting to it takes; `undefined`: only the server writes it */
  readonly levelToPost: 2 | 3 | undefined;
}

/** Optional: articles may become readable below others that were readable before. */
export interface Returning {
  /** how often that may have happened since the start */
  readonly returned: number;
  /** The articles above a number, and up to another, that became readable when that one did, or later. */
  returnedSince(above: number, upTo: number): Iterable<number>;
}

/** 0: may not even read; 1: may read; 2: may post; 3: may edit what others posted, and set the message of the day. */
export type Level = 0 | 1 | 2 | 3;

/**
 * Somebody who proved who they are to one board. Plain facts: they outlive the object that stands for the board. A
 * board may give its members further properties of its own.
 */
export interface Member {
  readonly userid: Octets;
  /** for each of their posts; `undefined`: the display name of From */
  readonly grogname: string | undefined;
  /** what the board said last */
  level: Level;
}

/** Logins on one board. Both ways reject with `bad-credentials` or `unavailable`. */
export interface BoardLogin extends Partial<Revoking> {
  /** as in `name:userid` */
  readonly name: string;
  readonly newsgroup: string;
  /** what somebody without a login may do now; undecided: nothing yet, because the board has not said it */
  readonly guests: 'read' | 'none' | 'undecided';
  /** false: nobody posts, whatever their level */
  readonly posting: boolean;

  /** By a local account and its password; `undefined`: no such account, or not its password. */
  byAccount(name: string, password: string, log: Log): Promise<Member | undefined>;

  /** By the secret that the board shares with its user, as typed. */
  bySecret(userid: string, secret: string, log: Log): Promise<Member>;
}

/** Optional, for boards that can take rights away while a session lasts. */
export interface Revoking {
  /** What a member may do now; `undefined`: the login no longer holds. Asked at each use, so answered from memory. */
  standing(member: Member): Level | undefined;

  /**
   * Called before each command of a client. Returns a promise if the board must be asked first whether the login
   * (without a member: its guests' access) still holds. Never rejects.
   */
  renew(member: Member | undefined): Promise<void> | undefined;
}

/** Posting to one board. The bridge has checked the member's level. */
export interface BoardPosting {
  /** how an article's text is to be read; default: groggsd's limits, no attachments */
  readonly textRules?: TextRules;

  /**
   * Brings an article to the board. Resolves once the board has it and readers can see it. Rejects with a `Refusal`, or
   * with a `PostingError` that names the header at fault.
   */
  post(article: Submitted): Promise<void>;

  /** Nothing can be posted now, whatever it is: the board is away, or its index has not been read. */
  readonly isAway?: boolean;

  /** Whether an article with this id was ever posted here, or is here. */
  has(messageId: string): boolean;

  /** Whether the outcome of this post is unknown. */
  isPending(messageId: string): boolean;

  /** Finds out about every post whose outcome is unknown. Rejects while the board is away. */
  settle(): Promise<void>;
}

/** An article on its way to a board. */
export interface Submitted {
  readonly posting: Posting;
  readonly messageId: string;
  /** one of the board's */
  readonly newsgroup: string;
  readonly member: Member;
}

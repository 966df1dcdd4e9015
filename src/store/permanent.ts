import type { StoreError } from './errors.ts';

/**
 * What a board can't give back: kept for good, one file per board. Asynchronous and small, so that a shared database
 * can take the place of the file where several bridges serve one board. Everything else is derived from the board.
 */
export interface Permanent {
  /** Why nothing can be written now; `undefined`: as far as anybody knows, it can. */
  readonly trouble: StoreError | undefined;

  /** What several bridges that use it at the same time agree on; `undefined`: there is one. */
  readonly shared?: Shared | undefined;

  /** Whether all of this has been copied elsewhere, to be used there: here it is out of date. */
  isMoved(): Promise<boolean>;
  setMoved(moved: boolean): Promise<void>;

  /** ascending by number; empty before the first sync */
  epochs(): Promise<readonly Epoch[]>;
  /** Adds epochs. Those that are there already stay as they are: numbers never change meaning. */
  addEpochs(epochs: readonly Epoch[]): Promise<void>;

  /** Replaces all epochs, to remove those that an earlier version began by mistake; `moved` posts change theirs. */
  replaceEpochs(epochs: readonly Epoch[], moved: readonly OwnPost[]): Promise<void>;

  /** What readers may have been shown. */
  published(): Promise<Published>;
  /** Readers may see these marks from now on. A high mark never falls. */
  raiseMarks(marks: readonly Mark[]): Promise<void>;
  /** Records when articles up to these numbers became readable, and drops the records of `dropped`. */
  putArrivals(arrivals: readonly Arrival[], dropped: readonly number[]): Promise<void>;

  /** The newest rows that readers were shown, ascending. */
  recent(): Promise<readonly RecentRow[]>;
  /** Stores these, replacing what was stored under their numbers, and drops those below `from`. */
  putRecent(rows: readonly RecentRow[], from: number): Promise<void>;

  /** When a newsgroup was first offered: `now` (unix seconds) the first time it is asked about, the same ever after. */
  newsgroupCreated(name: string, now: number): Promise<number>;
  newsgroups(): Promise<readonly CreatedNewsgroup[]>;

  /** Every post made through the bridge, in no particular order. */
  ownPosts(): Promise<readonly OwnPost[]>;

  /**
   * Records what is about to be sent to the board, before it is. A Message-ID that is intended or posted already
   * is not intended again: the result says what became of it. Nor is it while another bridge has an open intent with the same
   * `twin`: the result is that one.
   */
  intend(intent: Intent): Promise<{ readonly known: false } | Known>;
  /** Rewrites the details of an intent (the reply became a continuation, …). */
  revise(messageId: string, details: string): Promise<void>;
  /**
   * The board has it: the intent becomes an own post, in one step. In epoch 0 the intent stays, too, until the post is
   * given its epoch by another call.
   */
  done(post: OwnPost): Promise<void>;
  /** The board refused it, or never saw it: the Message-ID is free again. */
  forget(messageId: string): Promise<void>;
  /**
   * Intents that are neither done in an epoch nor forgotten, oldest first: after a crash, what became of them is in the
   * index.
   */
  intents(): Promise<readonly Intent[]>;

  /** How far each peer has been sent each newsgroup. */
  fed(): Promise<readonly Fed[]>;
  putFed(fed: Fed): Promise<void>;

  /** The level that the board gave a guest last, 0: none; `undefined`: it was never asked. */
  guestLevel(): Promise<number | undefined>;
  putGuestLevel(level: number): Promise<void>;

  account(name: string): Promise<StoredAccount | undefined>;
  accounts(): Promise<readonly StoredAccount[]>;
  putAccount(account: StoredAccount): Promise<void>;
  /** false: there was none of that name */
  removeAccount(name: string): Promise<boolean>;
  /**
   * Calls `listener` with all accounts, at once or as soon as they are read, and within a second of each change, whoever makes it. Ends with `close`.
   */
  onAccounts(listener: (accounts: readonly StoredAccount[]) => void): void;

  proofs(): Promise<readonly StoredProof[]>;
  /** The login of this userid that the board accepted last. */
  proof(userid: string): Promise<StoredProof | undefined>;
  /** Keeps it in the place of an earlier one. Of all, those since `since` are kept, and of these the `most` newest. */
  putProof(proof: StoredProof, keep: { readonly since: number; readonly most: number }): Promise<void>;
  /** Forgets it, where `hash` is given only if it is that one. false: there was none. */
  removeProof(userid: string, hash?: string): Promise<boolean>;

  close(): Promise<void>;
}

/**
 * A stretch of the board's numbering: the article number of a post is `base` + its sequence number. Epoch 1 has
 * base 0 and begins at sequence 0.
 */
export interface Epoch {
  /** from 1 */
  readonly number: number;
  /** how often the board's sequence numbers had wrapped at 2³² when it began */
  readonly generation: number;
  /**
   * the first sequence number that belongs to it; from here on it takes the place of earlier epochs of its generation
   */
  readonly first: number;
  /** may be negative */
  readonly base: number;
}

export interface Published {
  readonly marks: readonly Mark[];
  /** ascending */
  readonly arrivals: readonly Arrival[];
}

/** The water marks of one of the board's newsgroups. */
export interface Mark {
  /** which of them: the bridge's business */
  readonly place: string;
  readonly low: number;
  readonly high: number;
}

/** The articles above the previous one's number, up to this one's, were readable by `time`. */
export interface Arrival {
  readonly number: number;
  /** unix seconds */
  readonly time: number;
}

/** A row as the cache has it, in case the cache is lost. */
export interface RecentRow {
  /** article number */
  readonly number: number;
  /** what it is (JSON): the mirror's business */
  readonly details: string;
}

export interface CreatedNewsgroup {
  readonly name: string;
  /** unix seconds */
  readonly created: number;
}

export interface OwnPost {
  /** with its angle brackets */
  readonly messageId: string;
  /** 0: none yet, because nobody has seen it in the index */
  readonly epoch: number;
  readonly sequence: number;
  /** the References its author's newsreader gave, Message-IDs with single blanks between; '' if none */
  readonly references: string;
  /** the Path it had when another server brought it; absent (or '') if it was posted here */
  readonly path?: string;
}

/** How far a peer has been sent a newsgroup. */
export interface Fed {
  /** the peer's name in the configuration */
  readonly peer: string;
  readonly newsgroup: string;
  /** where it began: what was there then is not sent */
  readonly first: number;
  /** it has, or does not want, every article up to this number */
  readonly number: number;
}

export interface Intent {
  readonly messageId: string;
  /** unix seconds */
  readonly created: number;
  /** whatever finds the post again (JSON): the poster's business */
  readonly details: string;
  /** shared by posts that can't be told apart on the board */
  readonly twin?: string | undefined;
  /** another bridge works on it: not ours to settle */
  readonly elsewhere?: true | undefined;
}

export type Known =
  | { readonly known: true; readonly post: OwnPost; readonly intent: undefined }
  | { readonly known: true; readonly post: undefined; readonly intent: Intent };

export interface StoredAccount {
  /** as given to AUTHINFO USER */
  readonly name: string;
  /** scrypt hash with its parameters, in PHC form */
  readonly passwordHash: string;
  /** the RGTP userid it stands for */
  readonly userid: string;
  /** the RGTP shared secret, encrypted with the key file */
  readonly secret: Uint8Array;
  /** further settings (JSON): fixed grogname, …; the login's business */
  readonly settings: string;
}

/** What a board accepted: asked for while the board is away. */
export interface StoredProof {
  /** in lower case */
  readonly userid: string;
  /** scrypt hash of the shared secret with its parameters, in PHC form */
  readonly hash: string;
  /** the level that the board gave */
  readonly level: number;
  /** unix seconds */
  readonly proven: number;
}

/** What bridges that serve one board at the same time ask of the store that they share, besides `Permanent`. */
export interface Shared {
  /** This bridge polls the board for all of them; and so does each that is cut off from the store. */
  readonly leads: boolean;
  /** Somebody reads the board, at whatever bridge. */
  readonly isRead: boolean;
  /** how many bridges there are, this one included; 0: it is cut off from the store */
  readonly bridges: number;
  /** ms: this long after a bridge was counted as dead, it may still send what it was about to send */
  readonly patience: number;

  /**
   * Of the bridges that feed a peer, one sends to it, so that it is offered nothing twice. Where it is this one, a number, another
   * one each time that this begins; `undefined`: nobody knows. Who asks takes part, until `pass`.
   */
  turn(peer: string): number | 'elsewhere' | undefined;
  /** This bridge can't send to it, or is not to: another may. */
  pass(peer: string): void;

  /** Whether somebody reads the board at this bridge, and whether it reaches the board: one that does not leads nobody. */
  report(state: { readonly isRead: boolean; readonly reachesBoard: boolean }): void;

  /** For what is intended from now on. */
  claim(): Claim;

  /**
   * Calls the listener when others may have done something: shown rows (or removed some), stored or forgotten posts. It is a
   * hint: some may be missing, and some come twice. What is true is to be asked for.
   */
  onHint(listener: (about: 'rows' | 'posts') => void): void;

  /** Calls the listener with intents that a dead bridge left: they are this bridge's now, to be settled. */
  onTaken(listener: (intents: readonly Intent[]) => void): void;
  /** This bridge was cut off, and is one of them again: calls the listener with the Message-IDs of the intents that are still its own. */
  onRejoined(listener: (messageIds: ReadonlySet<string>) => void): void;

  /**
   * Posts that have changed since a position, and all open intents. Where the position is no more (the database was
   * replaced), all posts.
   * @param since `undefined`: no posts, only the position
   */
  news(since: string | undefined): Promise<News>;

  /** Grows with each step that any bridge makes in what it shows. */
  version(): Promise<bigint>;
  /** the version that this bridge's last step made */
  readonly made: bigint;

  /** The rows above a number that readers of any bridge may have been shown, all epochs, and the marks. */
  shown(above: number): Promise<Shown>;
  /**
   * Before rows can be read: they become the next that are shown on all bridges, and their epochs and marks hold. Where others
   * have shown rows above `after`, or begun other epochs, nothing changes, and the result says what they have.
   */
  publish(step: Step): Promise<Shown | undefined>;
  /** Something was removed or changed that shows in no new row: the others are told. */
  changed(): Promise<void>;
}

/** That none of the others can have begun to settle what this bridge has intended. */
export interface Claim {
  /** Before each command that commits. @throws StoreError: it must not be sent */
  confirm(): Promise<void>;
  /** Calls the listener as soon as that may no longer be so: what is under way must not arrive any more. Call the result to stop. */
  whenLost(listener: () => void): () => void;
}

export interface News {
  readonly position: string;
  readonly posts: readonly OwnPost[];
  readonly intents: readonly Intent[];
}

export interface Shown {
  /** ascending */
  readonly rows: readonly RecentRow[];
  readonly epochs: readonly Epoch[];
  /** see `Shared.version` */
  readonly version: bigint;
  /** not above these rows, and those at or below the number */
  readonly marks: readonly Mark[];
}

export interface Step {
  /** the highest number that was shown, as far as this bridge knows */
  readonly after: number;
  readonly rows: readonly RecentRow[];
  /** all of them, those that begin included */
  readonly epochs: readonly Epoch[];
  readonly marks: readonly Mark[];
  /** rows below this number are too old to be kept */
  readonly from: number;
}

import type { StoreError } from './errors.ts';

/**
 * What a board can't give back: kept for good, one file per board. Asynchronous and small, so that a shared database
 * can replace the file if several bridges serve one board. Everything else is derived from the board.
 */
export interface Permanent {
  /** Why nothing can be written now; `undefined`: as far as is known, it can. */
  readonly trouble: StoreError | undefined;

  /** What several bridges that use this store at the same time agree on; `undefined`: there is only one. */
  readonly shared?: Shared | undefined;

  /** Whether all of this has been copied elsewhere, to be used there, so that it is out of date here. */
  isMoved(): Promise<boolean>;
  setMoved(moved: boolean): Promise<void>;

  /** ascending by number; empty before the first sync */
  epochs(): Promise<readonly Epoch[]>;
  /** Adds epochs. Existing ones stay as they are: numbers never change their meaning. */
  addEpochs(epochs: readonly Epoch[]): Promise<void>;

  /**
   * Replaces all epochs, to remove those that an earlier version began by mistake; `moved` posts change their epoch.
   */
  replaceEpochs(epochs: readonly Epoch[], moved: readonly OwnPost[]): Promise<void>;

  /** What readers may have been shown. */
  published(): Promise<Published>;
  /** Readers may see these marks from now on. High marks never fall. */
  raiseMarks(marks: readonly Mark[]): Promise<void>;
  /** Records when articles up to these numbers became readable, and drops the records of `dropped`. */
  putArrivals(arrivals: readonly Arrival[], dropped: readonly number[]): Promise<void>;

  /** The newest rows that readers have been shown, ascending. */
  recent(): Promise<readonly RecentRow[]>;
  /** Stores rows, replacing those with their numbers, and drops those below `from`. */
  putRecent(rows: readonly RecentRow[], from: number): Promise<void>;

  /** When a newsgroup was first offered: the `now` (unix seconds) of the first call, ever after. */
  newsgroupCreated(name: string, now: number): Promise<number>;
  newsgroups(): Promise<readonly CreatedNewsgroup[]>;

  /** All posts made through the bridge, in no particular order. */
  ownPosts(): Promise<readonly OwnPost[]>;

  /**
   * Records what is about to be sent to the board, before it is sent. A Message-ID that has been intended or posted
   * already is not intended again: the result says what became of it. The same holds while another bridge has an open
   * intent with the same `twin`: the result is that one.
   */
  intend(intent: Intent): Promise<{ readonly known: false } | Known>;
  /** Rewrites the details of an intent (the reply became a continuation, …). */
  revise(messageId: string, details: string): Promise<void>;
  /**
   * The board has the post: the intent becomes an own post, in one step. In epoch 0 the intent also stays, until
   * another call gives the post its epoch.
   */
  done(post: OwnPost): Promise<void>;
  /** The board refused the post, or never received it: the Message-ID is free again. */
  forget(messageId: string): Promise<void>;
  /**
   * Intents that are neither done in an epoch nor forgotten, oldest first: after a crash, the index tells what became
   * of them.
   */
  intents(): Promise<readonly Intent[]>;

  /** How far each peer has been sent each newsgroup. */
  fed(): Promise<readonly Fed[]>;
  putFed(fed: Fed): Promise<void>;

  /** The level that the board last gave a guest, 0: none; `undefined`: it has never been asked. */
  guestLevel(): Promise<number | undefined>;
  putGuestLevel(level: number): Promise<void>;

  account(name: string): Promise<StoredAccount | undefined>;
  accounts(): Promise<readonly StoredAccount[]>;
  putAccount(account: StoredAccount): Promise<void>;
  /** false: there was no such account */
  removeAccount(name: string): Promise<boolean>;
  /**
   * Calls `listener` with all accounts, at once or as soon as they have been read, and within a second of each change,
   * even by another process. Ends with `close`.
   */
  onAccounts(listener: (accounts: readonly StoredAccount[]) => void): void;

  proofs(): Promise<readonly StoredProof[]>;
  /** The last login of this userid that the board accepted. */
  proof(userid: string): Promise<StoredProof | undefined>;
  /**
   * Stores a proof, replacing an earlier one of the userid. Of all proofs, keeps those since `since`, and of these the
   * `most` newest.
   */
  putProof(proof: StoredProof, keep: { readonly since: number; readonly most: number }): Promise<void>;
  /** Forgets a proof; if `hash` is given, only that one. false: there was none. */
  removeProof(userid: string, hash?: string): Promise<boolean>;

  close(): Promise<void>;
}

/**
 * A stretch of the board's numbering: a post's article number is `base` + its sequence number. Epoch 1 has base 0 and
 * begins at sequence 0.
 */
export interface Epoch {
  /** from 1 */
  readonly number: number;
  /** how often the board's sequence numbers had wrapped at 2³² when it began */
  readonly generation: number;
  /** the first sequence number in it; from here on it replaces earlier epochs of its generation */
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
  /** which newsgroup: the bridge's business */
  readonly place: string;
  readonly low: number;
  readonly high: number;
}

/** The articles above the previous arrival's number, up to this one's, were readable by `time`. */
export interface Arrival {
  readonly number: number;
  /** unix seconds */
  readonly time: number;
}

/** A row as in the cache, in case the cache is lost. */
export interface RecentRow {
  /** article number */
  readonly number: number;
  /** its content (JSON): the mirror's business */
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
  /** 0: none yet, because it has not been seen in the index */
  readonly epoch: number;
  readonly sequence: number;
  /** the References given by the author's newsreader: Message-IDs separated by single blanks; '' if none */
  readonly references: string;
  /** the Path that it arrived with from another server; absent (or '') if it was posted here */
  readonly path?: string;
}

/** How far a peer has been sent a newsgroup. */
export interface Fed {
  /** the peer's name in the configuration */
  readonly peer: string;
  readonly newsgroup: string;
  /** where the peer began: what was there by then is not sent */
  readonly first: number;
  /** the peer has, or does not want, every article up to this number */
  readonly number: number;
}

export interface Intent {
  readonly messageId: string;
  /** unix seconds */
  readonly created: number;
  /** what it takes to find the post again (JSON): the poster's business */
  readonly details: string;
  /** shared by posts that can't be told apart on the board */
  readonly twin?: string | undefined;
  /** another bridge is working on it: not ours to settle */
  readonly elsewhere?: true | undefined;
}

export type Known =
  | { readonly known: true; readonly post: OwnPost; readonly intent: undefined }
  | { readonly known: true; readonly post: undefined; readonly intent: Intent };

export interface StoredAccount {
  /** the name for AUTHINFO USER */
  readonly name: string;
  /** scrypt hash with its parameters, in PHC form */
  readonly passwordHash: string;
  /** the RGTP userid that it stands for */
  readonly userid: string;
  /** the RGTP shared secret, encrypted with the key file */
  readonly secret: Uint8Array;
  /** further settings (JSON): fixed grogname, …; the login's business */
  readonly settings: string;
}

/** A login that a board accepted: used while the board is away. */
export interface StoredProof {
  /** in lower case */
  readonly userid: string;
  /** scrypt hash of the shared secret with its parameters, in PHC form */
  readonly hash: string;
  /** the level that the board granted */
  readonly level: number;
  /** unix seconds */
  readonly proven: number;
}

/** What bridges that serve one board at the same time need from their shared store, besides `Permanent`. */
export interface Shared {
  /** This bridge polls the board for all of them. So does each that is cut off from the store. */
  readonly leads: boolean;
  /** Somebody reads the board, at any bridge. */
  readonly isRead: boolean;
  /** the number of bridges, this one included; 0: it is cut off from the store */
  readonly bridges: number;
  /** ms: a bridge may still send something this long after it was taken for dead */
  readonly patience: number;

  /**
   * Only one of the bridges that feed a peer sends to it, so that nothing is offered twice. A number, new each time its
   * turn begins, if it is this bridge; `undefined`: unknown. Asking makes this bridge a candidate, until `pass`.
   */
  turn(peer: string): number | 'elsewhere' | undefined;
  /** This bridge can't, or should not, send to the peer: another may. */
  pass(peer: string): void;

  /**
   * Reports whether somebody reads the board at this bridge, and whether it reaches the board: one that does not can't
   * lead.
   */
  report(state: { readonly isRead: boolean; readonly reachesBoard: boolean }): void;

  /** A claim to what is intended from now on. */
  claim(): Claim;

  /**
   * Calls the listener when others may have done something: shown or removed rows, stored or forgotten posts. These are
   * hints: some may be missing, or come twice, so the truth must be asked for.
   */
  onHint(listener: (about: 'rows' | 'posts') => void): void;

  /** Calls the listener with intents that a dead bridge has left: they are now this bridge's to settle. */
  onTaken(listener: (intents: readonly Intent[]) => void): void;
  /**
   * Calls the listener once this bridge, having been cut off, has joined again, with the Message-IDs of the intents
   * that are still its own.
   */
  onRejoined(listener: (messageIds: ReadonlySet<string>) => void): void;

  /**
   * Posts that have changed since a position, and all open intents. If the position no longer exists (the database was
   * replaced), all posts.
   * @param since `undefined`: no posts, only the position
   */
  news(since: string | undefined): Promise<News>;

  /** Grows whenever any bridge changes what it shows. */
  version(): Promise<bigint>;
  /** the version made by this bridge's last step */
  readonly made: bigint;

  /** The rows above a number that readers may have been shown by any bridge, all epochs, and the marks. */
  shown(above: number): Promise<Shown>;
  /**
   * To be called before rows become readable: makes them the next rows shown on all bridges, with their epochs and
   * marks. If others have shown rows above `after`, or begun other epochs, changes nothing, and returns what they have.
   */
  publish(step: Step): Promise<Shown | undefined>;
  /** Tells the others that something was removed or changed without a new row. */
  changed(): Promise<void>;
}

/** Confirms that no other bridge can have begun to settle what this one has intended. */
export interface Claim {
  /** To be called before each command that commits. @throws StoreError: the command must not be sent */
  confirm(): Promise<void>;
  /**
   * Calls the listener as soon as the claim may be lost: what is under way must then not arrive. Call the result to
   * stop.
   */
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
  /** no higher than these rows, or the number asked for */
  readonly marks: readonly Mark[];
}

export interface Step {
  /** the highest number shown, as far as this bridge knows */
  readonly after: number;
  readonly rows: readonly RecentRow[];
  /** all epochs, new ones included */
  readonly epochs: readonly Epoch[];
  readonly marks: readonly Mark[];
  /** rows below this number are too old to keep */
  readonly from: number;
}

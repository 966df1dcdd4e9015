import type { StoreError } from './errors.ts';
import type {
  Arrival,
  CreatedNewsgroup,
  Epoch,
  Fed,
  Intent,
  Known,
  Mark,
  OwnPost,
  Published,
  RecentRow,
  StoredAccount,
  StoredProof,
} from './permanent-records.ts';
import type { Shared } from './shared.ts';

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
  /**
   * Readers may see these marks from now on. High marks never fall. Unless it is `synced`, a power cut may undo it.
   */
  raiseMarks(marks: readonly Mark[], options?: { readonly synced: boolean }): Promise<void>;
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
  /**
   * @param instead the account, unchanged since, that this one replaces; `null`: none of that name. Default: whatever is there
   * @returns whether it was stored
   */
  putAccount(account: StoredAccount, instead?: StoredAccount | null): Promise<boolean>;
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

/** What is kept for good, record by record. */

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

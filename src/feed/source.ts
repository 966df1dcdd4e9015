/** What feeds need from the rest of the server. */
import type { Soon } from '../wire/soon.ts';

/** An article to be sent to peers. */
export interface Offer {
  readonly messageId: string;
  /** what a peer must want besides its newsgroup */
  readonly kind?: 'revision' | 'notice';
  /** the number of the post that it is about: it goes to the peers that were sent the post */
  readonly about?: number;
  /** the servers that it has passed (RFC 5536 §3.1.5) */
  readonly path: string;
  /** Dot-stuffed and terminated. `undefined`: it no longer exists. Rejects while it is out of reach. */
  article(): Soon<Buffer | undefined>;
}

/** Everything that is sent to peers because of one article, perhaps nothing. */
export interface Entry {
  readonly number: number;
  /** made while they are read: an edit of the index can withdraw everything */
  readonly offers: Iterable<Offer>;
}

/** How far a peer has been sent a newsgroup. */
export interface Place {
  /** where the peer began: nothing up to this number is sent */
  readonly first: number;
  /** the peer has, or does not want, everything up to this number */
  readonly number: number;
}

/**
 * Whose turn it is to send to a peer: this server's (a number, new each time it begins, when its places are read),
 * another server's, or unknown.
 */
export type Turn = number | 'elsewhere' | undefined;

/** A newsgroup to be sent to peers, or the cancels of what was withdrawn from one. */
export interface FedNewsgroup {
  /** the name under which a peer's place in it is kept */
  readonly name: string;
  /** the newsgroup with its articles, and which one of the board's it is */
  readonly newsgroup: string;
  readonly kind: 'posts' | 'motd' | 'notices' | 'cancels';
  readonly high: number;

  /** Whether there is anything above a number. Articles that only the high mark announces do not count yet. */
  hasMore(above: number): boolean;

  /** Everything above a number, ascending. */
  entries(above: number): Iterable<Entry>;

  /** Grows when something may have become readable below what was readable before: a post restored, a late notice. */
  readonly returned: number;
  /** Everything above one number, up to another, that became readable at the same time as the latter, or later. */
  late(above: number, upTo: number): Iterable<Entry>;

  /** Decides which of several servers sends to a peer. Asking makes this server a candidate. */
  turn(peer: string): Soon<Turn>;
  /** Lets another server send: this one can't, or should not any more. */
  pass(peer: string): void;

  /** `undefined`: the peer has been sent nothing. */
  place(peer: string): Place | undefined;
  /** Stores the place for good. */
  setPlace(peer: string, place: Place): Promise<void>;
}

export interface Source {
  /** Newsgroups whose articles are known. They come and go with their boards. */
  newsgroups(): readonly FedNewsgroup[];
}

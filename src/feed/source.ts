/** What feeds ask of the rest of the server. */
import type { Soon } from '../wire/soon.ts';

/** Something that goes to peers. */
export interface Offer {
  readonly messageId: string;
  /** what a peer must want besides its newsgroup */
  readonly kind?: 'revision' | 'notice';
  /** the number of the post that it is about: it goes to whom that was sent */
  readonly about?: number;
  /** the servers that it has passed (RFC 5536 §3.1.5) */
  readonly path: string;
  /** Dot-stuffed and terminated. `undefined`: there is nothing to send any more. Rejects while it is out of reach. */
  article(): Soon<Buffer | undefined>;
}

/** All that goes to peers because of one article; it may be nothing. */
export interface Entry {
  readonly number: number;
  readonly offers: readonly Offer[];
}

/** How far a peer has been sent a newsgroup. */
export interface Place {
  /** where it began: nothing up to this number is sent */
  readonly first: number;
  /** it has, or does not want, everything up to this number */
  readonly number: number;
}

/**
 * Whose turn it is to send to a peer: this server's (a number, another one each time that it begins; its places are known then),
 * that of another one, or nobody's that is known.
 */
export type Turn = number | 'elsewhere' | undefined;

/** A newsgroup as peers are sent it, or the cancels of what was withdrawn from one. */
export interface FedNewsgroup {
  /** what a peer's place in it is kept under */
  readonly name: string;
  /** the newsgroup that its articles are in, and which of a board's it is */
  readonly newsgroup: string;
  readonly kind: 'posts' | 'motd' | 'notices' | 'cancels';
  readonly high: number;

  /** Whether there is anything above a number. What only the high mark tells of is not there yet. */
  hasMore(above: number): boolean;

  /** What there is above a number, ascending. */
  entries(above: number): Iterable<Entry>;

  /** Grows when something may have become readable below what was readable before: a post that is back, a late notice. */
  readonly returned: number;
  /** What there is above a number, and up to another, that became readable when that one did, or later. */
  late(above: number, upTo: number): Iterable<Entry>;

  /** Of several servers that could send it to a peer, one does. Who asks takes part. */
  turn(peer: string): Soon<Turn>;
  /** It can't be sent from here, or is not to be any more: another server may. */
  pass(peer: string): void;

  /** `undefined`: it was never sent any. */
  place(peer: string): Place | undefined;
  /** Remembers that for good. */
  setPlace(peer: string, place: Place): Promise<void>;
}

export interface Source {
  /** Newsgroups whose articles are known: they come and go with their boards. */
  newsgroups(): readonly FedNewsgroup[];
}

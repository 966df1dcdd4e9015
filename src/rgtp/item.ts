import type { Octets } from '../wire/octets.ts';

/** One post of an item: the first, or a reply. */
export interface Contribution {
  readonly sequence: number;
  /** unix seconds, from the cookie */
  readonly time: number;
  readonly grogname: Octets;
  /** as the header claims; the index row with the same sequence number is the authority (a grogname can look like a userid) */
  readonly userid: Octets | undefined;
  /** the header lines as sent, `Subject:` included */
  readonly header: readonly Octets[];
  /** the text, carets undoubled */
  readonly lines: readonly Octets[];
}

/** `[Continued in …]`: where the thread goes on. Never part of a post. */
export interface ContinuationMark {
  readonly sequence: number;
  readonly time: number;
  readonly itemId: string;
  readonly userid: Octets | undefined;
}

/** An item as ITEM sends it (RGTP: item data). */
export interface Item {
  readonly id: string;
  readonly continuedFrom: string | undefined;
  readonly continuedIn: string | undefined;
  /** sequence numbers */
  readonly lastEdit: number | undefined;
  readonly lastReply: number | undefined;
  readonly subject: Octets;
  readonly contributions: readonly Contribution[];
  readonly mark: ContinuationMark | undefined;
}

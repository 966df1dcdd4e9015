/**
 * One board as the mirror knows it: what the views (newsgroups, articles) are made from. `mirror/` implements it over
 * RGTP and the cache.
 *
 * A board may have a million posts, so they are columns of numbers, not objects. Rows are in ascending article number
 * and are only ever appended; a post that was withdrawn keeps its row with kind `Gone`. Column arrays are replaced when
 * they grow: read them through the property each time, and only up to `length`.
 */
import type { Charset } from '../wire/charset.ts';
import type { Octets } from '../wire/octets.ts';
import type { Soon } from '../wire/soon.ts';
import type { ItemText } from './item-text.ts';

/** What a row is. I, R, C, E, M are the index's; the last two come from the edit log. */
export const PostKind = {
  Gone: 0,
  Item: 1,
  Reply: 2,
  Continuation: 3,
  Edit: 4,
  Motd: 5,
  Withdrawal: 6,
  IndexEdit: 7,
} as const;
export type PostKind = (typeof PostKind)[keyof typeof PostKind];

/** Which of a board's newsgroups. */
export type Place = 'main' | 'motd' | 'edits';

export interface Posts {
  readonly length: number;
  /** article numbers: base of the epoch + sequence (every sequence number is an article number) */
  readonly numbers: Uint32Array;
  /** the board's sequence numbers */
  readonly sequences: Uint32Array;
  /** numbering epoch, from 1 */
  readonly epochs: Uint16Array;
  /** unix seconds, from the index */
  readonly times: Uint32Array;
  /** `PostKind` */
  readonly kinds: Uint8Array;
  /** the kind of a row, which it keeps when it is gone; `Gone` if that is not known */
  readonly was: Uint8Array;
  /** index into `items`, −1 where the post belongs to none */
  readonly items: Int32Array;
  /** index into `userids` */
  readonly users: Uint32Array;
  /** unix seconds by this server's clock: when readers could first read it */
  readonly arrivals: Uint32Array;
}

/** An item as the index shows it. Objects are stable; fields change in place. */
export interface ItemRecord {
  readonly index: number;
  /** upper case */
  readonly id: string;
  /** from the newest I, C, or E row */
  readonly subject: Octets;
  /**
   * Index of the item this one continues, −1 if none (known from C/F rows, and from the item itself once fetched).
   * That item may be withdrawn (`first` is −1 or its row `Gone`): nothing of it can be referred to then.
   */
  readonly continues: number;
  /** index of the item that continues this one, −1 if none */
  readonly continuedIn: number;
  /** row of its first post (I or C), −1 if the index has none */
  readonly first: number;
  /** all rows of the item, ascending, withdrawn ones and edits included */
  readonly rows: readonly number[];
}

/** What the edit log says of an E, a withdrawal or an index edit. */
export interface Notice {
  /** the editor, as the log names them */
  readonly userid: Octets;
  readonly reason: readonly Octets[];
  /** the item's id; `undefined` for an index edit */
  readonly itemId: string | undefined;
}

/** The board's message of the day. */
export interface Motd {
  /** the row of its M post, −1 while the index has none */
  readonly row: number;
  /** unix seconds */
  readonly time: number;
  readonly lines: readonly Octets[];
}

/** One thing that changed. What a poll found is one list of these, in the order in which they are to be taken in. */
export type Change =
  /** rows that are `Gone` now */
  | { readonly kind: 'removed'; readonly rows: readonly number[] }
  /** rows that were `Gone` and are back, as the posts they were */
  | { readonly kind: 'restored'; readonly rows: readonly number[] }
  /**
   * `revoked`: an editor changed the text, and what is held of it must not be shown any more; else it is behind, or new
   */
  | { readonly kind: 'text'; readonly item: ItemRecord; readonly revoked: boolean }
  /** rows of which the edit log tells now what it did not before */
  | { readonly kind: 'noted'; readonly rows: readonly number[] }
  /** an item's subject, its place in its thread, or who made its posts and when */
  | { readonly kind: 'links'; readonly item: ItemRecord }
  /** rows from `first` to the end are new */
  | { readonly kind: 'appended'; readonly first: number }
  /** the message of the day */
  | { readonly kind: 'motd' };

export type Listener = (changes: readonly Change[]) => void;

/** What the index and the edit log tell. All of it is in memory. */
export interface BoardIndex {
  readonly posts: Posts;
  readonly items: readonly ItemRecord[];
  /** False until the index has been read to its end, once: what is here until then must not be shown. */
  readonly isRead: boolean;
  /** No article number is left. */
  readonly isFull: boolean;
  /** userids as the index has them */
  readonly userids: readonly Octets[];

  /** Water marks of a newsgroup, as readers may know them: the high mark never falls. */
  mark(place: Place): { readonly low: number; readonly high: number };
  itemById(id: string): ItemRecord | undefined;
  /** the row with that article number (`Gone` ones too), −1 if none: O(log n) */
  rowOf(number: number): number;
  /** the row the board's sequence number means today (in the newest epoch that covers it), −1 if none */
  rowOfSequence(sequence: number): number;
  /** the row that a sequence number got in an epoch, −1 if none: O(log n) */
  rowIn(epoch: number, sequence: number): number;

  /**
   * Until the index has been read: the article as which a sequence number was last shown, by what is kept for good of the
   * newest rows. `undefined`: that is not known, or it was gone.
   */
  lastShown(epoch: number, sequence: number): { readonly number: number; readonly kind: PostKind } | undefined;

  /**
   * Somebody learns the time, or asks what is new, and will ask again from now on: nothing arrives earlier, wherever clocks
   * are set to. Returns that time, in unix seconds.
   */
  dated(): number;

  notice(row: number): Notice | undefined;
  /** as last fetched: only the newest message has a text */
  motd(): Motd | undefined;
  /** The board may have another message now: it is still to be asked. */
  readonly isMotdDue?: boolean;

  /** Calls the listener with what changed, after it has. Call the result to stop. */
  subscribe(listener: Listener): () => void;
}

/** What overview needs of a post beyond the index. */
export interface PostSummary {
  readonly grogname: Octets;
  /** of the body of its article, in UTF-8 with CRLF */
  readonly octets: number;
  readonly lines: number;
}

export interface BoardTexts {
  /** how its texts are read */
  readonly charset: Charset;

  /** Of a post whose text was held, once, and not taken back since; it need not be held now. O(1). */
  summary(row: number): PostSummary | undefined;

  /**
   * An item's text: from the cache, or fetched from the board ahead of the queue. `undefined` where the board has
   * no such item any more. Rejects where the board is away.
   */
  text(item: ItemRecord): Soon<ItemText | undefined>;

  /** Whether the text that is held has all that the index shows; else the board was away when it was asked for. */
  isUpToDate(item: ItemRecord): boolean;
}

/** How closely the board is followed. */
export interface BoardFollowing {
  /** Somebody reads this board now: poll often. Call the result when they have left. */
  readerArrived(): () => void;
  /**
   * Polls at once (joins a poll under way only if it started after this call) and resolves when everything the
   * board had at the time of the call is in `posts`. Rejects where the board is away.
   *
   * @param upTo a sequence number that the board is known to have given: what happened up to it is found even where
   *   the index does not show it (a withdrawal)
   */
  refresh(upTo?: number): Promise<void>;
  /**
   * Absent: no other bridge shows this board. Resolves when all that any of them had shown when this was called is in `posts`.
   * Rejects where this bridge is cut off from them, or can't read the board.
   */
  readonly catchUp?: (() => Promise<void>) | undefined;
}

export interface BoardModel extends BoardIndex, BoardTexts, BoardFollowing {}

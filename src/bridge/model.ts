/**
 * One board as known to the mirror: the basis of the views (newsgroups, articles). `mirror/` implements it over RGTP
 * and the cache.
 *
 * A board may have a million posts, so they are columns of numbers, not objects. Rows are in ascending order of article
 * numbers and are only ever appended; a withdrawn post keeps its row, with kind `Gone`. Column arrays are replaced when
 * they grow: read them through the property each time, and only up to `length`.
 */
import type { Motd } from '../rgtp/motd.ts';
import type { Charset } from '../wire/charset.ts';
import type { Octets } from '../wire/octets.ts';
import type { Soon } from '../wire/soon.ts';
import type { ItemText } from './item-text.ts';

/** The kind of a row. I, R, C, E, M are the index's; the last two come from the edit log. */
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

/** One of a board's newsgroups. */
export type GroupKind = 'main' | 'motd' | 'edits';

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
  /** the kind of a row, even once it is gone; `Gone` if that is not known */
  readonly was: Uint8Array;
  /** index into `items`, −1 if the post belongs to none */
  readonly items: Int32Array;
  /** index into `userids` */
  readonly users: Uint32Array;
  /** unix seconds by this server's clock: when readers could first read the post */
  readonly arrivals: Uint32Array;
}

/** An item according to the index. Objects are stable; fields change in place. */
export interface ItemRecord {
  readonly index: number;
  /** upper case */
  readonly id: string;
  /** from the newest I, C, or E row */
  readonly subject: Octets;
  /**
   * Index of the item that this one continues, −1 if none (known from C/F rows, and from the item itself once fetched).
   * That item may have been withdrawn (`first` is −1 or its row `Gone`): then it can't be referred to.
   */
  readonly continues: number;
  /** index of the item that continues this one, −1 if none */
  readonly continuedIn: number;
  /** row of the first post (I or C), −1 if the index has none */
  readonly first: number;
  /** all rows of the item, ascending, including withdrawn ones and edits */
  readonly rows: readonly number[];
}

/** What the edit log says about an edit, a withdrawal or an edit of the index. */
export interface Notice {
  /** the editor's userid in the log */
  readonly userid: Octets;
  readonly reason: readonly Octets[];
  /** the item's id; `undefined` for an edit of the index */
  readonly itemId: string | undefined;
}

/** The board's message of the day, as it is shown. */
export interface ShownMotd extends Motd {
  /** the row of its M post, −1 while the index has none */
  readonly row: number;
}

/** One change. What a poll found is one list of these, in the order in which listeners must take them in. */
export type Change =
  /** rows that have become `Gone` */
  | { readonly kind: 'removed'; readonly rows: readonly number[] }
  /** rows that were `Gone` and are back, as the same posts */
  | { readonly kind: 'restored'; readonly rows: readonly number[] }
  /**
   * an item's text has changed. `revoked`: an editor changed it, and the text held must no longer be shown; otherwise
   * it is new, or has grown
   */
  | { readonly kind: 'text'; readonly item: ItemRecord; readonly revoked: boolean }
  /** rows about which the edit log now says something new */
  | { readonly kind: 'noted'; readonly rows: readonly number[] }
  /** an item's subject, its place in its thread, or the authors and times of its posts */
  | { readonly kind: 'links'; readonly item: ItemRecord }
  /** new rows, from `first` to the end */
  | { readonly kind: 'appended'; readonly first: number }
  /** the message of the day */
  | { readonly kind: 'motd' };

export type Listener = (changes: readonly Change[]) => void;

/** What the index and the edit log say. All of it is in memory. */
export interface BoardIndex {
  readonly posts: Posts;
  readonly items: readonly ItemRecord[];
  /** False until the index has been read to its end once: until then nothing here may be shown. */
  readonly isRead: boolean;
  /** No article numbers are left. */
  readonly isFull: boolean;
  /** userids, as in the index */
  readonly userids: readonly Octets[];

  /** Water marks of a newsgroup, as shown to readers: the high mark never falls. */
  mark(group: GroupKind): { readonly low: number; readonly high: number };
  itemById(id: string): ItemRecord | undefined;
  /** the row with that article number (`Gone` ones too), −1 if none: O(log n) */
  rowOf(number: number): number;
  /** the row that one of the board's sequence numbers means now (in the newest epoch that covers it), −1 if none */
  rowOfSequence(sequence: number): number;
  /** the row of a sequence number in an epoch, −1 if none: O(log n) */
  rowIn(epoch: number, sequence: number): number;

  /**
   * Until the index has been read: the article that last had a sequence number, according to the newest rows in the
   * permanent store. `undefined`: that is not known, or it was gone.
   */
  lastShown(epoch: number, sequence: number): { readonly number: number; readonly kind: PostKind } | undefined;

  /**
   * To be called before a client is told the time, or what is new: from then on nothing arrives earlier, even if clocks
   * are set back, or the server dies. Returns that time, in unix seconds, once it is stored.
   */
  dated(): Soon<number>;

  notice(row: number): Notice | undefined;
  /** as last fetched; only the newest message has a text */
  motd(): ShownMotd | undefined;
  /** The board may have another message by now, and has not been asked yet. */
  readonly isMotdDue?: boolean;

  /** Calls the listener with each change, after it has taken effect. Call the result to stop. */
  subscribe(listener: Listener): () => void;
}

/** What overview needs from a post beyond the index. */
export interface PostSummary {
  readonly grogname: Octets;
  /** octets of its article's body, in UTF-8 with CRLF */
  readonly octets: number;
  readonly lines: number;
}

export interface BoardTexts {
  /** how the board's texts are read */
  readonly charset: Charset;

  /**
   * The summary of a post whose text has been held, and has not been revoked since; the text need not be held now.
   * O(1).
   */
  summary(row: number): PostSummary | undefined;

  /**
   * An item's text: from the cache, or fetched from the board ahead of the queue. `undefined` if the board no longer
   * has the item. Rejects if the board is away.
   *
   * @param post a sequence number: only this post is needed, and others may be missing
   */
  text(item: ItemRecord, post?: number): Soon<ItemText | undefined>;

  /** Whether the text held has everything that the index shows. If not, the board was away when asked. */
  isUpToDate(item: ItemRecord): boolean;
}

/** How closely the board is followed. */
export interface BoardFollowing {
  /** Somebody is reading this board, so poll it often. Call the result when they have left. */
  readerArrived(): () => void;
  /**
   * Polls at once, and resolves when everything that the board had at the time of the call is in `posts`. (A poll under
   * way does not count.) Rejects if the board is away. @param upTo a sequence number that the board is known to have
   * given: everything up to it is found, even if the index does not show it (a withdrawal)
   */
  refresh(upTo?: number): Promise<void>;
  /**
   * Resolves once everything that other bridges had shown at the time of the call is in `posts`. Rejects if this bridge
   * is cut off from them, or can't read the board. Absent: no other bridge shows this board.
   */
  readonly catchUp?: (() => Promise<void>) | undefined;
}

export interface BoardModel extends BoardIndex, BoardTexts, BoardFollowing {}

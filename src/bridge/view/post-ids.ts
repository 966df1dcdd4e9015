import { type DerivedId, formatDerivedId, parseDerivedId } from '../../news/message-id.ts';
import { isAfter } from '../../rgtp/sequence.ts';
import { type BoardModel, PostKind } from '../model.ts';
import type { OwnIds, OwnPosts } from '../ports.ts';
import { isInItem } from '../row-kinds.ts';
import { kindAt } from './kinds.ts';

/** The kind of derived Message-ID for each kind of post. */
const idKinds = {
  [PostKind.Gone]: undefined,
  [PostKind.Item]: 'post',
  [PostKind.Reply]: 'post',
  [PostKind.Continuation]: 'post',
  [PostKind.Edit]: 'edit',
  [PostKind.Motd]: 'motd',
  [PostKind.Withdrawal]: 'withdrawal',
  [PostKind.IndexEdit]: 'index-edit',
} as const satisfies Record<PostKind, DerivedId['kind'] | undefined>;

/** Maps a board's posts to Message-IDs and back. */
export class PostIds {
  readonly #model: BoardModel;
  readonly #own: OwnPosts;
  readonly #newsgroup: string;
  readonly #domain: string;

  constructor(model: BoardModel, own: OwnPosts, options: { readonly newsgroup: string; readonly domain: string }) {
    this.#model = model;
    this.#own = own;
    this.#newsgroup = options.newsgroup;
    this.#domain = options.domain;
  }

  /** What is stored about a post made through the bridge. */
  own(row: number): OwnIds | undefined {
    const { epochs, sequences } = this.#model.posts;
    return this.#own.idOf(this.#newsgroup, epochs[row] ?? 0, sequences[row] ?? 0);
  }

  /** `undefined` for rows that are `Gone`. */
  messageId(row: number): string | undefined {
    return kindAt(this.#model, row) === PostKind.Gone ? undefined : (this.own(row)?.messageId ?? this.#derived(row));
  }

  /** The Message-ID of a post or of a notice of an edit, even once it is `Gone`; `undefined`: it is in no item. */
  former(row: number): string | undefined {
    const id = this.#inItem(row);
    if (id === undefined) return this.own(row)?.messageId;
    const kind = this.#model.posts.was[row] === PostKind.Edit ? 'edit' : 'post';
    return this.own(row)?.messageId ?? formatDerivedId({ ...id, kind }, this.#domain);
  }

  /** The Message-ID of a post on other servers once an edit (by row) has changed it; `undefined`: it is in no item. */
  revision(row: number, edit: number): string | undefined {
    const id = this.#inItem(row);
    const number = this.#model.posts.numbers[edit] ?? 0;
    return id && formatDerivedId({ ...id, kind: 'revision', edit: number }, this.#domain);
  }

  #inItem(row: number) {
    const { epochs, sequences, items } = this.#model.posts;
    const itemId = this.#model.items[items[row] ?? -1]?.id;
    return itemId === undefined ? undefined : { itemId, sequence: sequences[row] ?? 0, epoch: epochs[row] ?? 0 };
  }

  #derived(row: number): string | undefined {
    const { epochs, sequences, items } = this.#model.posts;
    const kind = idKinds[kindAt(this.#model, row)];
    const epoch = epochs[row] ?? 0;
    const sequence = sequences[row] ?? 0;
    if (kind === undefined) return undefined;
    if (kind === 'motd' || kind === 'index-edit') return formatDerivedId({ kind, sequence, epoch }, this.#domain);
    const itemId = this.#model.items[items[row] ?? -1]?.id ?? this.#model.notice(row)?.itemId;
    // The edit log named no item; the sequence number alone is unique as well.
    if (itemId === undefined) return formatDerivedId({ kind: 'index-edit', sequence, epoch }, this.#domain);
    return formatDerivedId({ kind, itemId, sequence, epoch }, this.#domain);
  }

  /** The row of the article with exactly this Message-ID, −1 if there is none now. */
  rowOf(messageId: string): number {
    const derived = parseDerivedId(messageId, this.#domain);
    const key = derived ?? this.#ownKey(messageId);
    const row = key === undefined ? -1 : this.#model.rowIn(key.epoch, key.sequence);
    return row >= 0 && this.messageId(row) === messageId ? row : -1;
  }

  /** Like `rowOf`, but for a revision, to which other servers' users reply, the row of the post. */
  postOf(messageId: string): number {
    const id = parseDerivedId(messageId, this.#domain);
    if (id?.kind !== 'revision') return this.rowOf(messageId);
    const row = this.#model.rowIn(id.epoch, id.sequence);
    const edit = this.#model.rowOf(id.edit);
    const isThere = row >= 0 && isInItem(kindAt(this.#model, row));
    return isThere && this.revision(row, edit) === messageId ? row : -1;
  }

  /** A post made through the bridge, as last shown, for as long as the index has not been read. */
  ownLastShown(messageId: string): { readonly number: number; readonly kind: PostKind } | undefined {
    const key = this.#ownKey(messageId);
    return key && this.#model.lastShown(key.epoch, key.sequence);
  }

  /**
   * Why an article is not there: it was withdrawn (`gone`), or posted but the index has not been read up to it
   * (`unread`); `undefined`: unknown.
   */
  whyNot(messageId: string): 'gone' | 'unread' | undefined {
    const own = this.#ownKey(messageId);
    const key = own ?? parseDerivedId(messageId, this.#domain);
    if (key === undefined) return undefined;
    if (this.#model.rowIn(key.epoch, key.sequence) >= 0) return 'gone';
    if (own === undefined) return undefined;
    // If rows above it have been read, but not its own, a restored board has lost it, or it has been withdrawn.
    const { sequences, epochs, length } = this.#model.posts;
    const isAbove = length === 0 || isAfter(own.sequence, sequences[length - 1] ?? 0);
    return isAbove && (own.epoch === 0 || own.epoch >= (epochs[length - 1] ?? 0)) ? 'unread' : 'gone';
  }

  /** Whether this board may have an article with this Message-ID, even if its index has not been read. */
  mayBeHere(messageId: string): boolean {
    return parseDerivedId(messageId, this.#domain) !== undefined || this.#ownKey(messageId) !== undefined;
  }

  #ownKey(messageId: string): { readonly epoch: number; readonly sequence: number } | undefined {
    const key = this.#own.find(messageId);
    return key?.newsgroup === this.#newsgroup ? key : undefined;
  }
}

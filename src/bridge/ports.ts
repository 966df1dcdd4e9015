/**
 * What the parts of the bridge ask of each other. Views show a board as newsgroups; `login/` knows who may do
 * what; `posting/` brings articles to a board and remembers the Message-IDs of those it brought. All questions
 * that a listing asks once a row are synchronous.
 *
 * A board is named by its main newsgroup, whichever of its three newsgroups is meant.
 */
import type { Access, Account, Peer, PostContext } from '../nntp/backend.ts';
import type { ItemRecord, PostKind } from './model.ts';

/** RGTP access levels: 0 message of the day only, 1 read, 2 post, 3 edit. */
export type Level = 0 | 1 | 2 | 3;

/** Who may do what. */
export interface Logins {
  /** As `Backend.authenticate`: rejects with `bad-credentials` or `unavailable`. */
  authenticate(user: string, password: string, peer: Peer): Promise<Account>;

  /**
   * What an account may do now on one board, or (no newsgroup) on any of them. Nobody logged in has the level
   * that board gives its guest. `post` is false where the board's configuration does not allow posting.
   */
  access(account: Account | undefined, newsgroup?: string): Access;

  /** The level behind `access`: setting the message of the day and editing take 3. Posting configured off caps it at 1. */
  level(account: Account | undefined, newsgroup: string): Level;
}

/** Brings articles to their board: see the methods of the same name in `Backend`. */
export interface Poster {
  post(article: Buffer, context: PostContext): Promise<string>;
  wants(messageId: string, account: Account | undefined): 'yes' | 'held' | 'later';
  suggestMessageId(): string;
}

/** A post made through this bridge: its author's Message-ID and references, kept for good. */
export interface OwnPost {
  /** with angle brackets; valid (RFC 5536 §3.1.3) */
  readonly messageId: string;
  /** Message-IDs separated by single blanks, as the author's newsreader gave them; `undefined` if it gave none */
  readonly references: string | undefined;
}

/** A post in the numbering of its board. */
export interface PostKey {
  readonly newsgroup: string;
  readonly epoch: number;
  readonly sequence: number;
}

/** What the poster knows and views ask. In memory: both questions are asked in loops over a whole newsgroup. */
export interface OwnPosts {
  idOf(newsgroup: string, epoch: number, sequence: number): OwnPost | undefined;
  find(messageId: string): PostKey | undefined;
  /** Tells of every post that is given an id after the start: what was rendered with a derived id is stale. */
  subscribe(listener: (post: PostKey) => void): () => void;
}

/** No post was made through this bridge: for boards that are only read. */
export const noOwnPosts: OwnPosts = {
  idOf: () => undefined,
  find: () => undefined,
  subscribe: () => () => {},
};

/** What a Message-ID names, as the poster needs it for references, cancels and duplicates. */
export interface PostReference extends PostKey {
  /** row in the model's `posts` */
  readonly row: number;
  readonly kind: PostKind;
  /** `undefined` for posts that belong to no item: messages of the day, index edits */
  readonly item: ItemRecord | undefined;
}

/** What the views know and the poster asks. */
export interface PostIndex {
  /** `undefined`: no such article here, or it was withdrawn. */
  locate(messageId: string): PostReference | undefined;
}

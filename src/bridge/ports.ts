/**
 * What the parts of the bridge need from each other. Views show a board as newsgroups; `login/` knows who may do what;
 * `posting/` delivers articles to a board and remembers their Message-IDs. Whatever a listing asks about each row is
 * answered synchronously.
 *
 * A board is named by its main newsgroup, even if another of its three newsgroups is meant.
 */
import type { Origin, Peer } from '../nntp/backend.ts';
import { RgtpError } from '../rgtp/errors.ts';
import type { Octets } from '../wire/octets.ts';
import type { Member } from './board.ts';
import type { ItemRecord, PostKind } from './model.ts';

/** Somebody who has logged in. */
export interface Person {
  /** as typed; for logs */
  readonly name: string;
  /** by the boards' newsgroups */
  readonly members: ReadonlyMap<string, Member>;
}

/** Delivers articles to their boards: see the methods of the same names in `nntp/backend.ts`. */
export interface Poster {
  post(article: Buffer, submission: Submission): Promise<string>;
  /** @param the session that offers it */
  offer(messageId: string, by: object): 'yes' | 'held' | 'later';
  arriving(messageId: string, by: object): () => void;
  /** A session has ended. */
  left(by: object): void;
  suggestMessageId(): string;
}

/** Where an article came from, and who sent it. */
export interface Submission extends Origin {
  /** `undefined`: nobody logged in */
  readonly person: Person | undefined;
  readonly peer: Peer;
}

/** What a post made through this bridge has from its author: Message-ID and References, kept for good. */
export interface OwnIds {
  /** with angle brackets; valid (RFC 5536 §3.1.3) */
  readonly messageId: string;
  /** the Message-IDs given by the author's newsreader, separated by single blanks; `undefined` if none */
  readonly references: string | undefined;
  /** the Path that it arrived with from another server; absent or '' if it was posted here */
  readonly path?: string | undefined;
}

/** A post in the numbering of its board. */
export interface PostKey {
  readonly newsgroup: string;
  /** 0: not seen in the index yet */
  readonly epoch: number;
  readonly sequence: number;
}

/** What views need from the poster. In memory: views ask this in loops over a whole newsgroup. */
export interface OwnPosts {
  idOf(newsgroup: string, epoch: number, sequence: number): OwnIds | undefined;
  find(messageId: string): PostKey | undefined;
  /** Reports each post that is given its own id after the start: renderings with its derived id are then stale. */
  subscribe(listener: (post: PostKey) => void): () => void;
}

/** For boards that are only read: no posts were made through this bridge. */
export const noOwnPosts: OwnPosts = {
  idOf: () => undefined,
  find: () => undefined,
  subscribe: () => () => {},
};

/** The post that a Message-ID names, for references, cancels and duplicates. */
export interface PostReference extends PostKey {
  /** its id here: other servers may know an edited post by another one */
  readonly messageId: string;
  /** row in the model's `posts` */
  readonly row: number;
  readonly kind: PostKind;
  /** `undefined` for posts that belong to no item: messages of the day, edits of the index */
  readonly item: ItemRecord | undefined;
}

/** What the poster needs from the views. */
export interface PostIndex {
  /** `undefined`: no such article here, or it has been withdrawn. */
  locate(messageId: string): PostReference | undefined;
  /** Why an article that is not here may yet arrive, for people; `undefined`: it will not. */
  later(messageId: string): string | undefined;
  /** see `BoardNewsgroups` */
  readonly catchUp?: (() => Promise<void>) | undefined;
}

/** New rows of the index pass this before they are shown: posting finds its own among them. */
export interface Gate {
  /** Rejects with `HeldBack` if these rows can't be shown yet: the poll is over, and a later one brings them again. */
  beforePublish(rows: readonly NewRow[]): Promise<void> | undefined;
  /**
   * These rows are given their numbers, so posting learns the epochs of its own posts among them, and stores them. The
   * rows are shown once the promise resolves; if it rejects, the poll is over.
   */
  numbered(rows: Iterable<NewRow>): Promise<void> | undefined;
}

/** It is not known yet under which Message-ID to show a new row. */
export class HeldBack extends RgtpError {
  constructor() {
    super('unavailable', 'new articles are held back: it is not known yet which of them were posted here');
    this.name = 'HeldBack';
  }
}

export interface NewRow {
  readonly userid: Octets;
  /** the number of its epoch */
  readonly epoch: number;
  readonly sequence: number;
}

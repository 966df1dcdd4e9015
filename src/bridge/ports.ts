/**
 * What the parts of the bridge ask of each other. Views show a board as newsgroups; `login/` knows who may do
 * what; `posting/` brings articles to a board and remembers the Message-IDs of those it brought. All questions
 * that a listing asks for every row are synchronous.
 *
 * A board is named by its main newsgroup, whichever of its three newsgroups is meant.
 */
import type { Origin, Peer } from '../nntp/backend.ts';
import { RgtpError } from '../rgtp/errors.ts';
import type { Octets } from '../wire/octets.ts';
import type { Member } from './board.ts';
import type { ItemRecord, PostKind } from './model.ts';

/** Somebody logged in. */
export interface Person {
  /** as typed; for logs */
  readonly name: string;
  /** by newsgroup */
  readonly members: ReadonlyMap<string, Member>;
}

/** Brings articles to their board: see the methods of the same name in `nntp/backend.ts`. */
export interface Poster {
  post(article: Buffer, submission: Submission): Promise<string>;
  /** @param by the session that offers it */
  offer(messageId: string, by: object): 'yes' | 'held' | 'later';
  arriving(messageId: string, by: object): () => void;
  /** A session has gone. */
  left(by: object): void;
  suggestMessageId(): string;
}

/** Where an article came from, and who sent it. */
export interface Submission extends Origin {
  /** `undefined`: nobody logged in */
  readonly person: Person | undefined;
  readonly peer: Peer;
}

/** A post made through this bridge: its author's Message-ID and references, kept for good. */
export interface OwnPost {
  /** with angle brackets; valid (RFC 5536 §3.1.3) */
  readonly messageId: string;
  /** Message-IDs separated by single blanks, as the author's newsreader gave them; `undefined` if it gave none */
  readonly references: string | undefined;
  /** the Path it had when another server brought it; absent or '' if it was posted here */
  readonly path?: string | undefined;
}

/** A post in the numbering of its board. */
export interface PostKey {
  readonly newsgroup: string;
  /** 0: nobody has seen it in the index yet */
  readonly epoch: number;
  readonly sequence: number;
}

/** What the poster knows and views ask. In memory: both questions are asked in loops over a whole newsgroup. */
export interface OwnPosts {
  idOf(newsgroup: string, epoch: number, sequence: number): OwnPost | undefined;
  find(messageId: string): PostKey | undefined;
  /** Tells of every post that is given an id after the start: renderings with its derived id are then stale. */
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
  /** what it is called here: other servers know an edited post by another name, too */
  readonly messageId: string;
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
  /** Of an article that is not here, why it may yet be, for people; `undefined`: it is not. */
  later(messageId: string): string | undefined;
  /** see `BoardNewsgroups` */
  readonly catchUp?: (() => Promise<void>) | undefined;
}

/** What new rows of the index pass before they are shown: posting finds its own among them. */
export interface Gate {
  /** Rejects with `HeldBack` where these rows can't be shown yet: the poll is over, and a later one brings them again. */
  beforePublish(rows: readonly NewRow[]): Promise<void> | undefined;
  /**
   * These rows get their numbers: whoever has posts among them learns their epochs, which are stored already. They are shown
   * when the promise resolves; if it rejects, the poll is over.
   */
  numbered(rows: Iterable<NewRow>): Promise<void> | undefined;
}

/** Nobody knows yet under which Message-ID a new row is to be shown. */
export class HeldBack extends RgtpError {
  constructor() {
    super('unavailable', 'new articles are held back: it is not known yet which of them were posted here');
    this.name = 'HeldBack';
  }
}

export interface NewRow {
  readonly userid: Octets;
  /** number of the epoch that it will be in */
  readonly epoch: number;
  readonly sequence: number;
}

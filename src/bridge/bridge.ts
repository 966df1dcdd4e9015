/** The boards of a bridge as one news server. */
import type { Backend, Peer } from '../nntp/backend.ts';
import { type Log, silent } from '../wire/log.ts';
import type { BoardGroup, BoardNewsgroups, BridgedBoard } from './board.ts';
import { Logins } from './login/logins.ts';
import { ArticlePoster, type OnPost } from './posting/article-poster.ts';
import { type Bulletins, Reader } from './reader.ts';

export interface BridgeOptions {
  /** ends the Message-IDs suggested to posters */
  readonly domain: string;
  readonly log?: Log;
  readonly onPost?: OnPost;
}

type Groups = ReadonlyMap<string, { readonly view: BoardNewsgroups; readonly group: BoardGroup }>;

/**
 * Serves readers from boards that can be replaced while they read. A reader keeps its login and its selected newsgroup
 * by name; if that newsgroup no longer exists, the front end shows an empty group with the same high mark.
 */
export class Bridge implements Backend, Bulletins {
  readonly logins: Logins;
  readonly poster: ArticlePoster;
  views: readonly BoardNewsgroups[] = [];
  #groups: Groups = new Map();
  /** for each reader: tells the boards that it has left */
  readonly #readers = new Map<Reader, () => void>();

  constructor({ domain, log = silent, onPost }: BridgeOptions) {
    this.logins = new Logins([], log);
    this.poster = new ArticlePoster({
      boards: [],
      logins: this.logins,
      domain,
      log,
      ...(onPost && { onPost }),
    });
  }

  /**
   * Serves these boards from now on, in this order, and looks for posts that an earlier run left unfinished.
   *
   * Throws `Error`, and changes nothing, if two boards share a newsgroup or a Message-ID domain, because each id must
   * name one article.
   */
  setBoards(boards: readonly BridgedBoard[]): void {
    const views = boards.map(({ view }) => view);
    this.#groups = groupsOf(views);
    this.views = views;
    this.logins.setBoards(boards.map(({ login }) => login));
    this.poster.setBoards(boards);
    // Arrive before leaving, so that a board that stays never seems deserted.
    for (const [reader, leave] of this.#readers) {
      this.#readers.set(reader, this.#arrive());
      leave();
    }
  }

  connect(peer: Peer): Reader {
    const reader = new Reader(this, peer);
    this.#readers.set(reader, this.#arrive());
    return reader;
  }

  /** How many clients there are. */
  get readers(): number {
    return this.#readers.size;
  }

  left(reader: Reader): void {
    this.#readers.get(reader)?.();
    this.#readers.delete(reader);
  }

  group(name: string): { readonly view: BoardNewsgroups; readonly group: BoardGroup } | undefined {
    return this.#groups.get(name);
  }

  /** Tells all boards that a reader is there: they are polled more often meanwhile. */
  #arrive(): () => void {
    const left = this.views.map((view) => view.readerArrived());
    return () => {
      for (const leave of left) leave();
    };
  }
}

function groupsOf(views: readonly BoardNewsgroups[]): Groups {
  const groups = new Map<string, { readonly view: BoardNewsgroups; readonly group: BoardGroup }>();
  const domains = new Map<string, BoardNewsgroups>();
  for (const view of views) {
    const { domain, newsgroup } = view;
    const other = domains.get(domain);
    if (other !== undefined) {
      throw new Error(
        `${newsgroup} and ${other.newsgroup} have the same Message-ID domain, ${domain}: set \`domain\` for one of them`,
      );
    }
    domains.set(domain, view);
    for (const group of view.groups) {
      if (groups.has(group.name)) throw new Error(`two boards have the newsgroup ${group.name}`);
      groups.set(group.name, { view, group });
    }
  }
  return groups;
}

/** The boards of a bridge as one news server. */
import type { Backend, Peer } from '../nntp/backend.ts';
import { type Log, silent } from '../wire/log.ts';
import { Logins } from './login/logins.ts';
import type { BoardLogin, PostIndex, PostReference } from './ports.ts';
import { ArticlePoster, type PosterBoard, type PostOutcome } from './posting/article-poster.ts';
import type { OwnPostRegister } from './posting/own-posts.ts';
import { type Bulletins, Reader } from './reader.ts';
import type { BoardView } from './view/board-view.ts';
import type { GroupView } from './view/group-view.ts';

/** One board: its newsgroups, who may use them, how posts reach it. */
export interface BridgeBoard {
  readonly view: BoardView;
  readonly login: BoardLogin;
  readonly poster: PosterBoard;
}

export interface BridgeOptions {
  readonly own: OwnPostRegister;
  /** ends the Message-IDs suggested to posters */
  readonly domain: string;
  readonly log?: Log;
  /** `newsgroup` is undefined where an article was refused before it was known */
  readonly onPost?: (newsgroup: string | undefined, outcome: PostOutcome) => void;
}

type Groups = ReadonlyMap<string, { readonly view: BoardView; readonly group: GroupView }>;

/**
 * Serves readers from boards that can be exchanged under them. A reader keeps its login and its selected newsgroup by
 * name; where that name is no longer carried, the front end shows an empty group whose high mark stays.
 */
export class Bridge implements Backend, PostIndex, Bulletins {
  readonly logins: Logins;
  readonly poster: ArticlePoster;
  views: readonly BoardView[] = [];
  #groups: Groups = new Map();
  /** for each reader: tells the boards that it has left */
  readonly #readers = new Map<Reader, () => void>();

  constructor({ own, domain, log = silent, onPost }: BridgeOptions) {
    this.logins = new Logins([], log);
    this.poster = new ArticlePoster({
      boards: [],
      logins: this.logins,
      index: this,
      own,
      domain,
      log,
      ...(onPost && { onPost }),
    });
  }

  /**
   * From now on these boards are served, in this order. Posts that an earlier run left unfinished are looked for.
   *
   * Throws `Error`, and changes nothing, where two boards share a newsgroup or a Message-ID domain: each id must name
   * one article.
   */
  setBoards(boards: readonly BridgeBoard[]): void {
    const views = boards.map(({ view }) => view);
    this.#groups = groupsOf(views);
    this.views = views;
    this.logins.setBoards(boards.map(({ login }) => login));
    this.poster.setBoards(boards.map(({ poster }) => poster));
    // Arrive first, then leave: a board that stays never seems deserted.
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

  left(reader: Reader): void {
    this.#readers.get(reader)?.();
    this.#readers.delete(reader);
  }

  group(name: string): { readonly view: BoardView; readonly group: GroupView } | undefined {
    return this.#groups.get(name);
  }

  /** For the poster, which checks access itself: on any board, readable or not. */
  locate(messageId: string): PostReference | undefined {
    for (const view of this.views) {
      const located = view.locate(messageId);
      if (located !== undefined) return located;
    }
    return undefined;
  }

  /** Boards are polled more often while a reader is there. */
  #arrive(): () => void {
    const left = this.views.map((view) => view.model.readerArrived());
    return () => {
      for (const leave of left) leave();
    };
  }
}

function groupsOf(views: readonly BoardView[]): Groups {
  const groups = new Map<string, { readonly view: BoardView; readonly group: GroupView }>();
  const domains = new Map<string, BoardView>();
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

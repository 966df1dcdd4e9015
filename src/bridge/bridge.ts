/** The boards of a bridge as one news server. */
import {
  type Access,
  type Account,
  type Backend,
  type Located,
  type Newsgroup,
  type Peer,
  type PostContext,
  Refusal,
} from '../nntp/backend.ts';
import type { Logins, Poster, PostIndex, PostReference } from './ports.ts';
import type { BoardView } from './view/board-view.ts';

export interface BridgeParts {
  /** in the order of LIST */
  readonly boards: readonly BoardView[];
  readonly logins: Logins;
  readonly poster: Poster;
}

export class Bridge implements Backend, PostIndex {
  readonly #boards: readonly BoardView[];
  readonly #logins: Logins;
  readonly #poster: Poster;
  readonly #byNewsgroup = new Map<string, { readonly board: BoardView; readonly group: Newsgroup }>();

  /** Throws `Error` where two boards share a newsgroup or a Message-ID domain: each id must name one article. */
  constructor({ boards, logins, poster }: BridgeParts) {
    this.#boards = boards;
    this.#logins = logins;
    this.#poster = poster;
    const domains = new Map<string, BoardView>();
    for (const board of boards) {
      const other = domains.get(board.domain);
      if (other !== undefined) {
        throw new Error(
          `${board.newsgroup} and ${other.newsgroup} have the same Message-ID domain, ${board.domain}: set \`domain\` for one of them`,
        );
      }
      domains.set(board.domain, board);
      for (const group of board.groups) {
        if (this.#byNewsgroup.has(group.name)) throw new Error(`two boards have the newsgroup ${group.name}`);
        this.#byNewsgroup.set(group.name, { board, group });
      }
    }
  }

  access(account: Account | undefined): Access {
    return this.#logins.access(account);
  }

  authenticate(user: string, password: string, peer: Peer): Promise<Account> {
    return this.#logins.authenticate(user, password, peer);
  }

  newsgroups(account: Account | undefined): readonly Newsgroup[] {
    return this.#readable(account).flatMap((board) => board.groups);
  }

  newsgroup(name: string, account: Account | undefined): Newsgroup | undefined {
    const found = this.#byNewsgroup.get(name);
    if (found === undefined) return undefined;
    const access = this.#logins.access(account, found.board.newsgroup);
    if (access.read) return found.group;
    throw access.loginHelps
      ? new Refusal('login-required', `Log in to read ${name}`)
      : new Refusal('forbidden', `You may not read ${name}`);
  }

  find(messageId: string, account: Account | undefined): Located | undefined {
    for (const board of this.#readable(account)) {
      const located = board.find(messageId);
      if (located !== undefined) return located;
    }
    return undefined;
  }

  /** Whoever may read it or not: for the poster, which checks access itself. */
  locate(messageId: string): PostReference | undefined {
    for (const board of this.#boards) {
      const located = board.locate(messageId);
      if (located !== undefined) return located;
    }
    return undefined;
  }

  /** RGTP shows everybody the message of the day. With several boards each has its newsgroup's name above it. */
  motd(): readonly string[] {
    const messages = this.#boards
      .map((board) => ({ board, lines: board.motd() }))
      .filter(({ lines }) => lines.length > 0);
    if (this.#boards.length === 1) return messages[0]?.lines ?? [];
    return messages.flatMap(({ board, lines }, index) => [
      ...(index === 0 ? [] : ['']),
      `${board.newsgroup}:`,
      ...lines,
    ]);
  }

  suggestMessageId(): string {
    return this.#poster.suggestMessageId();
  }

  post(article: Buffer, context: PostContext): Promise<string> {
    return this.#poster.post(article, context);
  }

  wants(messageId: string, account: Account | undefined): 'yes' | 'held' | 'later' {
    return this.#poster.wants(messageId, account);
  }

  readerArrived(): () => void {
    const left = this.#boards.map((board) => board.model.readerArrived());
    return () => {
      for (const leave of left) leave();
    };
  }

  #readable(account: Account | undefined): BoardView[] {
    return this.#boards.filter((board) => this.#logins.access(account, board.newsgroup).read);
  }
}

/** One client of the bridge: what it may see and do depends on who has logged in. */
import {
  type Access,
  type Located,
  type Newsgroup,
  type Origin,
  type Peer,
  type ReaderSession,
  Refusal,
} from '../nntp/backend.ts';
import type { Soon } from '../wire/soon.ts';
import type { BoardGroup, BoardNewsgroups } from './board.ts';
import { levelToPost } from './group-kinds.ts';
import type { Logins } from './login/logins.ts';
import type { Person, Poster } from './ports.ts';

/** What all readers share. Read at each use, because a reload changes the boards. */
export interface Bulletins {
  /** in LIST's order */
  readonly views: readonly BoardNewsgroups[];
  readonly logins: Logins;
  readonly poster: Poster;
  group(name: string): { readonly view: BoardNewsgroups; readonly group: BoardGroup } | undefined;
  left(reader: Reader): void;
}

export class Reader implements ReaderSession {
  readonly #all: Bulletins;
  readonly #peer: Peer;
  #person: Person | undefined;

  constructor(all: Bulletins, peer: Peer) {
    this.#all = all;
    this.#peer = peer;
  }

  get access(): Access {
    return this.#all.logins.access(this.#person);
  }

  async login(user: string, password: string): Promise<string> {
    this.#person = await this.#all.logins.login(user, password, this.#peer);
    return this.#person.name;
  }

  renew(): Promise<void> | undefined {
    return this.#all.logins.renew(this.#person);
  }

  get inCompany(): boolean {
    return this.#all.views.some(({ catchUp }) => catchUp !== undefined);
  }

  async catchUp(newsgroups?: readonly string[]): Promise<void> {
    const asked = this.#all.views.filter(({ groups }) => groups.some(({ name }) => newsgroups?.includes(name) ?? true));
    await Promise.all(asked.map((view) => view.catchUp?.()));
  }

  newsgroups(): readonly Newsgroup[] {
    const { views, logins } = this.#all;
    // A newsgroup whose access is still undecided must not seem new, or gone, later.
    const isListed = ({ read, notYet }: Access) => read || notYet !== undefined;
    return views.filter((view) => isListed(logins.access(this.#person, view.newsgroup))).flatMap((view) => view.groups);
  }

  newsgroup(name: string): Newsgroup | undefined {
    const found = this.#all.group(name);
    if (found === undefined) return undefined;
    const access = this.#all.logins.access(this.#person, found.view.newsgroup);
    const { notYet } = found.view;
    if (access.read && notYet !== undefined) throw new Refusal('unavailable', notYet);
    if (access.read) return found.group;
    if (access.notYet !== undefined) throw new Refusal('unavailable', notYet ?? access.notYet);
    if (access.loginHelps) throw new Refusal('login-required', `Log in to read ${name}`);
    const elsewhere = this.#all.logins.elsewhere(this.#person, found.view.newsgroup);
    throw new Refusal('forbidden', `You may not read ${name}${elsewhere === undefined ? '' : `: ${elsewhere}`}`);
  }

  /** `y` even if only a login would allow posting, like the greeting: tin offers no posting after `n`. */
  status({ name }: Newsgroup): 'y' | 'n' {
    const found = this.#all.group(name);
    if (found === undefined) return 'n';
    const { view, group } = found;
    const { loginPosts } = this.#all.logins.access(this.#person, view.newsgroup);
    const level = loginPosts === true ? levelToPost.main : this.#all.logins.level(this.#person, view.newsgroup);
    return group.levelToPost !== undefined && level >= group.levelToPost ? 'y' : 'n';
  }

  find(messageId: string): Located | undefined {
    const { views, logins } = this.#all;
    let later: string | undefined;
    for (const view of views) {
      const { read, notYet } = logins.access(this.#person, view.newsgroup);
      if (!read && notYet === undefined) continue;
      let located: Located | undefined;
      try {
        located = view.find(messageId);
      } catch (error) {
        // Another board may know the article.
        if (!(error instanceof Refusal) || error.kind !== 'unavailable') throw error;
        later = error.message;
      }
      if (located !== undefined && read) return located;
      if (located !== undefined) later = notYet;
    }
    if (later !== undefined) throw new Refusal('unavailable', later);
    return undefined;
  }

  /**
   * RGTP shows everybody the message of the day. With several boards, each message has its newsgroup's name above it.
   */
  motd(): readonly string[] {
    const { views } = this.#all;
    const messages = views.map((view) => ({ view, lines: view.motd() })).filter(({ lines }) => lines.length > 0);
    // If one is not known yet, to show none would be false.
    const notYet = views.find((view) => view.notYet !== undefined)?.notYet;
    if (messages.length === 0 && notYet !== undefined) throw new Refusal('unavailable', notYet);
    if (views.length === 1) return messages[0]?.lines ?? [];
    return messages.flatMap(({ view, lines }, index) => [...(index === 0 ? [] : ['']), `${view.newsgroup}:`, ...lines]);
  }

  dated(): Soon<unknown> {
    const dated = this.#all.views.map((view) => view.dated?.());
    return dated.some((one) => one instanceof Promise) ? Promise.all(dated) : undefined;
  }

  suggestMessageId(): string {
    return this.#all.poster.suggestMessageId();
  }

  offer(messageId: string): 'yes' | 'held' | 'later' {
    return this.#all.poster.offer(messageId, this);
  }

  arriving(messageId: string): () => void {
    return this.#all.poster.arriving(messageId, this);
  }

  post(article: Buffer, origin: Origin): Promise<string> {
    return this.#all.poster.post(article, { ...origin, person: this.#person, peer: this.#peer });
  }

  close(): void {
    this.#all.poster.left(this);
    this.#all.left(this);
  }
}

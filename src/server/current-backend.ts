/** The backend that sessions see: whatever bridge the configuration made last. */
import type { Access, Account, Backend, Located, Newsgroup, Peer, PostContext } from '../nntp/backend.ts';
import type { Soon } from '../wire/soon.ts';
import { CurrentGroup } from './current-group.ts';

/** A bridge, and every newsgroup it has, whoever may read it. */
export interface Carried {
  readonly backend: Backend;
  readonly newsgroups: readonly Newsgroup[];
}

export class CurrentBackend implements Backend {
  #current: Backend;
  /** what sessions have been given, by name: the same objects for ever */
  readonly #groups = new Map<string, CurrentGroup>();
  /** for each reader who is there, what says in the bridge of now that they left */
  readonly #readers = new Map<symbol, () => void>();

  constructor({ backend, newsgroups }: Carried) {
    this.#current = backend;
    for (const group of newsgroups) this.#groups.set(group.name, new CurrentGroup(group));
  }

  /** From now on this one answers. Readers who are there are announced to it. */
  replace({ backend, newsgroups }: Carried): void {
    this.#current = backend;
    const carried = new Map(newsgroups.map((group) => [group.name, group]));
    for (const [name, group] of this.#groups) group.replace(carried.get(name));
    for (const group of newsgroups) this.#lasting(group);
    for (const [reader, leave] of this.#readers) {
      this.#readers.set(reader, backend.readerArrived());
      leave();
    }
  }

  access(account: Account | undefined): Access {
    return this.#current.access(account);
  }

  authenticate(user: string, password: string, peer: Peer): Promise<Account> {
    return this.#current.authenticate(user, password, peer);
  }

  newsgroups(account: Account | undefined): readonly Newsgroup[] {
    return this.#current.newsgroups(account).map((group) => this.#lasting(group));
  }

  newsgroup(name: string, account: Account | undefined): Newsgroup | undefined {
    const group = this.#current.newsgroup(name, account);
    return group && this.#lasting(group);
  }

  find(messageId: string, account: Account | undefined): Located | undefined {
    const located = this.#current.find(messageId, account);
    return located && { group: this.#lasting(located.group), number: located.number };
  }

  #lasting(group: Newsgroup): CurrentGroup {
    const known = this.#groups.get(group.name);
    if (known !== undefined) return known;
    const made = new CurrentGroup(group);
    this.#groups.set(group.name, made);
    return made;
  }

  motd(account: Account | undefined): Soon<readonly string[]> {
    return this.#current.motd(account);
  }

  suggestMessageId(): string {
    return this.#current.suggestMessageId();
  }

  post(article: Buffer, context: PostContext): Promise<string> {
    return this.#current.post(article, context);
  }

  wants(messageId: string, account: Account | undefined): 'yes' | 'held' | 'later' {
    return this.#current.wants(messageId, account);
  }

  readerArrived(): () => void {
    const reader = Symbol('reader');
    this.#readers.set(reader, this.#current.readerArrived());
    return () => {
      this.#readers.get(reader)?.();
      this.#readers.delete(reader);
    };
  }
}

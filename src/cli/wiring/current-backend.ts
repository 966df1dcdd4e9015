/** The backend that sessions see: whatever bridge the configuration made last. */
import type { Access, Account, Backend, Located, Newsgroup, Peer, PostContext } from '../../nntp/backend.ts';
import type { Soon } from '../../wire/soon.ts';

export class CurrentBackend implements Backend {
  #current: Backend;
  /** for each reader who is there, what says in the bridge of now that they left */
  readonly #readers = new Map<symbol, () => void>();

  constructor(first: Backend) {
    this.#current = first;
  }

  /** From now on this one answers. Readers who are there are announced to it. */
  replace(next: Backend): void {
    this.#current = next;
    for (const [reader, leave] of this.#readers) {
      this.#readers.set(reader, next.readerArrived());
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
    return this.#current.newsgroups(account);
  }

  newsgroup(name: string, account: Account | undefined): Newsgroup | undefined {
    return this.#current.newsgroup(name, account);
  }

  find(messageId: string, account: Account | undefined): Located | undefined {
    return this.#current.find(messageId, account);
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

import type { OwnPost } from '../../store/permanent-records.ts';
import type { OwnIds, OwnPosts, PostKey } from '../ports.ts';

/** All posts made through the bridge, in memory. */
export class OwnPostRegister implements OwnPosts {
  readonly #byMessageId = new Map<string, PostKey>();
  /** newsgroup → epoch and sequence → post; epoch 0: not known yet */
  readonly #byKey = new Map<string, Map<number, OwnIds>>();
  /** newsgroup → number of posts without an epoch yet */
  readonly #unnumbered = new Map<string, number>();
  readonly #listeners = new Set<(post: PostKey) => void>();

  /** Loads a board's posts from its store, at the start, without telling listeners. */
  load(newsgroup: string, posts: Iterable<OwnPost>): void {
    for (const post of posts) this.#put(newsgroup, post);
  }

  /** Adds a post, or gives one its epoch, and tells the listeners. */
  add(newsgroup: string, post: OwnPost): void {
    const key = this.#put(newsgroup, post);
    for (const listener of this.#listeners) listener(key);
  }

  idOf(newsgroup: string, epoch: number, sequence: number): OwnIds | undefined {
    return this.#byKey.get(newsgroup)?.get(combined(epoch, sequence));
  }

  /** Whether there are posts whose rows the mirror has not read yet. */
  hasUnnumbered(newsgroup: string): boolean {
    return (this.#unnumbered.get(newsgroup) ?? 0) > 0;
  }

  find(messageId: string): PostKey | undefined {
    return this.#byMessageId.get(messageId);
  }

  subscribe(listener: (post: PostKey) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #remove(newsgroup: string, messageId: string): void {
    this.#byMessageId.delete(messageId);
    this.#unnumbered.set(newsgroup, (this.#unnumbered.get(newsgroup) ?? 0) - 1);
  }

  #put(newsgroup: string, { messageId, epoch, sequence, references, path }: OwnPost): PostKey {
    const key: PostKey = { newsgroup, epoch, sequence };
    const before = this.#byMessageId.get(messageId);
    const inPlace = before?.epoch === 0 ? combined(0, before.sequence) : -1;
    if (this.#byKey.get(newsgroup)?.get(inPlace)?.messageId === messageId) this.#byKey.get(newsgroup)?.delete(inPlace);
    const change = (epoch === 0 ? 1 : 0) - (before?.epoch === 0 ? 1 : 0);
    this.#unnumbered.set(newsgroup, (this.#unnumbered.get(newsgroup) ?? 0) + change);
    this.#byMessageId.set(messageId, key);
    let posts = this.#byKey.get(newsgroup);
    if (posts === undefined) {
      posts = new Map();
      this.#byKey.set(newsgroup, posts);
    }
    // If two have the same number, the board lost the first one before anybody read it.
    const other = epoch === 0 ? posts.get(combined(0, sequence))?.messageId : undefined;
    if (other !== undefined && other !== messageId) this.#remove(newsgroup, other);
    posts.set(combined(epoch, sequence), {
      messageId,
      references: references === '' ? undefined : references,
      path: path || undefined,
    });
    return key;
  }
}

/** An epoch has 16 bits and a sequence number 32: a double holds both exactly. */
function combined(epoch: number, sequence: number): number {
  return epoch * 2 ** 32 + sequence;
}

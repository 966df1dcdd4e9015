/** How long a peer that was told to send an article has to begin, in ms. */
const PATIENCE = 10_000;
/** How many promises are remembered; the oldest are forgotten first. */
const MOST = 10_000;

interface Promised {
  readonly by: object;
  /** monotonic, in ms */
  readonly until: number;
}

/**
 * Articles that one session has been told to send, or is sending, so that no other is told the same. This only saves
 * work; it is not what keeps an article from being posted twice.
 */
export class Offers {
  readonly #clock: () => number;
  /** in order of `until` */
  readonly #promised = new Map<string, Promised>();
  readonly #arriving = new Map<string, Set<object>>();

  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
  }

  /** Whether a session other than `by` is sending the article. */
  isElsewhere(messageId: string, by: object): boolean {
    for (const session of this.#arriving.get(messageId) ?? []) if (session !== by) return true;
    const promised = this.#promised.get(messageId);
    return promised !== undefined && promised.by !== by && promised.until > this.#clock();
  }

  /** `by` has been told to send the article. */
  promise(messageId: string, by: object): void {
    const now = this.#clock();
    this.#promised.delete(messageId);
    this.#promised.set(messageId, { by, until: now + PATIENCE });
    for (const [id, { until }] of this.#promised) {
      if (until > now && this.#promised.size <= MOST) break;
      this.#promised.delete(id);
    }
  }

  /** `by` is sending the article, until the returned function is called. */
  arriving(messageId: string, by: object): () => void {
    const senders = this.#arriving.get(messageId) ?? new Set();
    this.#arriving.set(messageId, senders.add(by));
    this.#promised.delete(messageId);
    return () => {
      senders.delete(by);
      if (senders.size === 0) this.#arriving.delete(messageId);
    };
  }

  /** The session has ended: others may send what it was to send. */
  left(by: object): void {
    for (const [id, promised] of this.#promised) if (promised.by === by) this.#promised.delete(id);
  }
}

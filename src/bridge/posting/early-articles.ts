/** How long a follow-up may wait for what it follows, in ms. */
const PATIENCE = 3_600_000;
/** How many follow-ups are remembered; the oldest are forgotten first. */
const MOST = 10_000;

/**
 * Follow-ups that arrived before what they follow: after an outage, innfeed sends its backlog in no particular order.
 * They are asked for again until the parent arrives.
 */
export class EarlyArticles {
  readonly #clock: () => number;
  /** Message-ID → when it first arrived; oldest first */
  readonly #since = new Map<string, number>();

  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
  }

  /** Whether the peer should send the article again later. */
  mayComeAgain(messageId: string): boolean {
    const now = this.#clock();
    const since = this.#since.get(messageId);
    if (since === undefined) {
      this.#since.set(messageId, now);
      const [oldest = ''] = this.#since.keys();
      if (this.#since.size > MOST) this.#since.delete(oldest);
      return true;
    }
    if (now - since < PATIENCE) return true;
    this.#since.delete(messageId);
    return false;
  }

  /** The article has been posted: it no longer waits. */
  posted(messageId: string): void {
    this.#since.delete(messageId);
  }
}

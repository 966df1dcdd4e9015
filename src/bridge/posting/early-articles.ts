/** How long a follow-up may wait for what it follows, in ms. */
const PATIENCE = 3_600_000;
/** Follow-ups that are remembered; the oldest are forgotten first. */
const MOST = 10_000;

/**
 * Follow-ups that came before what they follow: what waited for us while we were away, innfeed sends in no order. They are
 * asked for again until it is there.
 */
export class EarlyArticles {
  readonly #clock: () => number;
  /** Message-ID → when it came first; the oldest first */
  readonly #since = new Map<string, number>();

  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
  }

  /** Whether it is worth while that it comes again. */
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

  /** It waits no more. */
  posted(messageId: string): void {
    this.#since.delete(messageId);
  }
}

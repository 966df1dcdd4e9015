interface Renewal {
  /** monotonic, ms: when the board was last asked, whether it answered or not */
  at: number;
  /** the level that it last gave; `undefined`: it refused */
  level: number | undefined;
  /** whether `level` comes from the board itself */
  answered: boolean;
  /** the question under way */
  question: Question | undefined;
}

interface Question {
  readonly answer: Promise<void>;
  /**
   * `until` resolves with the answer, or when waiting for it makes no sense any more. From then on nobody waits:
   * `silentAt`, monotonic, ms.
   */
  wait: { readonly until: Promise<void> } | { readonly silentAt: number };
}

/** ms until a board that has never answered is asked again */
const FIRST_ANSWER = 1000;

/** ms that anybody waits for a board from which nothing comes: it may hang, and the question takes half a minute then */
const SILENCE = 3_000;

/** Whose login it is; `undefined`: guests', about which the board is asked at every command. */
type Who = object | undefined;

/** What a remote board last said about each login, and when to ask it again. */
export class Renewals {
  readonly #after: number | undefined;
  readonly #now: () => number;
  readonly #hasSpoken: (since: number) => boolean;
  readonly #ofMembers = new WeakMap<object, Renewal>();
  #ofGuests: Renewal | undefined;

  /**
   * @param after ms; `undefined`: never
   * @param hasSpoken whether anything has come from the board since then, over any connection; ms, monotonic
   */
  constructor(
    after: number | undefined,
    {
      now = () => performance.now(),
      hasSpoken = () => true,
    }: { now?: () => number; hasSpoken?: (since: number) => boolean } = {},
  ) {
    this.#after = after;
    this.#now = now;
    this.#hasSpoken = hasSpoken;
  }

  /** The level that the board last gave `who`; `undefined` if it refused; `otherwise` if it has never been asked. */
  known(who: Who, otherwise: number | undefined): number | undefined {
    const renewal = this.#get(who);
    return renewal === undefined ? otherwise : renewal.level;
  }

  /** The board has just given `who` this level; `undefined`: it refused. */
  renewed(who: Who, level: number | undefined): void {
    this.#set(who, { at: this.#now(), level, answered: true, question: undefined });
  }

  /** The board gave `who` this level before this process started: it is asked at the first use. */
  remembered(who: Who, level: number): void {
    this.#set(who, { at: Number.NEGATIVE_INFINITY, level, answered: true, question: undefined });
  }

  /** Whether the board has ever said what `who` may do. */
  isDecided(who: Who): boolean {
    return this.#get(who)?.answered === true;
  }

  /**
   * Asks the board if its last answer is too old. All who wait for the same answer share one question. If the board
   * can't be asked, nothing changes; nor is it waited for while nothing comes from it.
   *
   * @param otherwise the level that applies until the board answers for the first time
   * @param always asks even if the last answer is recent
   */
  renew(
    who: Who,
    otherwise: number | undefined,
    ask: () => Promise<number | undefined>,
    always = false,
  ): Promise<void> | undefined {
    const last = this.#get(who);
    if (last?.question !== undefined) {
      const { question } = last;
      // Once it is heard again, its answer is near, and counts.
      if ('silentAt' in question.wait && this.#hasSpoken(question.wait.silentAt)) this.#waitFor(question);
      return 'until' in question.wait ? question.wait.until : undefined;
    }
    if (!always && !this.#isDue(last)) return undefined;
    const renewal = last ?? { at: 0, level: otherwise, answered: false, question: undefined };
    this.#set(who, renewal);
    const question: Question = { answer: this.#ask(renewal, ask), wait: { silentAt: this.#now() } };
    renewal.question = question;
    return this.#waitFor(question);
  }

  #get(who: Who): Renewal | undefined {
    return who === undefined ? this.#ofGuests : this.#ofMembers.get(who);
  }

  #set(who: Who, renewal: Renewal): void {
    if (who === undefined) this.#ofGuests = renewal;
    else this.#ofMembers.set(who, renewal);
  }

  #isDue(last: Renewal | undefined): boolean {
    if (this.#after === undefined) return false;
    if (last === undefined) return true;
    const after = last.answered ? this.#after : Math.min(FIRST_ANSWER, this.#after);
    return this.#now() - last.at >= after;
  }

  /** Waits while anything comes from the board. */
  #waitFor(question: Question): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    question.wait = { until: promise };
    let since = this.#now();
    const look = setInterval(() => {
      const speaks = this.#hasSpoken(since);
      since = this.#now();
      if (speaks) return;
      clearInterval(look);
      question.wait = { silentAt: since };
      resolve();
    }, SILENCE).unref();
    void question.answer.then(() => {
      clearInterval(look);
      resolve();
    });
    return promise;
  }

  async #ask(renewal: Renewal, ask: () => Promise<number | undefined>): Promise<void> {
    try {
      renewal.level = await ask();
      renewal.answered = true;
    } catch {
      // The board is away: what it said before still applies.
    }
    renewal.at = this.#now();
    renewal.question = undefined;
  }
}

interface Renewal {
  /** monotonic, ms: when the board was last asked, whether it answered or not */
  at: number;
  /** the level that it last gave; `undefined`: it refused */
  level: number | undefined;
  /** the question under way */
  asking: Promise<void> | undefined;
  /** whether `level` comes from the board itself */
  answered: boolean;
}

/** ms until a board that has never answered is asked again */
const FIRST_ANSWER = 1000;

/** Whose login it is; `undefined`: guests', about which the board is asked at every command. */
type Who = object | undefined;

/** What a remote board last said about each login, and when to ask it again. */
export class Renewals {
  readonly #after: number | undefined;
  readonly #now: () => number;
  readonly #ofMembers = new WeakMap<object, Renewal>();
  #ofGuests: Renewal | undefined;

  /** @param after ms; `undefined`: never */
  constructor(after: number | undefined, now = () => performance.now()) {
    this.#after = after;
    this.#now = now;
  }

  /** The level that the board last gave `who`; `undefined` if it refused; `otherwise` if it has never been asked. */
  known(who: Who, otherwise: number | undefined): number | undefined {
    const renewal = this.#get(who);
    return renewal === undefined ? otherwise : renewal.level;
  }

  /** The board has just given `who` this level; `undefined`: it refused. */
  renewed(who: Who, level: number | undefined): void {
    this.#set(who, { at: this.#now(), level, asking: undefined, answered: true });
  }

  /** The board gave `who` this level before this process started: it is asked at the first use. */
  remembered(who: Who, level: number): void {
    this.#set(who, { at: Number.NEGATIVE_INFINITY, level, asking: undefined, answered: true });
  }

  /** Whether the board has ever said what `who` may do. */
  isDecided(who: Who): boolean {
    return this.#get(who)?.answered === true;
  }

  /**
   * Asks the board if its last answer is too old. All who wait for the same answer share one question. If the board
   * can't be asked, nothing changes.
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
    if (last?.asking !== undefined) return last.asking;
    if (!always && !this.#isDue(last)) return undefined;
    const renewal = last ?? { at: 0, level: otherwise, asking: undefined, answered: false };
    this.#set(who, renewal);
    renewal.asking = this.#ask(renewal, ask);
    return renewal.asking;
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

  async #ask(renewal: Renewal, ask: () => Promise<number | undefined>): Promise<void> {
    try {
      renewal.level = await ask();
      renewal.answered = true;
    } catch {
      // The board is away: what it said before still applies.
    }
    renewal.at = this.#now();
    renewal.asking = undefined;
  }
}

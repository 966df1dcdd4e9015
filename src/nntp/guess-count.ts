import { inLaterRounds } from '../wire/later-rounds.ts';
import { Refusal } from './backend.ts';
import type { Limits } from './limits.ts';

/** of those who wait, who are refused in one round of the event loop: each is answered in it */
const AT_ONCE = 20;

interface Waiting {
  readonly begin: () => void;
  readonly refuse: (error: unknown) => void;
}

/** Failed logins from one address, or to one account, and the attempts under way. */
export class GuessCount {
  readonly #limits: Pick<Limits, 'failedLogins' | 'loginPause'>;
  readonly #clock: () => number;
  /** failures by address and account, at most `failedLogins` in all */
  readonly #failures = new Map<string, number>();
  /** when the last attempt failed */
  #failedAt = 0;
  #underWay = 0;
  /** in order of arrival */
  readonly #waiting: Waiting[] = [];

  constructor(limits: Pick<Limits, 'failedLogins' | 'loginPause'>, clock: () => number) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Resolves when an attempt may begin; it counts until `leave()`. Rejects after too many failures. */
  enter(): Promise<void> {
    return new Promise((begin, refuse) => {
      this.#waiting.push({ begin, refuse });
      this.#next();
    });
  }

  leave(): void {
    this.#underWay--;
    this.#next();
  }

  /** Lets in as many as there is room for, without waking everybody who waits. */
  #next(): void {
    try {
      while (this.#waiting.length > 0 && this.#underWay < this.#room()) {
        this.#underWay++;
        this.#waiting.shift()?.begin();
      }
    } catch (error) {
      this.#refuse(this.#waiting.splice(0), error);
    }
  }

  #refuse(waiting: Waiting[], error: unknown): void {
    for (const { refuse } of waiting.splice(0, AT_ONCE)) refuse(error);
    if (waiting.length === 0) return;
    inLaterRounds(AT_ONCE, () => {
      waiting.shift()?.refuse(error);
      return waiting.length > 0;
    })();
  }

  /** Counts a failure. Returns how many there are now. */
  failed(key: string): number {
    this.#forgetOld();
    this.#failedAt = this.#clock();
    this.#failures.set(key, (this.#failures.get(key) ?? 0) + 1);
    return this.#total();
  }

  forgive(key: string): void {
    this.#failures.delete(key);
  }

  /** How many attempts there may be at a time: after the first failure, one. */
  #room(): number {
    this.#forgetOld();
    const failures = this.#total();
    if (failures >= this.#limits.failedLogins) {
      const since = this.#clock() - this.#failedAt;
      const minutes = Math.ceil((this.#limits.loginPause - since) / 60_000);
      throw new Refusal('bad-credentials', `Too many failed logins; try again in ${minutes} min`);
    }
    return failures > 0 ? 1 : this.#limits.failedLogins;
  }

  #forgetOld(): void {
    if (this.#clock() - this.#failedAt >= this.#limits.loginPause) this.#failures.clear();
  }

  #total(): number {
    let total = 0;
    for (const failures of this.#failures.values()) total += failures;
    return total;
  }
}

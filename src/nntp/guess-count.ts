import { Refusal } from './backend.ts';
import type { Limits } from './limits.ts';

/** Failed logins of one address, or on one account, and the attempts under way. */
export class GuessCount {
  readonly #limits: Pick<Limits, 'failedLogins' | 'loginPause'>;
  readonly #clock: () => number;
  /** failures by address and account, at most `failedLogins` in all */
  readonly #failures = new Map<string, number>();
  /** when the last attempt failed */
  #failedAt = 0;
  #underWay = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(limits: Pick<Limits, 'failedLogins' | 'loginPause'>, clock: () => number) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Resolves when an attempt may begin; it counts until `leave()`. Rejects once there were too many failures. */
  async enter(): Promise<void> {
    while (this.#underWay >= this.#room()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#underWay++;
  }

  leave(): void {
    this.#underWay--;
    // Each checks for itself: there may be room for one, for none, or a refusal for all.
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Counts a failure. Returns how many there are now. */
  failed(key: string): number {
    this.#failedAt = this.#clock();
    this.#failures.set(key, (this.#failures.get(key) ?? 0) + 1);
    return this.#total();
  }

  forgive(key: string): void {
    this.#failures.delete(key);
  }

  /** How many attempts there may be at a time: after the first failure, one. */
  #room(): number {
    const since = this.#clock() - this.#failedAt;
    if (since >= this.#limits.loginPause) this.#failures.clear();
    const failures = this.#total();
    if (failures >= this.#limits.failedLogins) {
      const minutes = Math.ceil((this.#limits.loginPause - since) / 60_000);
      throw new Refusal('bad-credentials', `Too many failed logins; try again in ${minutes} min`);
    }
    return failures > 0 ? 1 : this.#limits.failedLogins;
  }

  #total(): number {
    let total = 0;
    for (const failures of this.#failures.values()) total += failures;
    return total;
  }
}

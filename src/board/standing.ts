import { eventLoop } from '../wire/fair-share.ts';
import { type Octets, octets } from '../wire/octets.ts';
import type { Accounts, Fault, Grant } from './accounts.ts';

/**
 * ms by which a command that only reads may be behind other processes' changes: asking SQLite takes a fifth as long as
 * such a command.
 */
const RECENT = 10;

/** What the owner of a login is told. Nobody else hears it. */
export const REVOKED = {
  disabled: octets`That userid is disabled; contact the Editors`,
  waiting: octets`That userid awaits the Editors' approval`,
  removed: octets`That userid has been removed; contact the Editors`,
  'other-level': octets`The access level of that userid was changed; log in again`,
  'other-secret': octets`The secret of that userid was changed; log in again with the new one`,
} as const satisfies Record<Fault, Octets>;

/** Whether the login of one session still holds. */
export class Standing {
  readonly #accounts: Accounts;
  #grant: Grant | undefined;
  /** generation of the accounts when the grant was last found to hold */
  #checked: number | undefined;

  constructor(accounts: Accounts) {
    this.#accounts = accounts;
  }

  grant(grant: Grant): void {
    this.#grant = grant;
    // The account may have changed since it was read: check again at the next command.
    this.#checked = undefined;
  }

  /** The session ends: no login is left to lose. */
  drop(): void {
    this.#grant = undefined;
  }

  /**
   * What to tell a client whose login no longer holds; `undefined` if it holds, or there is none.
   *
   * @param reading its command changes nothing
   */
  revoked(reading: boolean): Octets | undefined {
    if (this.#grant === undefined) return undefined;
    const generation = this.#accounts.generationAt(eventLoop.roundBegan, reading ? RECENT : 0);
    if (generation === this.#checked) return undefined;
    const fault = this.#accounts.faultOf(this.#grant);
    if (fault !== undefined) return octets`${REVOKED[fault]}.`;
    this.#checked = generation;
    return undefined;
  }
}

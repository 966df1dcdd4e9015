import { Refusal } from '../../nntp/backend.ts';
import { storeTrouble } from '../../store/errors.ts';
import { type Octets, octets } from '../../wire/octets.ts';
import type { Credentials } from './user-pools.ts';

/** The accounts of a board in this process, in their current state. */
export interface LiveAccounts {
  /** grows with every change, by whatever process; cheap to read */
  readonly generation: number;
  /** The level that a login with this secret (`undefined`: none) would get; `undefined`: it would be refused. */
  access(userid: Octets, secret: Buffer | undefined): number | undefined;
  /** Whether this is the secret of a disabled account. */
  isDisabled(userid: Octets, secret: Buffer): boolean;
  /** Returns a function that stops it. */
  onChange(listener: () => void): () => void;
}

const GUEST = octets`guest`;

/** The rights of logins on a board in this process, looked up once for each change of its accounts. */
export class BoardRights {
  readonly #accounts: LiveAccounts;
  #generation: number | undefined;
  #guest: number | undefined;
  #levels = new WeakMap<Credentials, { readonly level: number | undefined }>();

  constructor(accounts: LiveAccounts) {
    this.#accounts = accounts;
  }

  /** `undefined`: guests are refused. */
  get guest(): number | undefined {
    this.#refresh();
    return this.#guest;
  }

  /** `undefined`: these credentials no longer work. */
  level(credentials: Credentials): number | undefined {
    this.#refresh();
    let known = this.#levels.get(credentials);
    if (known === undefined) {
      known = { level: readable(() => this.#accounts.access(credentials.userid, credentials.secret)) };
      this.#levels.set(credentials, known);
    }
    return known.level;
  }

  /** Whether these credentials work, for code with nobody to tell why not: rights that can't be looked up are none. */
  holds(credentials: Credentials): boolean {
    try {
      return this.level(credentials) !== undefined;
    } catch (error) {
      if (error instanceof Refusal) return false;
      throw error;
    }
  }

  /** Why a login is refused; `undefined`: it is not. The reason is only given to people who know the secret. */
  refusal(credentials: Credentials): { readonly reason: string | undefined } | undefined {
    if (this.level(credentials) !== undefined) return undefined;
    const disabled = readable(() => this.#accounts.isDisabled(credentials.userid, credentials.secret));
    return { reason: disabled ? 'That userid is disabled; contact the Editors' : undefined };
  }

  #refresh(): void {
    const generation = readable(() => this.#accounts.generation);
    if (generation === this.#generation) return;
    this.#levels = new WeakMap();
    this.#guest = readable(() => this.#accounts.access(GUEST, undefined));
    // Only now, so that what could not be read is read again at the next use.
    this.#generation = generation;
  }
}

/** Refuses rights that can't be looked up. @throws Refusal with the reason */
function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    const trouble = storeTrouble(error);
    if (trouble === undefined) throw error;
    throw new Refusal('unavailable', `${trouble}; try again later`, { cause: error });
  }
}

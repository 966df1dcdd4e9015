import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { StoreError, storeErrorFrom } from '../store/errors.ts';
import type { Octets } from '../wire/octets.ts';
import type { AccessLevel } from './access.ts';
import type { Users } from './users.ts';

/** What a login was granted for: an account, and the secret that was proved (undefined: none was asked for). */
export interface Grant {
  readonly userid: Octets;
  readonly level: AccessLevel;
  readonly secret: Buffer | undefined;
}

/**
 * Why a grant no longer holds. `other-level`: the userid has no account of this level any more, but others. `waiting`:
 * for an editor's approval.
 */
export type Fault = 'removed' | 'other-level' | 'other-secret' | 'disabled' | 'waiting';

/**
 * Whether logins still hold. Accounts change by UDBM, by registration, and by other processes on the same file; all of
 * these count. To re-check at each use, compare `generation` and call `faultOf` or `access` when it differs.
 */
export class Accounts {
  readonly #users: Users;
  readonly #dataVersion: StatementSync;
  readonly #listeners = new Set<() => void>();
  #seen: unknown;
  #generation = 0;
  /** when SQLite was asked for others' changes */
  #asked = Number.NEGATIVE_INFINITY;
  readonly #path: string;
  #trouble: StoreError | undefined;

  /** @param path for messages */
  constructor(db: DatabaseSync, users: Users, path: string) {
    this.#users = users;
    this.#path = path;
    // Changes when another connection, of any process, has written to the file.
    this.#dataVersion = db.prepare('PRAGMA data_version');
    this.#seen = this.#version();
  }

  /**
   * Like `generation`, but what other processes have changed in the last `age` ms may be missing; this process's own
   * changes never are. Cheap enough for every command of every session.
   *
   * @param now when this round of the event loop began: within one round, SQLite is asked once
   */
  generationAt(now: number, age: number): number {
    if (now - this.#asked <= age) return this.#generation;
    this.#asked = now;
    return this.generation;
  }

  /** Grows with every change, by this process or another. Takes a few microseconds: SQLite locks shared memory. */
  get generation(): number {
    const version = this.#version();
    if (version !== this.#seen) {
      this.#seen = version;
      this.changed();
    }
    return this.#generation;
  }

  /**
   * Calls `listener` after each change: at once for this process's own, at the next reading of `generation` for
   * others'. Returns a function that stops it.
   */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Counts a change, and tells the listeners. */
  changed(): void {
    this.#generation++;
    for (const listener of this.#listeners) queueMicrotask(listener);
  }

  /** `undefined`: the grant holds. */
  faultOf({ userid, level, secret }: Grant): Fault | undefined {
    const levels = this.#users.levels(userid);
    const account = levels.find((one) => one.level === level);
    if (account === undefined) return levels.length > 0 ? 'other-level' : 'removed';
    if (account.disabled) return 'disabled';
    if (account.waiting) return 'waiting';
    const same =
      secret === undefined || account.secret === undefined ? secret === account.secret : account.secret.equals(secret);
    return same ? undefined : 'other-secret';
  }

  /**
   * The access level that `USER userid`, and AUTH with this secret, would get now; `undefined`: none.
   * @param secret undefined: no proof is given (guest)
   */
  access(userid: Octets, secret: Buffer | undefined): AccessLevel | undefined {
    const account = this.#users.levels(userid).find(({ waiting }) => !waiting);
    if (account === undefined) return undefined;
    const { level } = account;
    return this.faultOf({ userid, level, secret }) === undefined ? level : undefined;
  }

  /** Whether this is the secret of an account that is disabled. */
  isDisabled(userid: Octets, secret: Buffer): boolean {
    return this.#users.levels(userid).some((account) => account.disabled && account.secret?.equals(secret) === true);
  }

  /** Why the file could not be read at the last check, if so. */
  get trouble(): StoreError | undefined {
    return this.#trouble;
  }

  #version(): unknown {
    try {
      const version = this.#dataVersion.get()?.['data_version'];
      this.#trouble = undefined;
      return version;
    } catch (error) {
      const failure = storeErrorFrom(error, this.#path);
      if (failure instanceof StoreError) this.#trouble = failure;
      throw failure;
    }
  }
}

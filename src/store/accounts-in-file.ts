import type { DatabaseSync } from 'node:sqlite';
import { messageOf } from '../wire/trouble.ts';
import { StoreError, storeErrorFrom } from './errors.ts';
import { ACCOUNT, accountOf } from './permanent-columns.ts';
import type { StoredAccount } from './permanent-records.ts';

type Listener = (accounts: readonly StoredAccount[]) => void;

/** ms */
const LOOK_EVERY = 500;

/** The local accounts in a permanent file. Other processes change them, too (`rgtp-nntp user`), so they are followed. */
export class AccountsInFile {
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #listeners: Listener[] = [];
  #watch: NodeJS.Timeout | undefined;
  #trouble: StoreError | undefined;

  /** @param path for messages */
  constructor(db: DatabaseSync, path: string) {
    this.#db = db;
    this.#path = path;
  }

  /** Why they could not be read when they were last looked at, if so. */
  get trouble(): StoreError | undefined {
    return this.#trouble;
  }

  /** @throws StoreError */
  all(): StoredAccount[] {
    return this.#read(() => this.#db.prepare(`SELECT ${ACCOUNT} FROM accounts ORDER BY name`).all().map(accountOf));
  }

  /** @throws StoreError */
  named(name: string): StoredAccount | undefined {
    const row = this.#read(() => this.#db.prepare(`SELECT ${ACCOUNT} FROM accounts WHERE name = ?`).get(name));
    return row && accountOf(row);
  }

  /** See `Permanent.putAccount`. Within a transaction, as `remove`; then call `changed`. */
  put({ name, passwordHash, userid, secret, settings }: StoredAccount, instead?: StoredAccount | null): boolean {
    const values = [passwordHash, userid, secret, settings, name];
    const insert = `INSERT OR ${instead === null ? 'IGNORE' : 'REPLACE'} INTO accounts
       (password_hash, userid, secret, settings, name) VALUES (?, ?, ?, ?, ?)`;
    const update = `UPDATE accounts SET password_hash = ?, userid = ?, secret = ?, settings = ?
       WHERE name = ? AND password_hash = ?`;
    const { changes } = instead
      ? this.#db.prepare(update).run(...values, instead.passwordHash)
      : this.#db.prepare(insert).run(...values);
    return changes === 1;
  }

  /** false: there is no such account. */
  remove(name: string): boolean {
    return this.#db.prepare('DELETE FROM accounts WHERE name = ?').run(name).changes === 1;
  }

  /** Calls the listener now, and after each change. */
  follow(listener: Listener): void {
    this.#listeners.push(listener);
    this.#watch ??= this.#look();
    listener(this.all());
  }

  changed(): void {
    if (this.#listeners.length === 0) return;
    const accounts = this.all();
    for (const listener of this.#listeners) listener(accounts);
  }

  close(): void {
    clearInterval(this.#watch);
  }

  #read<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw troubleFrom(error, this.#path);
    }
  }

  /** Checks twice a second whether another process has written to the file. While it can't be read, nobody has an account. */
  #look(): NodeJS.Timeout {
    const version = this.#db.prepare('PRAGMA data_version');
    let seen = version.get()?.['data_version'];
    return setInterval(() => {
      try {
        const now = version.get()?.['data_version'];
        if (now === seen) return;
        this.changed();
        seen = now;
        this.#trouble = undefined;
      } catch (error) {
        seen = undefined;
        this.#trouble = troubleFrom(error, this.#path);
        for (const listener of this.#listeners) listener([]);
      }
    }, LOOK_EVERY).unref();
  }
}

function troubleFrom(error: unknown, path: string): StoreError {
  const known = storeErrorFrom(error, path);
  return known instanceof StoreError ? known : new StoreError('corrupt', path, messageOf(error), { cause: error });
}

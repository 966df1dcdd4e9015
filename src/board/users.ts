import { randomBytes } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { SecretBox } from '../store/secret-box.ts';
import { ascii, latin1, type Octets, octets } from '../wire/octets.ts';
import { type AccessLevel, accessLevel } from './access.ts';

/** One access level of one user. Each level has its own secret (RGTP 2.2.3). */
export interface Account {
  readonly userid: Octets;
  readonly level: AccessLevel;
  /** undefined: no proof is asked for (guest) */
  readonly secret: Buffer | undefined;
  /** false: registered, but has never logged in */
  readonly confirmed: boolean;
  /** registered, but not yet approved by an editor */
  readonly waiting: boolean;
  readonly disabled: boolean;
  /** unix seconds */
  readonly lastUsed: number;
}

/** An account as a list shows it: its secret stays encrypted. */
export interface Listed extends Omit<Account, 'secret'> {
  readonly hasSecret: boolean;
}

export const USERID_OCTETS = 75;
/** groggsd's user database has no room for longer secrets. */
export const SECRET_OCTETS = 16;

/**
 * The userid in canonical form: lower case after the @ (RGTP 2.2.3). Or why it is not a userid, in groggsd's words.
 */
export function checkUserid(userid: Octets): { readonly userid: Octets } | { readonly wrong: Octets } {
  if (userid.length > USERID_OCTETS) return { wrong: octets`too long` };
  if (!/^[A-Za-z0-9]/.test(userid)) return { wrong: octets`doesn't start with an alphanumeric` };
  const at = userid.indexOf('@');
  const name = at < 0 ? userid : userid.slice(0, at);
  if (!/^[A-Za-z0-9.]+$/.test(name)) return { wrong: octets`contains non-alphanums before any @` };
  const domain = at < 0 ? octets`` : userid.slice(at);
  // Not \s, which would match the octet 0xA0.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  if (/[\x00-\x20\x7f]/.test(domain)) return { wrong: octets`contains spaces` };
  return { userid: name.concat(domain.replace(/[A-Z]/g, (letter) => ascii(letter.toLowerCase()))) };
}

/**
 * The user database. Changes belong in a commit of the store. An account whose secret the key does not open (a damaged
 * row, one changed by hand) admits nobody until it has a new secret, and concerns nobody else.
 */
export class Users {
  /** Told of each such account that is read. */
  onUnopened: (userid: Octets) => void = () => {};
  readonly #box: SecretBox;
  readonly #changed: () => void;
  readonly #select: StatementSync;
  readonly #all: StatementSync;
  readonly #page: StatementSync;
  readonly #editor: StatementSync;
  readonly #unconfirmed: StatementSync;
  readonly #upsert: StatementSync;
  readonly #delete: StatementSync;
  readonly #used: StatementSync;
  readonly #confirm: StatementSync;
  /** what is stored, by what stands for a secret that the key does not open */
  readonly #unopened = new WeakMap<Buffer, Uint8Array>();

  /** @param changed called within the commit when an account is added, replaced or removed */
  constructor(db: DatabaseSync, box: SecretBox, changed: () => void) {
    this.#box = box;
    this.#changed = changed;
    this.#select = db.prepare('SELECT * FROM users WHERE userid = ? ORDER BY level DESC');
    this.#all = db.prepare('SELECT * FROM users ORDER BY userid, level');
    this.#page = db.prepare('SELECT * FROM users WHERE (userid, level) > (?, ?) ORDER BY userid, level LIMIT ?');
    this.#editor = db.prepare('SELECT 1 FROM users WHERE level = 3 AND disabled = 0 AND waiting = 0 LIMIT 1');
    this.#unconfirmed = db.prepare('SELECT userid, level, waiting, last_used FROM users WHERE confirmed = 0');
    this.#upsert = db.prepare('INSERT OR REPLACE INTO users VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.#delete = db.prepare('DELETE FROM users WHERE userid = ? AND level = ?');
    this.#used = db.prepare('UPDATE users SET last_used = ? WHERE userid = ? AND level = ?');
    this.#confirm = db.prepare('UPDATE users SET confirmed = 1 WHERE userid = ? AND level = ?');
  }

  /** Every level of a user, highest first; empty for an unknown userid. */
  levels(userid: Octets): Account[] {
    return this.#select.all(userid).map((row) => this.#account(row));
  }

  *all(): Generator<Account> {
    for (const row of this.#all.iterate()) yield this.#account(row);
  }

  /**
   * Like `all`, but at most `count` accounts, without the secrets (`hasSecret` says whether there is one).
   * @param after the last one of the page before
   */
  page(after: Pick<Listed, 'userid' | 'level'> | undefined, count: number): Listed[] {
    return this.#page.all(after?.userid ?? '', after?.level ?? -1, count).map(listed);
  }

  /** Whether the key opens any of the secrets; true if there is none. */
  get keyFits(): boolean {
    let hasSecrets = false;
    for (const account of this.all()) {
      if (account.secret === undefined) continue;
      if (!this.isUnopened(account)) return true;
      hasSecrets = true;
    }
    return !hasSecrets;
  }

  /** Whether the key does not open this account's secret. */
  isUnopened({ secret }: Account): boolean {
    return secret !== undefined && this.#unopened.has(secret);
  }

  /** Whether anybody can edit, and let others edit. */
  get hasEditor(): boolean {
    return this.#editor.get() !== undefined;
  }

  /** The accounts not used since their registration, without their secrets. */
  unconfirmed(): Pick<Account, 'userid' | 'level' | 'waiting' | 'lastUsed'>[] {
    return this.#unconfirmed.all().map((row) => ({
      userid: latin1(String(row['userid'])),
      level: accessLevel(row['level']),
      waiting: row['waiting'] === 1,
      lastUsed: Number(row['last_used']),
    }));
  }

  /** Adds an account, or replaces the one with this userid and level. */
  put(account: Account): void {
    const { userid, level, secret } = account;
    if (secret !== undefined && secret.length > SECRET_OCTETS) {
      throw new RangeError(`a secret has at most ${SECRET_OCTETS} octets`);
    }
    this.#upsert.run(
      userid,
      level,
      secret === undefined ? null : this.#sealed(secret, label(userid, level)),
      Number(account.confirmed),
      Number(account.waiting),
      Number(account.disabled),
      account.lastUsed,
    );
    this.#changed();
  }

  /** Notes a login. @param time unix seconds */
  used({ userid, level }: Account, time: number): void {
    this.#used.run(time, userid, level);
  }

  /** Notes the first login after a registration. */
  confirm({ userid, level }: Account): void {
    this.#confirm.run(userid, level);
  }

  remove(userid: Octets, level: AccessLevel): void {
    this.#delete.run(userid, level);
    this.#changed();
  }

  #account(row: Record<string, unknown>): Account {
    const { hasSecret: _, ...account } = listed(row);
    const sealed = row['secret'];
    return { ...account, secret: sealed instanceof Uint8Array ? this.#opened(sealed, account) : undefined };
  }

  #opened(sealed: Uint8Array, { userid, level }: Omit<Account, 'secret'>): Buffer {
    try {
      return this.#box.open(sealed, label(userid, level));
    } catch {
      const nobodys = randomBytes(SECRET_OCTETS);
      this.#unopened.set(nobodys, sealed);
      this.onUnopened(userid);
      return nobodys;
    }
  }

  /** What the key does not open is written back as it is. */
  #sealed(secret: Buffer, name: string): Uint8Array {
    return this.#unopened.get(secret) ?? this.#box.seal(secret, name);
  }
}

function listed(row: Record<string, unknown>): Listed {
  return {
    userid: latin1(String(row['userid'])),
    level: accessLevel(row['level']),
    hasSecret: row['secret'] !== null,
    confirmed: row['confirmed'] === 1,
    waiting: row['waiting'] === 1,
    disabled: row['disabled'] === 1,
    lastUsed: Number(row['last_used']),
  };
}

function label(userid: Octets, level: AccessLevel): string {
  return `${userid} (level ${level})`;
}

import { parseSecret } from '../../rgtp/proof.ts';
import { StoreError } from '../../store/errors.ts';
import type { Permanent } from '../../store/permanent.ts';
import type { StoredAccount } from '../../store/permanent-records.ts';
import type { SecretBox } from '../../store/secret-box.ts';
import { latin1, type Octets } from '../../wire/octets.ts';
import { Trouble } from '../../wire/trouble.ts';
import { COST, type Cost, checkPassword, hashPassword, isPasswordHash, pretendToCheck } from './password.ts';
import { parseUserid } from './userid.ts';

/** Somebody who may log in with an ordinary password instead of the board's secret. */
export interface LocalAccount {
  readonly name: string;
  readonly userid: Octets;
  /** the grogname for this person's posts; `undefined`: the display name of From */
  readonly grogname: string | undefined;
}

/** What a password has proven: an account in its state at the time. */
export interface AccountProof {
  readonly name: string;
  readonly passwordHash: string;
}

/** A local account whose password was right. */
interface OpenedAccount extends LocalAccount, AccountProof {
  readonly secret: Buffer;
}

/** A change to the accounts that can't be made, with a reason for people. */
export class AccountError extends Trouble {
  constructor(message: string) {
    super(message);
    this.name = 'AccountError';
  }
}

/**
 * The local accounts of one board: each has its own name and password, and a userid and secret of the board. Passwords
 * are stored as scrypt hashes; secrets, which the proof to the board needs, are encrypted with the key file.
 */
export class LocalAccounts {
  readonly #permanent: Permanent;
  readonly #box: (make: boolean) => SecretBox;
  readonly #cost: Cost;
  /** the current password hashes by name, followed from the first login on */
  #current: Map<string, string> | undefined;

  /**
   * @param box loads the key, or makes one for the first account; called when a secret is first needed
   * @param cost of new password hashes
   */
  constructor(permanent: Permanent, box: (make: boolean) => SecretBox, cost = COST) {
    this.#permanent = permanent;
    this.#cost = cost;
    let opened: SecretBox | undefined;
    this.#box = (make) => {
      opened ??= box(make);
      return opened;
    };
  }

  /** By name. */
  async list(): Promise<LocalAccount[]> {
    return (await this.#permanent.accounts()).map(shown);
  }

  async has(name: string): Promise<boolean> {
    return (await this.#permanent.account(name)) !== undefined;
  }

  /**
   * Adds an account. `secret` is hex as given by the board, blanks allowed. Throws `AccountError` if the name is taken
   * or something is malformed.
   */
  async add(account: {
    readonly name: string;
    readonly password: string;
    readonly userid: string;
    readonly secret: string;
    readonly grogname?: string | undefined;
  }): Promise<void> {
    const { name, userid, grogname } = account;
    // The name is one word on the AUTHINFO line (RFC 4643 §2.3.1), separated by a colon from the board's name.
    if (!/^[^\s:\p{C}]{1,64}$/u.test(name))
      throw new AccountError('a name is one word of at most 64 characters without a colon');
    if (parseUserid(userid) === undefined)
      throw new AccountError(`"${userid}" is not a userid: up to 75 characters without blanks`);
    const secret = parseSecret(account.secret);
    if (secret === undefined || secret.length === 0)
      throw new AccountError('the secret must be hexadecimal digits, two for each octet');
    if (await this.has(name)) throw taken(name);
    const isFirst = (await this.#permanent.accounts()).length === 0;
    // One sealed with another key could not be opened together with the others.
    await this.tryKey();
    const stored = {
      name,
      passwordHash: await hashPassword(checked(account.password), this.#cost),
      userid,
      secret: this.#box(isFirst).seal(secret, label(name, userid)),
      settings: JSON.stringify(grogname === undefined ? {} : { grogname }),
    };
    if (!(await this.#permanent.putAccount(stored, null))) throw taken(name);
  }

  /** Also removes what is remembered of its logins. false: there is no such account. */
  async remove(name: string): Promise<boolean> {
    const stored = await this.#permanent.account(name);
    if (stored !== undefined) await this.#permanent.removeProof(stored.userid.toLowerCase());
    return this.#permanent.removeAccount(name);
  }

  /** Gives an account a new password. Throws `AccountError` if there is no such account. */
  async setPassword(name: string, password: string): Promise<void> {
    const stored = await this.#permanent.account(name);
    if (stored === undefined) throw new AccountError(`there is no account "${name}"`);
    const passwordHash = await hashPassword(checked(password), this.#cost);
    // What was removed meanwhile stays removed.
    if (await this.#permanent.putAccount({ ...stored, passwordHash }, stored)) return;
    throw new AccountError(`the account "${name}" was changed meanwhile: its password is not the one given here`);
  }

  /** The account, if there is one with this password. @throws StoreError if it is damaged */
  async open(name: string, password: string): Promise<OpenedAccount | undefined> {
    const stored = await this.#permanent.account(name);
    if (stored === undefined) {
      if ((await this.#permanent.accounts()).length > 0) await pretendToCheck(password, this.#cost);
      return undefined;
    }
    const { passwordHash } = stored;
    if (!isPasswordHash(passwordHash)) {
      const reason = 'its password is damaged; give it a new one with `rgtp-nntp user password`';
      throw new StoreError('corrupt', `the local account ${name}`, reason);
    }
    // The store may be newer than what has been followed: another process may just have changed the password.
    this.#follow();
    this.#current?.set(name, passwordHash);
    if (!(await checkPassword(password, passwordHash))) return undefined;
    return { ...shown(stored), passwordHash, secret: this.#secretOf(stored) };
  }

  /**
   * Tries the key, if there is anything to decrypt. One account that it opens is enough: another one may be damaged.
   * @throws StoreError, also if it is the wrong key
   */
  async tryKey(): Promise<void> {
    let failure: unknown;
    for (const account of await this.#permanent.accounts()) {
      try {
        this.#secretOf(account);
        return;
      } catch (error) {
        failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
  }

  /** Whether what `open` proved is still valid: neither the account nor its password has changed. In memory. */
  holds({ name, passwordHash }: AccountProof): boolean {
    this.#follow();
    return this.#current?.get(name) === passwordHash;
  }

  #secretOf({ name, userid, secret }: StoredAccount): Buffer {
    const box = this.#box(false);
    try {
      return box.open(secret, label(name, userid));
    } catch (cause) {
      const reason = `it does not open the secret of ${name}. Put the right one there, or restore a backup with \`rgtp-nntp restore\``;
      throw new StoreError('foreign', 'the key of the local accounts', reason, { cause });
    }
  }

  #follow(): void {
    if (this.#current !== undefined) return;
    // A database on another machine will answer later.
    this.#current = new Map();
    this.#permanent.onAccounts((accounts) => {
      this.#current = new Map(accounts.map(({ name, passwordHash }) => [name, passwordHash]));
    });
  }
}

function taken(name: string): AccountError {
  return new AccountError(`there is an account "${name}" already`);
}

function checked(password: string): string {
  if (password.length < 8) throw new AccountError('a password has at least 8 characters');
  if (password.length > 200) throw new AccountError('a password has at most 200 characters');
  return password;
}

function shown({ name, userid, settings }: StoredAccount): LocalAccount {
  return { name, userid: latin1(userid), grogname: grognameIn(settings) };
}

/** Settings that `add` has not written, of a damaged row, are none. */
function grognameIn(settings: string): string | undefined {
  try {
    const known: unknown = JSON.parse(settings);
    const isKnown = typeof known === 'object' && known !== null && 'grogname' in known;
    return isKnown && typeof known.grogname === 'string' ? known.grogname : undefined;
  } catch {
    return undefined;
  }
}

/** Ties an encrypted secret to its account: in another account's row it can't be decrypted. */
function label(name: string, userid: string): string {
  return `${name} = ${userid}`;
}

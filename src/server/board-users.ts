/** The embedded board's users, changed in the board's file. A server that has the file open sees the change. */
import { randomBytes } from 'node:crypto';
import type { AccessLevel } from '../board/access.ts';
import { Registration } from '../board/registration.ts';
import { accessName, UdbmError, type UdbmRequest } from '../board/udbm/request.ts';
import { performUdbm } from '../board/udbm/run.ts';
import { type Account, checkUserid, SECRET_OCTETS } from '../board/users.ts';
import type { Config } from '../config/config.ts';
import { decode, encode } from '../wire/charset.ts';
import { type Octets, octets } from '../wire/octets.ts';
import { withBoardFile } from './board-file.ts';
import { Failure } from './failure.ts';
import { registrationOf } from './registration.ts';

/** The operator's name in the audit log. */
const operator = octets`rgtp-nntp`;

/** RGTP's access levels in words. */
export const levels = { read: 1, write: 2, edit: 3 } as const satisfies Record<string, AccessLevel>;
export type Level = keyof typeof levels;

export interface ListedUser {
  readonly userid: string;
  /** `none`, or one of `levels` */
  readonly level: string;
  /** `waiting`: for an editor's approval; `unused`: has registered, but never logged in */
  readonly state: 'enabled' | 'disabled' | 'waiting' | 'unused';
  /** how a login is proven */
  readonly proof: 'md5' | 'none';
  /** ISO 8601 */
  readonly lastUsed: string;
}

export interface UserSecret {
  readonly userid: string;
  /** hex */
  readonly secret: string;
}

/** An account: a userid can have several, one for each level. */
export interface Chosen {
  readonly userid: string;
  /** undefined: the only one */
  readonly level: Level | undefined;
}

/** Every method throws `Failure` if there is no board, or the board refuses. */
export class BoardUsers {
  readonly #config: Config;

  constructor(config: Config) {
    this.#config = config;
  }

  list(): Promise<ListedUser[]> {
    return withBoardFile(this.#config, ({ users }) => [...users.all()].map(listed));
  }

  /** Adds an account with a new secret. */
  add(chosen: Chosen & { readonly level: Level }): Promise<UserSecret> {
    return this.#withNewSecret('create', chosen);
  }

  renewSecret(chosen: Chosen): Promise<UserSecret> {
    return this.#withNewSecret('update', chosen);
  }

  async setDisabled(chosen: Chosen, disabled: boolean): Promise<void> {
    await this.#perform({ kind: 'update', who: this.#who(chosen), values: { disabled } });
  }

  /** Resolves with what became of the letter with the secret. */
  async approve(chosen: Chosen): Promise<string> {
    const answer = await this.#perform({ kind: 'update', who: this.#who(chosen), values: { approve: true } });
    // The last line shows the account.
    return answer.trimEnd().split('\n').slice(0, -1).join('\n');
  }

  async remove(chosen: Chosen): Promise<void> {
    await this.#perform({ kind: 'delete', who: this.#who(chosen) });
  }

  #who({ userid, level }: Chosen): { readonly userid: Octets; readonly level: AccessLevel | undefined } {
    if (userid.includes('/')) {
      throw new Failure(`"${userid}" is not a userid: it has a slash`, 'Name the access level with --level.', {
        exitCode: 2,
      });
    }
    const checked = checkUserid(encode(userid, 'auto'));
    if ('wrong' in checked) {
      throw new Failure(`"${userid}" is not a userid: it ${checked.wrong}`, undefined, { exitCode: 2 });
    }
    return { userid: checked.userid, level: level && levels[level] };
  }

  async #perform(request: UdbmRequest): Promise<string> {
    try {
      const answer = withBoardFile(this.#config, (store) => {
        const { registration } = registrationOf(this.#config);
        const { title } = this.#config.embedded;
        return performUdbm(
          { store, registration: registration && new Registration(store, title, registration) },
          operator,
          request,
        );
      });
      return decode(await answer, 'auto');
    } catch (error) {
      if (!(error instanceof UdbmError)) throw error;
      throw inOperatorsWords(error.message);
    }
  }

  async #withNewSecret(kind: 'create' | 'update', chosen: Chosen): Promise<UserSecret> {
    const who = this.#who(chosen);
    // Not read back: by then, another process may have renewed it again.
    const secret = randomBytes(SECRET_OCTETS);
    await this.#perform({ kind, who, values: { secret } });
    return { userid: decode(who.userid, 'auto'), secret: secret.toString('hex').toUpperCase() };
  }
}

/** UDBM's refusals are in groggsd's words, for editors. */
function inOperatorsWords(message: string): Failure {
  const userid = /^User `(.*?)'/.exec(message)?.[1];
  if (message.includes('not found in')) {
    return new Failure(`${userid} has no such account`, 'rgtp-nntp board user list shows all.');
  }
  if (message.endsWith('already exists')) {
    return new Failure(`${userid} has such an account already`, 'rgtp-nntp board user secret gives it a new secret.');
  }
  if (message.includes('has several levels')) {
    return new Failure(`${userid} has several accounts`, 'Choose one with --level.');
  }
  return new Failure(message);
}

function listed(account: Account): ListedUser {
  return {
    userid: decode(account.userid, 'auto'),
    level: accessName(account.level),
    state: account.waiting ? 'waiting' : account.disabled ? 'disabled' : account.confirmed ? 'enabled' : 'unused',
    proof: account.secret === undefined ? 'none' : 'md5',
    lastUsed: new Date(account.lastUsed * 1000).toISOString(),
  };
}

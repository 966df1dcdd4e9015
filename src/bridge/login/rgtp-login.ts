import { Refusal } from '../../nntp/backend.ts';
import type { RgtpConnection } from '../../rgtp/client/connection.ts';
import { RgtpError } from '../../rgtp/errors.ts';
import { parseSecret } from '../../rgtp/proof.ts';
import type { Log } from '../../wire/log.ts';
import type { BoardLogin, Level, Member } from '../board.ts';
import type { Author } from '../posting/connection.ts';
import type { LocalAccounts } from './local-accounts.ts';
import type { Credentials, UserPools } from './user-pools.ts';
import { parseUserid } from './userid.ts';

export interface RgtpLoginOptions {
  /** as in `name:userid` */
  readonly name: string;
  readonly newsgroup: string;
  readonly guests: 'read' | 'none';
  readonly posting: boolean;
  readonly accounts: LocalAccounts;
  readonly pools: UserPools;
}

/** A member of an RGTP board. */
interface RgtpMember extends Member {
  /** proves it again for each new connection */
  readonly secret: Buffer;
}

/**
 * Logins on an RGTP board: by userid and shared secret, proved by RGTP's own proof, both ways, or by a local account that
 * stands for them. What somebody may do is what the board said when they last logged in there.
 */
export class RgtpLogin implements BoardLogin {
  readonly name: string;
  readonly newsgroup: string;
  readonly guests: 'read' | 'none';
  readonly posting: boolean;
  readonly #accounts: LocalAccounts;
  readonly #pools: UserPools;

  constructor(options: RgtpLoginOptions) {
    this.name = options.name;
    this.newsgroup = options.newsgroup;
    this.guests = options.guests;
    this.posting = options.posting;
    this.#accounts = options.accounts;
    this.#pools = options.pools;
  }

  async byAccount(name: string, password: string, log: Log): Promise<Member | undefined> {
    const account = await this.#accounts.open(name, password);
    return account && this.#logIn(account, account.grogname, log);
  }

  async bySecret(name: string, password: string, log: Log): Promise<Member> {
    const userid = parseUserid(name);
    const secret = parseSecret(password);
    if (userid === undefined || secret === undefined || secret.length === 0) throw badCredentials();
    // The guest has no secret to prove: a board that asks for no proof would look like an impostor.
    if (userid.toLowerCase() === 'guest') throw new Refusal('bad-credentials', 'guests read without login');
    return this.#logIn({ userid, secret }, undefined, log);
  }

  /** How a member posts. Throws `Error` for a member of another kind of board. */
  author(member: Member): Author {
    if (!isRgtpMember(member)) throw new Error(`${this.newsgroup}: a member without a secret`);
    const { userid, grogname } = member;
    return {
      userid,
      grogname,
      use: (task) =>
        this.#pools.use(member, async (connection) => {
          // The board may have changed this person's level since they logged in.
          member.level = asLevel(connection.level);
          return task(connection);
        }),
    };
  }

  async #logIn({ userid, secret }: Credentials, grogname: string | undefined, log: Log): Promise<RgtpMember> {
    return { userid, secret, grogname, level: await this.#prove({ userid, secret }, log) };
  }

  async #prove(credentials: Credentials, log: Log): Promise<Level> {
    try {
      return await this.#pools.use(credentials, async (connection: RgtpConnection) => asLevel(connection.level));
    } catch (error) {
      if (!(error instanceof RgtpError)) throw error;
      if (error.kind === 'impostor') {
        log.error({ board: this.name, err: error }, 'ATTACK? the board could not prove its identity');
        throw new Refusal('unavailable', 'the board could not prove its identity: not logged in', { cause: error });
      }
      // 511: not what this board calls a userid
      if (error.kind === 'refused' || error.kind === 'no-access' || error.kind === 'bug') throw badCredentials(error);
      log.warn({ board: this.name, err: error }, 'the board cannot check a login');
      throw new Refusal('unavailable', 'the board can not check your login now; try again later', { cause: error });
    }
  }
}

function isRgtpMember(member: Member): member is RgtpMember {
  return 'secret' in member && Buffer.isBuffer(member.secret);
}

function asLevel(level: number): Level {
  return level >= 3 ? 3 : level >= 2 ? 2 : level >= 1 ? 1 : 0;
}

function badCredentials(cause?: unknown): Refusal {
  return new Refusal('bad-credentials', 'wrong user or password', { cause });
}

import { type Access, type Account, type Peer, Refusal } from '../../nntp/backend.ts';
import type { RgtpConnection } from '../../rgtp/client/connection.ts';
import { RgtpError } from '../../rgtp/errors.ts';
import { parseSecret } from '../../rgtp/proof.ts';
import { type Log, silent } from '../../wire/log.ts';
import type { Level, Logins } from '../ports.ts';
import type { Author } from '../posting/connection.ts';
import type { LocalAccounts } from './local-accounts.ts';
import type { Credentials, UserPools } from './user-pools.ts';
import { isUserid } from './userid.ts';

export interface LoginBoard {
  /** what `name:userid` is told by */
  readonly name: string;
  readonly newsgroup: string;
  /** `read`: whoever is not logged in may read */
  readonly guests: 'read' | 'none';
  readonly posting: boolean;
  readonly accounts: LocalAccounts;
  readonly pools: UserPools;
}

/** Somebody's standing on one board. */
interface Membership {
  readonly credentials: Credentials;
  readonly grogname: string | undefined;
  level: Level;
}

class Person implements Account {
  readonly name: string;
  /** by newsgroup */
  readonly memberships: ReadonlyMap<string, Membership>;

  constructor(name: string, memberships: ReadonlyMap<string, Membership>) {
    this.name = name;
    this.memberships = memberships;
  }
}

/**
 * Logins by what the boards themselves know (userid and shared secret, proved by RGTP's own proof, both ways) and by local
 * accounts that stand for them. What an account may do is what the board said when it last logged in there.
 */
export class BoardLogins implements Logins {
  readonly #boards: readonly LoginBoard[];
  readonly #log: Log;

  /** @param boards the first is the one a bare userid means */
  constructor(options: { readonly boards: readonly LoginBoard[]; readonly log?: Log }) {
    this.#boards = options.boards;
    this.#log = options.log ?? silent;
  }

  async authenticate(user: string, password: string, peer: Peer): Promise<Account> {
    const log = this.#log.child({ user, peer: peer.address, connection: peer.connection });
    const { boards, name } = this.#addressed(user);
    const found = await this.#localAccounts(boards, name, password);
    if (found.size === 0) {
      const [board] = boards;
      const secret = parseSecret(password);
      if (board === undefined || !isUserid(name) || secret === undefined || secret.length === 0) throw badCredentials();
      // Nobody proves to be the guest, and a board that asks for no proof would look like an impostor.
      if (name.toLowerCase() === 'guest') throw new Refusal('bad-credentials', 'guests read without login');
      found.set(board, { credentials: { userid: name, secret }, grogname: undefined });
    }
    const memberships = new Map<string, Membership>();
    let failure: unknown;
    for (const [board, membership] of found) {
      try {
        memberships.set(board.newsgroup, {
          ...membership,
          level: await this.#logIn(board, membership.credentials, log),
        });
      } catch (error) {
        failure ??= error;
      }
    }
    if (memberships.size === 0) throw failure;
    return new Person(user, memberships);
  }

  access(account: Account | undefined, newsgroup?: string): Access {
    const boards =
      newsgroup === undefined ? this.#boards : this.#boards.filter((board) => board.newsgroup === newsgroup);
    const levels = boards.map((board) => this.level(account, board.newsgroup));
    return {
      read: levels.some((level) => level >= 1),
      post: levels.some((level) => level >= 2),
      loginHelps: account === undefined && boards.some((board) => board.posting || board.guests === 'none'),
    };
  }

  level(account: Account | undefined, newsgroup: string): Level {
    const board = this.#boards.find((candidate) => candidate.newsgroup === newsgroup);
    if (board === undefined) return 0;
    const guest = board.guests === 'read' ? 1 : 0;
    const level = Math.max(membershipOf(account, newsgroup)?.level ?? guest, guest);
    return asLevel(board.posting ? level : Math.min(level, 1));
  }

  /** Who posts to a board when this account does; `undefined`: it has no login there. */
  author(account: Account | undefined, newsgroup: string): Author | undefined {
    const board = this.#boards.find((candidate) => candidate.newsgroup === newsgroup);
    const membership = membershipOf(account, newsgroup);
    if (board === undefined || membership === undefined) return undefined;
    return {
      userid: membership.credentials.userid,
      grogname: membership.grogname,
      use: (task) =>
        board.pools.use(membership.credentials, async (connection) => {
          // The board may have thought differently of this person since they logged in.
          membership.level = connection.level;
          return task(connection);
        }),
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#boards.map((board) => board.pools.close()));
  }

  /** `board:userid` means one board; a bare name all of them for local accounts, the first for userids. */
  #addressed(user: string): { boards: readonly LoginBoard[]; name: string } {
    const colon = user.indexOf(':');
    const board = colon < 0 ? undefined : this.#boards.find((candidate) => candidate.name === user.slice(0, colon));
    return board === undefined
      ? { boards: this.#boards, name: user }
      : { boards: [board], name: user.slice(colon + 1) };
  }

  async #localAccounts(boards: readonly LoginBoard[], name: string, password: string) {
    const found = new Map<LoginBoard, Omit<Membership, 'level'>>();
    for (const board of boards) {
      const opened = await board.accounts.open(name, password);
      if (opened === undefined) continue;
      const { userid, secret, grogname } = opened;
      found.set(board, { credentials: { userid, secret }, grogname });
    }
    return found;
  }

  async #logIn(board: LoginBoard, credentials: Credentials, log: Log): Promise<Level> {
    try {
      return await board.pools.use(credentials, async (connection: RgtpConnection) => connection.level);
    } catch (error) {
      if (!(error instanceof RgtpError)) throw error;
      if (error.kind === 'impostor') {
        log.error({ board: board.name, err: error }, 'ATTACK? the board could not prove its identity');
        throw new Refusal('unavailable', 'the board could not prove its identity: not logged in', { cause: error });
      }
      // 511: not what this board calls a userid
      if (error.kind === 'refused' || error.kind === 'no-access' || error.kind === 'bug') throw badCredentials(error);
      log.warn({ board: board.name, err: error }, 'the board can not check a login');
      throw new Refusal('unavailable', 'the board can not check your login now; try again later', { cause: error });
    }
  }
}

function membershipOf(account: Account | undefined, newsgroup: string): Membership | undefined {
  return account instanceof Person ? account.memberships.get(newsgroup) : undefined;
}

function asLevel(level: number): Level {
  return level >= 3 ? 3 : level >= 2 ? 2 : level >= 1 ? 1 : 0;
}

function badCredentials(cause?: unknown): Refusal {
  return new Refusal('bad-credentials', 'wrong user or password', { cause });
}

/** The embedded board's users, changed in the board's file. A server that has the file open sees the change. */

import { Board, defaultTimeouts } from '../board/board.ts';
import type { BoardStore } from '../board/store.ts';
import { parseUdbm, UdbmError } from '../board/udbm/request.ts';
import { performUdbm } from '../board/udbm/run.ts';
import type { Config } from '../config/config.ts';
import { decode, encode } from '../wire/charset.ts';
import { silent } from '../wire/log.ts';
import { octets } from '../wire/octets.ts';
import { withBoardFile } from './board-file.ts';
import { Failure } from './failure.ts';
import { registrationOf } from './registration.ts';

/** The operator's name in the audit log. */
const operator = octets`rgtp-nntp`;

/** What the command line calls RGTP's access levels 1 to 3, and what UDBM calls them. */
export const accesses = { read: 'read', post: 'write', edit: 'edit' } as const;
export type Access = keyof typeof accesses;

export interface UserSecret {
  readonly userid: string;
  /** hex; `none` where the account has no secret */
  readonly secret: string;
}

/** Every method throws `Failure` where there is no board, or the board refuses. */
export class BoardUsers {
  readonly #config: Config;

  constructor(config: Config) {
    this.#config = config;
  }

  /** The board's own table of them. */
  list(): Promise<string> {
    return this.#perform('-l');
  }

  async add(userid: string, access: Access): Promise<UserSecret[]> {
    const who = `${userid}/${accesses[access]}`;
    await this.#perform(`-c ${who} newsecret`);
    return this.#secrets(who);
  }

  async renewSecret(userid: string): Promise<UserSecret[]> {
    await this.#perform(`-u ${userid} newsecret`);
    return this.#secrets(userid);
  }

  /** Resolves to what the board says of it. */
  change(userid: string, change: 'approve' | 'disable' | 'enable'): Promise<string> {
    return this.#perform(`-u ${userid} ${change}`);
  }

  remove(userid: string): Promise<string> {
    return this.#perform(`-d ${userid}`);
  }

  async #perform(request: string): Promise<string> {
    try {
      const parsed = parseUdbm(encode(request, 'auto'));
      const answer = withBoardFile(this.#config, (store) => performUdbm(this.#boardOn(store), operator, parsed));
      return decode(await answer, 'auto');
    } catch (error) {
      if (error instanceof UdbmError) throw new Failure(error.message);
      throw error;
    }
  }

  /** @param who `userid` or `userid/access` of an existing account */
  #secrets(who: string): Promise<UserSecret[]> {
    const request = parseUdbm(encode(`-l ${who}`, 'auto'));
    const asked = request.kind === 'list' ? request.who : [];
    return withBoardFile(this.#config, ({ users }) =>
      asked.map(({ userid, level }) => {
        const account = users.levels(userid).find((one) => level === undefined || one.level === level);
        return { userid, secret: account?.secret?.toString('hex').toUpperCase() ?? 'none' };
      }),
    );
  }

  #boardOn(store: BoardStore): Board {
    return new Board({
      store,
      title: this.#config.embedded.title,
      log: silent,
      timeouts: defaultTimeouts,
      proofDelay: 0,
      identify: undefined,
      registration: registrationOf(this.#config).registration,
    });
  }
}

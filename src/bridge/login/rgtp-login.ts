import { LRUCache } from 'lru-cache';
import { Refusal } from '../../nntp/backend.ts';
import type { RgtpConnection } from '../../rgtp/client/connection.ts';
import { RgtpError } from '../../rgtp/errors.ts';
import { parseSecret } from '../../rgtp/proof.ts';
import { StoreError, storeTrouble } from '../../store/errors.ts';
import { type Log, silent } from '../../wire/log.ts';
import type { BoardLogin, Level, Member, Revoking } from '../board.ts';
import type { Author } from '../posting/connection.ts';
import { because, wordsOf } from '../words.ts';
import { BoardRights, type LiveAccounts } from './board-rights.ts';
import { answered, isDenial } from './denial.ts';
import { type GuestOfBoard, RemoteGuest } from './guest.ts';
import { asLevel } from './level.ts';
import type { AccountProof, LocalAccounts } from './local-accounts.ts';
import { Renewals } from './renewals.ts';
import { type Credentials, keyOf, type UserPools } from './user-pools.ts';
import { parseUserid } from './userid.ts';
import { provenOrRemembered, type WhileAway } from './while-away.ts';

export interface RgtpLoginOptions {
  /** the board's name in `name:userid` */
  readonly name: string;
  readonly newsgroup: string;
  /** the most that guests may do; the board may let them do less */
  readonly guests: 'read' | 'none';
  readonly posting: boolean;
  readonly accounts: LocalAccounts;
  readonly pools: UserPools;
  /** for a board in this process */
  readonly live?: LiveAccounts | undefined;
  /** for a remote board */
  readonly guest?: GuestOfBoard | undefined;
  /** ms after which a login on a remote board is proven again; `undefined`: never */
  readonly userIdle?: number | undefined;
  /**
   * for a remote board: the logins that are valid while it is away, and when it was last heard; default: none are valid
   */
  readonly whileAway?: WhileAway | undefined;
  readonly log?: Log;
}

/** A member of an RGTP board. */
interface RgtpMember extends Member {
  /** proves the login again for each new connection */
  readonly secret: Buffer;
  /** the local account that was used to log in */
  readonly account: AccountProof | undefined;
  readonly shared: SharedLogin;
}

/**
 * A userid and secret that the board has accepted: shared by all sessions that use them, so that the board is asked
 * once for all.
 */
interface SharedLogin {
  /**
   * Set while it is not known whether the login is still valid: when the board was last asked and did not answer (monotonic, ms).
   */
  unproven: number | undefined;
}

/** Beyond this number, the board is asked separately for each session. */
const MOST_SHARED = 10_000;

/**
 * Logins on an RGTP board: by userid and shared secret, proven in both directions by RGTP's own proof, or by a local
 * account that stands for them. A login is valid as long as the board would accept it again: a board in this process is
 * asked at each use, a remote one at the first use after `userIdle`. While a remote board is away, the last login that
 * it accepted is valid for what can be served without it, and is proven at the first use after the board is heard
 * again.
 */
export class RgtpLogin implements BoardLogin, Revoking {
  readonly name: string;
  readonly newsgroup: string;
  readonly posting: boolean;
  readonly #options: RgtpLoginOptions;
  readonly #rights: BoardRights | undefined;
  readonly #renewals: Renewals;
  readonly #shared = new LRUCache<string, SharedLogin>({ max: MOST_SHARED });
  readonly #stopReviews: (() => void) | undefined;
  readonly #guest: RemoteGuest | undefined;

  constructor(options: RgtpLoginOptions) {
    this.name = options.name;
    this.newsgroup = options.newsgroup;
    this.posting = options.posting;
    this.#options = options;
    const heard = options.whileAway?.heard;
    this.#renewals = new Renewals(options.userIdle, heard && { hasSpoken: (since) => heard.since(since) });
    const { live, pools, guest, log = silent } = options;
    this.#guest = guest && new RemoteGuest(guest, options.name, log);
    if (guest?.said !== undefined) this.#renewals.remembered(undefined, guest.said);
    if (live === undefined) return;
    const rights = new BoardRights(live);
    this.#rights = rights;
    this.#stopReviews = live.onChange(() => pools.review((credentials) => rights.holds(credentials)));
  }

  get guests(): 'read' | 'none' | 'undecided' {
    if (this.#options.guests === 'none') return 'none';
    if (this.#guest !== undefined && !this.#renewals.isDecided(undefined)) return 'undecided';
    const level = this.#rights === undefined ? this.#renewals.known(undefined, 1) : this.#rights.guest;
    return (level ?? 0) >= 1 ? 'read' : 'none';
  }

  async byAccount(name: string, password: string, log: Log): Promise<Member | undefined> {
    const account = await this.#options.accounts.open(name, password).catch((error: unknown) => {
      if (!(error instanceof StoreError) && storeTrouble(error) === undefined) throw error;
      log.error({ board: this.name, err: error }, 'a local account cannot be opened');
      throw new Refusal('unavailable', UNOPENED, { cause: error });
    });
    return account && this.#logIn(account, account, log);
  }

  async bySecret(name: string, password: string, log: Log): Promise<Member> {
    const userid = parseUserid(name);
    const secret = parseSecret(password);
    if (userid === undefined || secret === undefined || secret.length === 0) throw badCredentials();
    // The guest has no secret to prove: a board that does not ask for proof would look like an impostor.
    if (userid.toLowerCase() === 'guest') throw new Refusal('bad-credentials', 'guests read without login');
    return this.#logIn({ userid, secret }, undefined, log);
  }

  standing(member: Member): Level | undefined {
    if (!isRgtpMember(member)) return member.level;
    if (member.account !== undefined && !this.#options.accounts.holds(member.account)) return undefined;
    const level =
      this.#rights === undefined ? this.#renewals.known(member.shared, member.level) : this.#rights.level(member);
    return level === undefined ? undefined : asLevel(level);
  }

  renew(member: Member | undefined): Promise<void> | undefined {
    if (this.#rights !== undefined) return undefined;
    const { log = silent, guests } = this.#options;
    if (member === undefined) {
      const guest = this.#guest;
      if (guest === undefined || guests === 'none') return undefined;
      return this.#renewals.renew(undefined, undefined, () => guest.ask());
    }
    if (!isRgtpMember(member)) return undefined;
    const { shared } = member;
    const { unproven } = shared;
    const isBack = unproven !== undefined && this.#options.whileAway?.heard.since(unproven) === true;
    return this.#renewals.renew(shared, member.level, () => answered(this.#proveAgain(member, log)), isBack);
  }

  /** How a member posts. Throws `Error` for a member of another kind of board. */
  author(member: Member): Author {
    if (!isRgtpMember(member)) throw new Error(`${this.newsgroup}: a member without a secret`);
    const { userid, grogname } = member;
    return {
      userid,
      grogname,
      use: async (task) => {
        let opened = false;
        try {
          return await this.#options.pools.use(member, async (connection) => {
            opened = true;
            // The board may have changed this person's level since the login.
            member.level = asLevel(connection.level);
            await this.#proven(member);
            return task(connection);
          });
        } catch (error) {
          if (!opened && error instanceof RgtpError && isDenial(error)) await this.#forget(member);
          throw error;
        }
      },
    };
  }

  close(): void {
    this.#stopReviews?.();
  }

  async #logIn(
    { userid, secret }: Credentials,
    account: (AccountProof & { readonly grogname: string | undefined }) | undefined,
    log: Log,
  ): Promise<RgtpMember> {
    const credentials = { userid, secret };
    const { whileAway } = this.#options;
    const prove = () => this.#prove(credentials, log);
    const { level, unproven } =
      whileAway === undefined
        ? { level: await prove(), unproven: undefined }
        : await provenOrRemembered(credentials, prove, whileAway);
    if (unproven !== undefined)
      log.info({ board: this.name }, 'the board is away: logged in with the login that it last accepted');
    const proof = account && { name: account.name, passwordHash: account.passwordHash };
    const shared = this.#sharedBy(credentials);
    shared.unproven = unproven;
    this.#renewals.renewed(shared, level);
    return { userid, secret, grogname: account?.grogname, account: proof, level, shared };
  }

  #sharedBy(credentials: Credentials): SharedLogin {
    const key = keyOf(credentials);
    const shared = this.#shared.get(key) ?? { unproven: undefined };
    this.#shared.set(key, shared);
    return shared;
  }

  async #proveAgain(member: RgtpMember, log: Log): Promise<Level> {
    const { shared } = member;
    try {
      const level = await this.#prove(member, log);
      shared.unproven = undefined;
      return level;
    } catch (error) {
      const isRefused = error instanceof Refusal && error.kind === 'bad-credentials';
      shared.unproven = isRefused ? undefined : this.#options.whileAway?.heard.now();
      throw error;
    }
  }

  /** The board has accepted a member's login, for whatever purpose. */
  async #proven(member: RgtpMember): Promise<void> {
    const { shared } = member;
    if (shared.unproven === undefined) return;
    shared.unproven = undefined;
    this.#renewals.renewed(shared, member.level);
    await this.#options.whileAway?.remembered.accepted(member, member.level);
  }

  /** The board refuses a login: all sessions that use it end. */
  async #forget(credentials: Credentials): Promise<void> {
    const shared = this.#shared.get(keyOf(credentials));
    if (shared !== undefined) this.#renewals.renewed(shared, undefined);
    this.#options.pools.refused(credentials);
    await this.#options.whileAway?.remembered.refused(credentials);
  }

  async #prove(credentials: Credentials, log: Log): Promise<Level> {
    const refusal = this.#rights?.refusal(credentials);
    if (refusal !== undefined) throw new Refusal('bad-credentials', refusal.reason ?? WRONG);
    try {
      const level = await this.#options.pools.prove(credentials, async (connection: RgtpConnection) =>
        asLevel(connection.level),
      );
      await this.#options.whileAway?.remembered.accepted(credentials, level);
      return level;
    } catch (error) {
      if (!(error instanceof RgtpError)) throw error;
      if (error.kind === 'impostor') {
        log.error({ board: this.name, err: error }, 'ATTACK? the board could not prove its identity');
        throw new Refusal('unavailable', 'the board could not prove its identity: not logged in', { cause: error });
      }
      if (isDenial(error)) {
        await this.#forget(credentials);
        // The reason is only for somebody who has proven the secret.
        throw badCredentials(error, error.proven ? wordsOf(error) : undefined);
      }
      throw new Refusal('unavailable', `the board cannot check your login now${because(error)}; try again later`, {
        cause: error,
      });
    }
  }
}

function isRgtpMember(member: Member): member is RgtpMember {
  return 'secret' in member && Buffer.isBuffer(member.secret);
}

const UNOPENED = 'this server cannot open its accounts now; its operator has to look into it';
const WRONG = 'wrong user or password';

function badCredentials(cause?: unknown, reason = WRONG): Refusal {
  return new Refusal('bad-credentials', reason, { cause });
}

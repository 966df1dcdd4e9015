import { createHmac, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Permanent } from '../../store/permanent.ts';
import type { StoredProof } from '../../store/permanent-records.ts';
import { type Log, silent } from '../../wire/log.ts';
import { KeyedQueue } from '../posting/keyed-queue.ts';
import { COST, type Cost, checkPassword, hashPassword } from './password.ts';
import type { Credentials } from './user-pools.ts';

/** seconds */
const DAY = 86_400;
/** how long a login is remembered after the board accepted it */
const KEPT = 90 * DAY;
/** people remembered: those whose logins were accepted most recently */
const MOST = 10_000;

export interface RememberedProofsOptions {
  readonly permanent: Pick<Permanent, 'proof' | 'putProof' | 'removeProof'>;
  readonly log?: Log;
  /** the cost of new hashes; each stored one includes its own */
  readonly cost?: Cost;
  /** ms */
  readonly now?: () => number;
  readonly most?: number;
}

/** What this run knows about a stored hash. */
interface Known {
  readonly hash: string;
  /** keyed digest of the hashed secret; `undefined`: the board has refused that secret since */
  readonly digest: string | undefined;
}

/**
 * Logins that a board has accepted, for when it can't be asked: the last one of each userid, with its secret as a
 * salted scrypt hash. A later one replaces it; if the board refuses it, it is forgotten.
 */
export class RememberedProofs {
  readonly #permanent: RememberedProofsOptions['permanent'];
  readonly #log: Log;
  readonly #cost: Cost;
  readonly #now: () => number;
  readonly #most: number;
  readonly #key = randomBytes(32);
  /** by userid. Saves hashing again for logins that this process has seen; the store has the last word. */
  readonly #known = new LRUCache<string, Known>({ max: MOST });
  /** One change at a time for each userid, so that the board's last word is stored last. */
  readonly #turns = new KeyedQueue();

  constructor({ permanent, log = silent, cost = COST, now = Date.now, most = MOST }: RememberedProofsOptions) {
    this.#permanent = permanent;
    this.#log = log;
    this.#cost = cost;
    this.#now = now;
    this.#most = most;
  }

  /** The board has just accepted a login. Never rejects: the login is valid even if it can't be remembered. */
  accepted(credentials: Credentials, level: number): Promise<void> {
    return this.#inTurn(credentials, async (userid, secret) => {
      const stored = await this.#permanent.proof(userid);
      const proven = this.#seconds();
      const digest = this.#digest(secret);
      const known = this.#known.get(userid);
      const isSame = stored !== undefined && known?.hash === stored.hash && known.digest === digest;
      if (isSame && stored.level === level && Math.abs(proven - stored.proven) < DAY) return;
      if (stored !== undefined && !isSame) this.#known.set(userid, { hash: stored.hash, digest: undefined });
      const hash = isSame ? stored.hash : await hashPassword(secret, this.#cost);
      await this.#permanent.putProof({ userid, hash, level, proven }, { since: proven - KEPT, most: this.#most });
      this.#known.set(userid, { hash, digest });
    });
  }

  /** The board has just refused a login. Forgets it if the board accepted it before. Never rejects. */
  refused(credentials: Credentials): Promise<void> {
    return this.#inTurn(credentials, async (userid, secret) => {
      const stored = await this.#permanent.proof(userid);
      // Somebody else's guess must not erase anything.
      if (stored === undefined || !(await this.#isOf(stored, secret))) return;
      // At once, even if the disk fails.
      this.#known.set(userid, { hash: stored.hash, digest: undefined });
      await this.#permanent.removeProof(userid, stored.hash);
    });
  }

  /**
   * The level of a login, if it is the last one that the board accepted; `wrong`: the last one was another; `unknown`:
   * none is remembered.
   */
  async check({ userid, secret }: Credentials): Promise<number | 'wrong' | 'unknown'> {
    const key = userid.toLowerCase();
    return this.#turns.run(key, async () => {
      const stored = await this.#permanent.proof(key);
      if (stored === undefined || this.#seconds() - stored.proven > KEPT || this.#isVoid(stored)) return 'unknown';
      return (await this.#isOf(stored, secret.toString('hex'))) ? stored.level : 'wrong';
    });
  }

  #isVoid({ userid, hash }: StoredProof): boolean {
    const known = this.#known.get(userid);
    return known?.hash === hash && known.digest === undefined;
  }

  async #isOf({ userid, hash }: StoredProof, secret: string): Promise<boolean> {
    const known = this.#known.get(userid);
    const digest = this.#digest(secret);
    if (known?.hash === hash) return known.digest === digest;
    if (!(await checkPassword(secret, hash))) return false;
    this.#known.set(userid, { hash, digest });
    return true;
  }

  async #inTurn(credentials: Credentials, task: (userid: string, secret: string) => Promise<void>): Promise<void> {
    const userid = credentials.userid.toLowerCase();
    const secret = credentials.secret.toString('hex');
    await this.#turns
      .run(userid, () => task(userid, secret))
      .catch((err: unknown) => this.#log.warn({ userid, err }, "the board's answer to a login could not be stored"));
  }

  #seconds(): number {
    return Math.floor(this.#now() / 1000);
  }

  #digest(secret: string): string {
    return createHmac('sha256', this.#key).update(secret).digest('base64');
  }
}

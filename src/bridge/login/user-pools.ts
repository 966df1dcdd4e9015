import { Refusal } from '../../nntp/backend.ts';
import { RgtpConnection } from '../../rgtp/client/connection.ts';
import type { ClientOptions } from '../../rgtp/client/options.ts';
import { RgtpPool } from '../../rgtp/client/pool.ts';
import type { Octets } from '../../wire/octets.ts';
import type { LastHeard } from './last-heard.ts';
import { ProofQueue } from './proof-queue.ts';

export interface UserPoolsOptions {
  /** the board; `user` and `secret` are each person's own */
  readonly board: Omit<ClientOptions, 'user' | 'secret' | 'level'>;
  /** connections for each person */
  readonly size: number;
  /** people with connections at the same time */
  readonly maxUsers: number;
  /** ms after which an unused connection is closed */
  readonly idle: number;
  /** ms after which a connection is not used again, so that its credentials must be proven again. Default: no limit */
  readonly maxAge?: number;
  /** notes when anything arrives over these connections, or others to the board */
  readonly heard?: LastHeard;
  /** Called with each connection's options before it is made. */
  readonly connectAs?: (userid: string) => ClientOptions['connect'];
}

export interface Credentials {
  readonly userid: Octets;
  readonly secret: Buffer;
}

interface Entry {
  readonly credentials: Credentials;
  readonly pool: RgtpPool;
  busy: number;
}

/**
 * Connections to one board, each logged in as one person: a few for each, closed when idle. They are kept by userid and
 * secret, so that a wrong secret never gets a connection opened with the right one, nor takes its place.
 */
export class UserPools {
  readonly #options: UserPoolsOptions;
  /** least recently used first */
  readonly #pools = new Map<string, Entry>();
  readonly #proofs = new ProofQueue();
  readonly #closing = new AbortController();

  constructor(options: UserPoolsOptions) {
    this.#options = options;
  }

  /** Lends a connection; on rejection of `task` it is closed. */
  async use<T>(credentials: Credentials, task: (connection: RgtpConnection) => Promise<T>): Promise<T> {
    if (this.#closing.signal.aborted) throw goingDown();
    const key = keyOf(credentials);
    const entry = this.#pools.get(key) ?? this.#make(credentials);
    this.#pools.delete(key);
    this.#pools.set(key, entry);
    entry.busy++;
    try {
      return await entry.pool.use(task);
    } finally {
      entry.busy--;
    }
  }

  /** Logs in and lends that connection: from the pool if it has one for these credentials, else beside it. */
  async prove<T>(credentials: Credentials, task: (connection: RgtpConnection) => Promise<T>): Promise<T> {
    if (this.#closing.signal.aborted) throw goingDown();
    const known = this.#pools.get(keyOf(credentials));
    if (known?.pool.rested === true) return this.use(credentials, task);
    const key = keyOf(credentials);
    return this.#proofs.run(credentials.userid.toLowerCase(), key, async () => {
      const connection = await this.#open(credentials);
      try {
        const result = await task(connection);
        this.#adopt(credentials, connection);
        return result;
      } catch (error) {
        connection.destroy();
        throw error;
      }
    });
  }

  /** The board has just refused these credentials: no connection opened with them is used again. */
  refused(credentials: Credentials): void {
    const key = keyOf(credentials);
    const entry = this.#pools.get(key);
    if (entry === undefined) return;
    this.#pools.delete(key);
    void entry.pool.close();
  }

  /**
   * Closes connections whose credentials are no longer valid. Tasks that use them may finish, as far as the board lets
   * them.
   */
  review(holds: (credentials: Credentials) => boolean): void {
    for (const [key, { credentials, pool }] of this.#pools) {
      if (holds(credentials)) continue;
      this.#pools.delete(key);
      void pool.close();
    }
  }

  async close(): Promise<void> {
    this.#closing.abort(goingDown());
    await Promise.all([...this.#pools.values()].map(({ pool }) => pool.close()));
    this.#pools.clear();
  }

  async #open(credentials: Credentials): Promise<RgtpConnection> {
    const { heard } = this.#options;
    const began = heard?.now() ?? 0;
    try {
      return await RgtpConnection.open(this.#clientOf(credentials), this.#closing.signal);
    } catch (error) {
      if (heard?.isAway(error, began)) this.#proofs.giveUp(error);
      throw error;
    }
  }

  /** Keeps a connection for the next use, if there is a place for it. */
  #adopt(credentials: Credentials, connection: RgtpConnection): void {
    const key = keyOf(credentials);
    const entry = this.#pools.get(key) ?? (this.#hasRoom() ? this.#make(credentials) : undefined);
    if (entry === undefined) {
      void connection.close();
      return;
    }
    this.#pools.set(key, entry);
    entry.pool.adopt(connection);
  }

  #make(credentials: Credentials): Entry {
    const { size, idle, maxAge } = this.#options;
    if (!this.#hasRoom()) {
      throw new Refusal('unavailable', 'too many people are posting at the moment; please try again later');
    }
    const limits = { size, idle, ...(maxAge !== undefined && { maxAge }) };
    return { credentials, pool: new RgtpPool({ ...this.#clientOf(credentials), ...limits }), busy: 0 };
  }

  /** Makes room by closing the pool that has been unused for longest. */
  #hasRoom(): boolean {
    if (this.#pools.size < this.#options.maxUsers) return true;
    for (const [key, { pool, busy }] of this.#pools) {
      if (busy > 0) continue;
      this.#pools.delete(key);
      void pool.close();
      return true;
    }
    return false;
  }

  #clientOf({ userid, secret }: Credentials): ClientOptions {
    const { board, connectAs } = this.#options;
    const connect = connectAs?.(userid) ?? board.connect;
    return { ...board, ...(connect && { connect }), user: userid, secret };
  }
}

/** The same for the same userid and secret. */
export function keyOf({ userid, secret }: Credentials): string {
  return `${secret.toString('hex')} ${userid}`;
}

function goingDown(): Refusal {
  return new Refusal('unavailable', 'the server is shutting down');
}

import { Refusal } from '../../nntp/backend.ts';
import type { RgtpConnection } from '../../rgtp/client/connection.ts';
import type { ClientOptions } from '../../rgtp/client/options.ts';
import { RgtpPool } from '../../rgtp/client/pool.ts';
import type { Octets } from '../../wire/octets.ts';

export interface UserPoolsOptions {
  /** the board; `user` and `secret` are each person's own */
  readonly board: Omit<ClientOptions, 'user' | 'secret' | 'level'>;
  /** connections for each person */
  readonly size: number;
  /** people with connections at the same time */
  readonly maxUsers: number;
  /** ms after which an unused connection is closed */
  readonly idle: number;
  /** Called with each connection's options before it is made, for whoever wants to know which are whose. */
  readonly connectAs?: (userid: string) => ClientOptions['connect'];
}

export interface Credentials {
  readonly userid: Octets;
  readonly secret: Buffer;
}

interface Entry {
  readonly pool: RgtpPool;
  busy: number;
}

/**
 * Connections to one board, logged in as one person or another: few for each, closed when idle. They are told apart by
 * secret, too: whoever types a wrong one never gets a connection that another has opened.
 */
export class UserPools {
  readonly #options: UserPoolsOptions;
  /** least recently used first */
  readonly #pools = new Map<string, Entry>();
  #closed = false;

  constructor(options: UserPoolsOptions) {
    this.#options = options;
  }

  /** Lends a connection; on rejection of `task` it is closed. */
  async use<T>(credentials: Credentials, task: (connection: RgtpConnection) => Promise<T>): Promise<T> {
    if (this.#closed) throw new Refusal('unavailable', 'the server is shutting down');
    const key = `${credentials.secret.toString('hex')} ${credentials.userid}`;
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

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#pools.values()].map(({ pool }) => pool.close()));
    this.#pools.clear();
  }

  #make({ userid, secret }: Credentials): Entry {
    const { board, size, idle, maxUsers, connectAs } = this.#options;
    if (this.#pools.size >= maxUsers) this.#evict();
    const connect = connectAs?.(userid) ?? board.connect;
    const pool = new RgtpPool({ ...board, ...(connect && { connect }), user: userid, secret, size, idle });
    return { pool, busy: 0 };
  }

  #evict(): void {
    for (const [key, { pool, busy }] of this.#pools) {
      if (busy > 0) continue;
      this.#pools.delete(key);
      void pool.close();
      return;
    }
    throw new Refusal('unavailable', 'too many people are posting at the moment; please try again later');
  }
}

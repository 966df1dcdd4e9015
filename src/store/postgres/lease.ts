import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { StoreError } from '../errors.ts';
import { storeErrorFromPostgres } from './errors.ts';
import type { Postgres } from './postgres.ts';

/** ms between two tries */
const TRY_AGAIN = 1000;

export interface LeaseOptions {
  /** another process has it: called once, and then it is waited for */
  readonly onWaiting: () => void;
  /** another process has taken it over: this one must not write any more, and can't */
  readonly onLost: (error: StoreError) => void;
}

/**
 * One process at a time serves a board. PostgreSQL holds the lock as long as its session lives, so it is free within
 * seconds of the death of a process, its machine, or its network. Who gets it writes its name into the board's row, and
 * `PermanentDatabase` writes only while that is there: an owner that was merely cut off for a while does no harm.
 */
export class Lease {
  readonly owner = randomUUID();
  readonly #postgres: Postgres;
  readonly #board: string;
  readonly #options: LeaseOptions;
  #client: Client | undefined;
  #closed = false;

  /** Resolves once this process may serve the board. @throws StoreError */
  static async take(postgres: Postgres, board: string, options: LeaseOptions): Promise<Lease> {
    const lease = new Lease(postgres, board, options);
    try {
      await lease.#lock();
      await lease.#query('UPDATE boards SET owner = $2 WHERE board = $1');
      return lease;
    } catch (error) {
      await lease.close();
      throw storeErrorFromPostgres(error, postgres.name);
    }
  }

  private constructor(postgres: Postgres, board: string, options: LeaseOptions) {
    this.#postgres = postgres;
    this.#board = board;
    this.#options = options;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#client?.end().catch(() => {});
  }

  async #lock(): Promise<void> {
    const client = await this.#connect();
    for (let waiting = false; !this.#closed; waiting = true) {
      const sql = 'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS locked';
      const { rows } = await client.query<{ locked: boolean }>(sql, [`rgtp-nntp ${this.#board}`]);
      if (rows[0]?.locked === true) return;
      if (!waiting) this.#options.onWaiting();
      await delay(TRY_AGAIN);
    }
  }

  async #connect(): Promise<Client> {
    const client = new Client(this.#postgres.config);
    client.on('error', () => {});
    await client.connect();
    this.#client = client;
    client.once('end', () => {
      if (!this.#closed) void this.#regain();
    });
    // So that the server notices the death of this machine: its defaults take two hours.
    await client.query(
      `SELECT set_config(name, value, false) FROM (VALUES ('search_path', 'rgtp_nntp'), ('tcp_keepalives_idle', '2'),
         ('tcp_keepalives_interval', '1'), ('tcp_keepalives_count', '3'), ('statement_timeout', '10000')) AS v (name, value)`,
    );
    return client;
  }

  /** The connection is lost, and the lock with it: nothing has happened if nobody else had it meanwhile. */
  async #regain(): Promise<void> {
    while (!this.#closed) {
      try {
        await this.#lock();
        const { rows } = await this.#query('SELECT 1 FROM boards WHERE board = $1 AND owner = $2');
        if (rows.length > 0) return;
        this.#options.onLost(takenOver(this.#postgres.name, this.#board));
        return;
      } catch {
        await delay(TRY_AGAIN * (0.5 + Math.random()));
      }
    }
  }

  #query(sql: string) {
    if (this.#client === undefined) throw new Error('no connection');
    return this.#client.query(sql, [this.#board, this.owner]);
  }
}

export function takenOver(name: string, board: string): StoreError {
  return new StoreError('locked', name, `another rgtp-nntp has taken over the board ${board}`);
}

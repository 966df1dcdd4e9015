import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type ClientBase, Pool, type PoolClient, type PoolConfig } from 'pg';
import { parse, toClientConfig } from 'pg-connection-string';
import pgpass from 'pgpass';
import { StoreError } from '../errors.ts';
import { isConflict, storeErrorFromPostgres } from './errors.ts';
import { migrate } from './schema.ts';
import { setOf } from './settings.ts';

/** Connections for queries. Posts of one board go to it one after the other, so more would not be faster. */
const CONNECTIONS = 4;
/** ms */
const CONNECTING = 5_000;
/** ms that a statement may take; on this side a little longer, for networks that swallow answers */
const STATEMENT = 10_000;
/** ms between statements of a transaction: a process that hangs must not keep what others need */
const BETWEEN = 5_000;
const ANSWER = 12_000;
/** ms between tries while the database is away: twice as long each time, and never the same for two bridges */
const TRY_AGAIN = { first: 200, longest: 5_000 };
/** Tries of a transaction that others interfere with. */
const CONFLICTS = 5;

export interface PostgresOptions {
  /** has the password alone; without it, that of the URL, PGPASSWORD, or PGPASSFILE */
  readonly passwordFile?: string;
  /** to look into it only */
  readonly asItIs?: boolean;
}

type Value = string | number | Buffer | null | readonly string[] | readonly number[];
export type Row = Readonly<Record<string, unknown>>;
/** Runs one statement. */
export type Query = (sql: string, values?: readonly Value[]) => Promise<readonly Row[]>;

/**
 * One database for all boards of this process. Everything that is run may be run twice: if an answer is lost with its
 * connection, nobody knows whether a transaction was committed, and it is run again.
 */
export class Postgres {
  /** for messages: where it is, without the password */
  readonly name: string;
  readonly #pool: Pool;
  readonly #config: PoolConfig;
  #trouble: StoreError | undefined;
  #closed = false;

  /** @throws StoreError, or an Error about the URL or the files it names */
  static async open(url: string, options: PostgresOptions = {}): Promise<Postgres> {
    const postgres = new Postgres(url, options);
    try {
      if (options.asItIs) await postgres.query('SELECT 1');
      else await postgres.#lend((client) => migrate(client, postgres.name));
      return postgres;
    } catch (error) {
      await postgres.close();
      throw error;
    }
  }

  private constructor(url: string, { passwordFile }: PostgresOptions) {
    const { password, ...config } = toClientConfig(parse(url, { useLibpqCompat: true }));
    const { host, port = 5432, database = '', user } = config;
    this.name = `postgres://${host}:${port}/${database}`;
    this.#config = {
      ...config,
      // Asked each time: it may have been renewed.
      password: () => {
        if (passwordFile !== undefined) return readFileSync(passwordFile, 'utf8').trim();
        if (typeof password === 'string' && password !== '') return password;
        return process.env['PGPASSWORD'] ?? lookedUp({ host, port, database, user });
      },
      application_name: 'rgtp-nntp',
      connectionTimeoutMillis: CONNECTING,
      statement_timeout: STATEMENT,
      idle_in_transaction_session_timeout: BETWEEN,
      query_timeout: ANSWER,
      keepAlive: true,
      keepAliveInitialDelayMillis: 5_000,
      max: CONNECTIONS,
    };
    this.#pool = new Pool({ ...this.#config, onConnect: prepared });
    // A connection that nobody uses has gone: the next query opens another.
    this.#pool.on('error', () => {});
  }

  /** Why nothing can be read or written now; `undefined`: as far as anybody knows, it can. */
  get trouble(): StoreError | undefined {
    return this.#trouble;
  }

  /** What a connection of one's own needs: for locks and notifications, which belong to a connection. */
  get config(): PoolConfig {
    return this.#config;
  }

  query: Query = (sql, values = []) => this.#lend(async (client) => (await client.query(sql, [...values])).rows);

  /** Runs `task` in a transaction. It may be run more than once. */
  transaction<T>(task: (query: Query) => Promise<T>): Promise<T> {
    return this.#lend(async (client) => {
      await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
      try {
        const result = await task(async (sql, values = []) => (await client.query(sql, [...values])).rows);
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK').catch(() => {});
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#pool.end();
  }

  /** Lends a connection. Once more where it breaks (it may have been idle for hours), or others interfered. */
  async #lend<T>(task: (client: PoolClient) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      let client: PoolClient | undefined;
      try {
        client = await this.#pool.connect();
        const result = await task(client);
        client.release();
        this.#trouble = undefined;
        return result;
      } catch (cause) {
        // A connection that has failed is not used again: what is left of its state, nobody knows.
        client?.release(true);
        if (isConflict(cause) && tries < CONFLICTS) continue;
        const error = storeErrorFromPostgres(cause, this.name);
        if (!(error instanceof StoreError) || error.kind !== 'away') throw error;
        if (client !== undefined && tries === 1) continue;
        this.#isAway(error);
        throw error;
      }
    }
  }

  #isAway(error: StoreError): void {
    const wasThere = this.#trouble === undefined;
    this.#trouble = error;
    if (wasThere) void this.#waitUntilBack();
  }

  /** Asks until there is an answer, so that the recovery is noticed without waiting for the next post. */
  async #waitUntilBack(): Promise<void> {
    for (let pause = TRY_AGAIN.first; !this.#closed && this.#trouble !== undefined; ) {
      await delay(pause * (0.5 + Math.random()), undefined, { ref: false });
      pause = Math.min(2 * pause, TRY_AGAIN.longest);
      if (!this.#closed) await this.query('SELECT 1').catch(() => {});
    }
  }
}

/** A new connection: our tables are found by their names, and what is committed is on disk, whatever the server's default. */
async function prepared(client: ClientBase): Promise<void> {
  // The query that is under way is told as well.
  client.on('error', () => {});
  await client.query(
    `${setOf({ search_path: 'rgtp_nntp' })};
     SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`,
  );
}

/** As libpq does it, which has no password where there is none. */
async function lookedUp(connection: Parameters<typeof pgpass>[0]): Promise<string> {
  return new Promise((resolve) => pgpass(connection, (password) => resolve(password ?? '')));
}

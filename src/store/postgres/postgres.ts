import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type ClientBase, Pool, type PoolClient, type PoolConfig } from 'pg';
import { parse, toClientConfig } from 'pg-connection-string';
import pgpass from 'pgpass';
import { StoreError } from '../errors.ts';
import { isConflict, storeErrorFromPostgres } from './errors.ts';
import { migrate } from './schema.ts';
import { setOf } from './settings.ts';

/** Connections for queries. Posts to one board are sent one after the other, so more would not be faster. */
const CONNECTIONS = 4;
/** ms */
const CONNECTING = 5_000;
/** ms that a statement may take; on this side a little longer, in case the network loses answers */
const STATEMENT = 10_000;
/** ms between statements of a transaction: a process that hangs must not hold what others need */
const BETWEEN = 5_000;
const ANSWER = 12_000;
/** ms between attempts while the database is away: doubled each time, and never the same for two bridges */
const TRY_AGAIN = { first: 200, longest: 5_000 };
/** Attempts at a transaction that others interfere with. */
const CONFLICTS = 5;

export interface PostgresOptions {
  /** holds only the password; default: that of the URL, PGPASSWORD, or PGPASSFILE */
  readonly passwordFile?: string;
  /** leaves the schema as it is, even if it is old or missing: only to look into it */
  readonly keepSchema?: boolean;
}

type Value = string | number | Buffer | null | readonly string[] | readonly number[];
export type Row = Readonly<Record<string, unknown>>;
/** Runs one statement. */
export type Query = (sql: string, values?: readonly Value[]) => Promise<readonly Row[]>;

/**
 * One database for all boards of this process. Everything may be run twice: if an answer is lost with its connection,
 * nobody knows whether the transaction was committed, and it is run again.
 */
export class Postgres {
  /** for messages: its address, without the password */
  readonly name: string;
  readonly #pool: Pool;
  readonly #config: PoolConfig;
  #trouble: StoreError | undefined;
  #closed = false;

  /** @throws StoreError, or an Error about the URL or the files it names */
  static async open(url: string, options: PostgresOptions = {}): Promise<Postgres> {
    const postgres = new Postgres(url, options);
    try {
      if (options.keepSchema) await postgres.query('SELECT 1');
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
      // Read each time: it may have been changed.
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
    // An unused connection was lost: the next query opens another.
    this.#pool.on('error', () => {});
  }

  /** Why nothing can be read or written now; `undefined`: as far as is known, it can. */
  get trouble(): StoreError | undefined {
    return this.#trouble;
  }

  /** The configuration for a separate connection: locks and notifications belong to one. */
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

  /** Lends a connection. Tries again if it breaks (it may have been idle for hours), or others interfere. */
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
        // A connection that has failed is not used again: its state is unknown.
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

  /** Asks until there is an answer, so that a recovery is noticed without waiting for the next post. */
  async #waitUntilBack(): Promise<void> {
    for (let pause = TRY_AGAIN.first; !this.#closed && this.#trouble !== undefined; ) {
      await delay(pause * (0.5 + Math.random()), undefined, { ref: false });
      pause = Math.min(2 * pause, TRY_AGAIN.longest);
      if (!this.#closed) await this.query('SELECT 1').catch(() => {});
    }
  }
}

/** Prepares a new connection: our tables are found by name, and commits are on disk, whatever the server's defaults. */
async function prepared(client: ClientBase): Promise<void> {
  // The query under way fails, too.
  client.on('error', () => {});
  await client.query(
    `${setOf({ search_path: 'rgtp_nntp' })};
     SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`,
  );
}

/** Like libpq, without a password if there is none. */
async function lookedUp(connection: Parameters<typeof pgpass>[0]): Promise<string> {
  return new Promise((resolve) => pgpass(connection, (password) => resolve(password ?? '')));
}

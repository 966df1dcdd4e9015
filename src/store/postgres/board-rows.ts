import { StoreError } from '../errors.ts';
import { CHANNEL, type Membership } from './membership.ts';
import { Owed } from './owed.ts';
import type { Postgres, Query, Row } from './postgres.ts';

/** In a transaction; with the name of this bridge, '' for a process that is none. */
export type Task<T> = (query: Query, bridge: string) => Promise<T>;

/** The rows of one board: read after what is owed is written, and written by a bridge that nobody has replaced. */
export class BoardRows {
  readonly postgres: Postgres;
  readonly board: string;
  /** `undefined`: this process does not serve the board */
  readonly member: Membership | undefined;
  /** what could not be written when it was to be, and must be once the database is back */
  readonly owed: Owed;

  constructor(postgres: Postgres, board: string, member: Membership | undefined) {
    this.postgres = postgres;
    this.board = board;
    this.member = member;
    this.owed = new Owed((task) => this.#writeAsMember(task));
  }

  /** `SELECT what WHERE board = … rest`, after what is owed: nobody is told what is no longer true. */
  async select(what: string, rest: string, ...values: readonly string[]): Promise<readonly Row[]> {
    await this.owed.paid();
    return this.postgres.query(`SELECT ${what} WHERE board = $1 ${rest}`, [this.board, ...values]);
  }

  async write<T>(task: Task<T>): Promise<T> {
    await this.owed.paid();
    return this.#writeAsMember(task);
  }

  /** What it says stays true while the database is away: it is stored once that is back. */
  async writeOrOwe(task: Task<void>): Promise<void> {
    try {
      await this.write(task);
    } catch (error) {
      this.owe(error, task);
      throw error;
    }
  }

  /** Not where the database has refused the statement itself: it would refuse it for ever, and hold up all that follows. */
  owe(error: unknown, task: Task<unknown>): void {
    if (error instanceof StoreError) this.owed.add(task);
  }

  /** Tells the other bridges that something has become of a post. */
  async hint(query: Query, bridge: string): Promise<void> {
    if (bridge !== '') await query('SELECT pg_notify($1, $2)', [CHANNEL, `posts ${bridge} ${this.board}`]);
  }

  #writeAsMember<T>(task: Task<T>): Promise<T> {
    // The answer would be the same, after time-outs.
    const trouble = this.member?.trouble;
    if (trouble !== undefined) return Promise.reject(trouble);
    return this.postgres.transaction(async (query) => task(query, (await this.member?.requireMember(query)) ?? ''));
  }
}

import { StoreError } from '../errors.ts';
import { CHANNEL, type Membership } from './membership.ts';
import { Owed } from './owed.ts';
import type { Postgres, Query, Row } from './postgres.ts';

/** Runs in a transaction, with the name of this bridge, or '' in a process that is not one. */
export type Task<T> = (query: Query, bridge: string) => Promise<T>;

/**
 * The rows of one board: read only after what is owed has been written, and written only by a bridge that has not been
 * replaced.
 */
export class BoardRows {
  readonly postgres: Postgres;
  readonly board: string;
  /** `undefined`: this process does not serve the board */
  readonly member: Membership | undefined;
  /** overdue changes, to be written once the database is back */
  readonly owed: Owed;

  constructor(postgres: Postgres, board: string, member: Membership | undefined) {
    this.postgres = postgres;
    this.board = board;
    this.member = member;
    this.owed = new Owed((task) => this.#writeAsMember(task));
  }

  /** `SELECT what WHERE board = … rest`, after writing what is owed, so that nothing outdated is returned. */
  async select(what: string, rest: string, ...values: readonly string[]): Promise<readonly Row[]> {
    await this.owed.paid();
    return this.postgres.query(`SELECT ${what} WHERE board = $1 ${rest}`, [this.board, ...values]);
  }

  async write<T>(task: Task<T>): Promise<T> {
    await this.owed.paid();
    return this.#writeAsMember(task);
  }

  /** For a change that stays true while the database is away: it is stored once the database is back. */
  async writeOrOwe(task: Task<void>): Promise<void> {
    try {
      await this.write(task);
    } catch (error) {
      this.owe(error, task);
      throw error;
    }
  }

  /**
   * Owes the task, unless the database has refused the statement itself: that would be refused forever, and hold up
   * everything after it.
   */
  owe(error: unknown, task: Task<unknown>): void {
    if (error instanceof StoreError) this.owed.add(task);
  }

  /** Tells the other bridges that a post's state has changed. */
  async hint(query: Query, bridge: string): Promise<void> {
    if (bridge !== '') await query('SELECT pg_notify($1, $2)', [CHANNEL, `posts ${bridge} ${this.board}`]);
  }

  #writeAsMember<T>(task: Task<T>): Promise<T> {
    // The database would give the same answer, after time-outs.
    const trouble = this.member?.trouble;
    if (trouble !== undefined) return Promise.reject(trouble);
    return this.postgres.transaction(async (query) => task(query, (await this.member?.requireMember(query)) ?? ''));
  }
}

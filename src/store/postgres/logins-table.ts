import { StoreError } from '../errors.ts';
import { ACCOUNT, accountOf, PROOF, proofOf } from '../permanent-columns.ts';
import type { StoredAccount, StoredProof } from '../permanent-records.ts';
import type { BoardRows } from './board-rows.ts';

/** ms */
const LOOK_EVERY = 500;

const REPLACE = `UPDATE SET password_hash = excluded.password_hash, userid = excluded.userid, secret = excluded.secret,
  settings = excluded.settings`;

/**
 * Who may log in: see the methods of the same names in `Permanent`. While the database is away, the last known state
 * applies.
 */
export class LoginsTable {
  readonly #rows: BoardRows;
  readonly #listeners: ((accounts: readonly StoredAccount[]) => void)[] = [];
  #watch: NodeJS.Timeout | undefined;
  /** as last read */
  #accounts: readonly StoredAccount[] | undefined;
  /** the accounts that the listeners know, as JSON */
  #announced = '';

  constructor(rows: BoardRows) {
    this.#rows = rows;
  }

  async account(name: string): Promise<StoredAccount | undefined> {
    try {
      const [row] = await this.#rows.select(`${ACCOUNT} FROM accounts`, 'AND name = $2', name);
      return row && accountOf(row);
    } catch (error) {
      return this.#lastAccounts(error).find((account) => account.name === name);
    }
  }

  async accounts(): Promise<StoredAccount[]> {
    try {
      return await this.#readAccounts();
    } catch (error) {
      return [...this.#lastAccounts(error)];
    }
  }

  async putAccount(account: StoredAccount, instead?: StoredAccount | null): Promise<boolean> {
    const { name, passwordHash, userid, secret, settings } = account;
    const values = [this.#rows.board, name, passwordHash, userid, Buffer.from(secret), settings];
    const put = await this.#rows.write((query) =>
      instead
        ? query(
            `UPDATE accounts SET password_hash = $3, userid = $4, secret = $5, settings = $6
               WHERE board = $1 AND name = $2 AND password_hash = $7 RETURNING 1`,
            [...values, instead.passwordHash],
          )
        : query(
            `INSERT INTO accounts VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (board, name) DO
               ${instead === null ? 'NOTHING' : REPLACE} RETURNING 1`,
            values,
          ),
    );
    await this.#look();
    return put.length > 0;
  }

  async removeAccount(name: string): Promise<boolean> {
    const removed = await this.#rows.write(async (query) => {
      return query('DELETE FROM accounts WHERE board = $1 AND name = $2 RETURNING 1', [this.#rows.board, name]);
    });
    await this.#look();
    return removed.length > 0;
  }

  onAccounts(listener: (accounts: readonly StoredAccount[]) => void): void {
    this.#listeners.push(listener);
    this.#announced = '';
    void this.watchAccounts().catch(() => {});
  }

  async proofs(): Promise<StoredProof[]> {
    return (await this.#rows.select(`${PROOF} FROM proofs`, 'ORDER BY proven')).map(proofOf);
  }

  async proof(userid: string): Promise<StoredProof | undefined> {
    const [row] = await this.#rows.select(`${PROOF} FROM proofs`, 'AND userid = $2', userid);
    return row && proofOf(row);
  }

  putProof({ userid, hash, level, proven }: StoredProof, keep: { since: number; most: number }): Promise<void> {
    return this.#rows.write(async (query) => {
      // A clock that was fast must not make proofs last longer.
      await query('UPDATE proofs SET proven = $2 WHERE board = $1 AND proven > $2', [this.#rows.board, proven]);
      await query(
        `INSERT INTO proofs VALUES ($1, $2, $3, $4, $5) ON CONFLICT (board, userid) DO UPDATE SET
           hash = excluded.hash, level = excluded.level, proven = excluded.proven`,
        [this.#rows.board, userid, hash, level, proven],
      );
      await query('DELETE FROM proofs WHERE board = $1 AND proven < $2', [this.#rows.board, keep.since]);
      await query(
        `DELETE FROM proofs WHERE board = $1 AND userid IN
           (SELECT userid FROM proofs WHERE board = $1 ORDER BY proven DESC, userid = $3 DESC OFFSET $2)`,
        [this.#rows.board, keep.most, userid],
      );
    });
  }

  async removeProof(userid: string, hash?: string): Promise<boolean> {
    const removed = await this.#rows.write(async (query) =>
      query('DELETE FROM proofs WHERE board = $1 AND userid = $2 AND hash = coalesce($3, hash) RETURNING 1', [
        ...[this.#rows.board, userid, hash ?? null],
      ]),
    );
    return removed.length > 0;
  }

  close(): void {
    clearInterval(this.#watch);
  }

  /** Reads the accounts, and watches for changes. @throws StoreError */
  async watchAccounts(): Promise<void> {
    this.#watch ??= setInterval(() => void this.#look().catch(() => {}), LOOK_EVERY).unref();
    await this.#look();
  }

  async #readAccounts(): Promise<StoredAccount[]> {
    const accounts = (await this.#rows.select(`${ACCOUNT} FROM accounts`, 'ORDER BY name COLLATE "C"')).map(accountOf);
    this.#accounts = accounts;
    return [...accounts];
  }

  /** While the database is away, the last known accounts apply: people can go on reading. */
  #lastAccounts(error: unknown): readonly StoredAccount[] {
    if (error instanceof StoreError && error.kind === 'away' && this.#accounts !== undefined) return this.#accounts;
    throw error;
  }

  /** Tells the listeners if anything has changed. */
  async #look(): Promise<void> {
    const accounts = await this.#readAccounts();
    const now = JSON.stringify(accounts);
    if (now === this.#announced) return;
    this.#announced = now;
    for (const listener of this.#listeners) listener(accounts);
  }
}

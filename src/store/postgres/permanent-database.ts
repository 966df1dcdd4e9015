import type { StoreError } from '../errors.ts';
import type { Permanent } from '../permanent.ts';
import { EPOCH, epochOf, FED, fedOf, markOf } from '../permanent-columns.ts';
import type {
  Arrival,
  CreatedNewsgroup,
  Epoch,
  Fed,
  Intent,
  Known,
  Mark,
  OwnPost,
  Published,
  RecentRow,
  StoredAccount,
  StoredProof,
} from '../permanent-records.ts';
import { BoardRows } from './board-rows.ts';
import { BridgesOfBoard } from './bridges-of-board.ts';
import { LoginsTable } from './logins-table.ts';
import type { Membership } from './membership.ts';
import type { Postgres, Query } from './postgres.ts';
import { PostsTable } from './posts-table.ts';

/** The permanent part of one board, in a PostgreSQL database that may hold other boards' as well. */
export class PermanentDatabase implements Permanent {
  readonly #rows: BoardRows;
  readonly #posts: PostsTable;
  readonly #logins: LoginsTable;
  readonly shared: BridgesOfBoard | undefined;

  private constructor(postgres: Postgres, board: string, member: Membership | undefined) {
    this.#rows = new BoardRows(postgres, board, member);
    this.#posts = new PostsTable(this.#rows);
    this.#logins = new LoginsTable(this.#rows);
    const paid = async () => this.#rows.owed.paid();
    this.shared = member && new BridgesOfBoard({ postgres, board, member, paid });
  }

  /**
   * @param board the board's name in the configuration
   * @param member for a process that serves the board
   * @throws StoreError
   */
  static async open(postgres: Postgres, board: string, member?: Membership): Promise<PermanentDatabase> {
    await PermanentDatabase.declare(postgres, board);
    const store = new PermanentDatabase(postgres, board, member);
    if (member !== undefined) await store.#logins.watchAccounts();
    return store;
  }

  /** Makes the board known to the database. */
  static async declare(postgres: Postgres, board: string): Promise<void> {
    await postgres.query('INSERT INTO boards (board) VALUES ($1) ON CONFLICT DO NOTHING', [board]);
  }

  /** Whether the database knows the board. @throws StoreError */
  static async has(postgres: Postgres, board: string): Promise<boolean> {
    return (await postgres.query('SELECT 1 FROM boards WHERE board = $1', [board])).length > 0;
  }

  get trouble(): StoreError | undefined {
    return this.#rows.postgres.trouble ?? this.#rows.member?.trouble;
  }

  async isMoved(): Promise<boolean> {
    const [row] = await this.#rows.select('moved FROM boards', '');
    return row?.['moved'] === true;
  }

  setMoved(moved: boolean): Promise<void> {
    return this.#rows.write(async (query) => {
      await query('UPDATE boards SET moved = $2 WHERE board = $1', [this.#rows.board, String(moved)]);
    });
  }

  async epochs(): Promise<Epoch[]> {
    return (await this.#rows.select(`${EPOCH} FROM epochs`, 'ORDER BY number')).map(epochOf);
  }

  addEpochs(epochs: readonly Epoch[]): Promise<void> {
    return this.#rows.write((query) => this.#insertEpochs(query, epochs));
  }

  replaceEpochs(epochs: readonly Epoch[], moved: readonly OwnPost[]): Promise<void> {
    return this.#rows.write(async (query) => {
      await query('DELETE FROM epochs WHERE board = $1', [this.#rows.board]);
      await query('DELETE FROM recent_rows WHERE board = $1', [this.#rows.board]);
      await this.#insertEpochs(query, epochs);
      for (const { epoch, messageId } of moved) {
        await query(
          `UPDATE messages m SET epoch = $1, changed = pg_current_xact_id() WHERE board = $2 AND message_id = $3 AND epoch IS NOT NULL AND NOT EXISTS
             (SELECT 1 FROM messages o WHERE o.board = $2 AND o.epoch = $1 AND o.sequence = m.sequence)`,
          [epoch, this.#rows.board, messageId],
        );
      }
    });
  }

  async published(): Promise<Published> {
    const marks = await this.#rows.select('place, low, high FROM water_marks', 'ORDER BY place COLLATE "C"');
    const arrivals = await this.#rows.select('number, time FROM arrivals', 'ORDER BY number');
    return {
      marks: marks.map(markOf),
      arrivals: arrivals.map((row) => ({ number: Number(row['number']), time: Number(row['time']) })),
    };
  }

  raiseMarks(marks: readonly Mark[]): Promise<void> {
    return this.#rows.write(async (query) => {
      for (const { place, low, high } of inOrder(marks, (mark) => mark.place)) {
        await query(
          `INSERT INTO water_marks AS w VALUES ($1, $2, $3, $4)
           ON CONFLICT (board, place) DO UPDATE SET low = excluded.low, high = greatest(w.high, excluded.high)`,
          [this.#rows.board, place, low, high],
        );
      }
    });
  }

  putArrivals(arrivals: readonly Arrival[], dropped: readonly number[]): Promise<void> {
    return this.#rows.write(async (query) => {
      await query(
        `INSERT INTO arrivals AS a SELECT $1, * FROM unnest($2::bigint[], $3::bigint[])
         ON CONFLICT (board, number) DO UPDATE SET time = least(a.time, excluded.time)`,
        [this.#rows.board, arrivals.map(({ number }) => number), arrivals.map(({ time }) => time)],
      );
      await query('DELETE FROM arrivals WHERE board = $1 AND number = ANY ($2::bigint[])', [this.#rows.board, dropped]);
    });
  }

  async recent(): Promise<RecentRow[]> {
    const rows = await this.#rows.select('number, details FROM recent_rows', 'ORDER BY number');
    return rows.map((row) => ({ number: Number(row['number']), details: String(row['details']) }));
  }

  putRecent(rows: readonly RecentRow[], from: number): Promise<void> {
    return this.#rows.write(async (query) => {
      await query(
        `INSERT INTO recent_rows SELECT $1, * FROM unnest($2::bigint[], $3::text[])
         ON CONFLICT (board, number) DO UPDATE SET details = excluded.details`,
        [this.#rows.board, rows.map(({ number }) => number), rows.map(({ details }) => details)],
      );
      await query('DELETE FROM recent_rows WHERE board = $1 AND number < $2', [this.#rows.board, from]);
    });
  }

  async newsgroupCreated(name: string, now: number): Promise<number> {
    await this.#rows.owed.paid();
    await this.#rows.postgres.query('INSERT INTO newsgroups VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
      ...[this.#rows.board, name, now],
    ]);
    const [row] = await this.#rows.select('created FROM newsgroups', 'AND name = $2', name);
    return Number(row?.['created']);
  }

  async newsgroups(): Promise<CreatedNewsgroup[]> {
    const rows = await this.#rows.select('name, created FROM newsgroups', 'ORDER BY name COLLATE "C"');
    return rows.map((row) => ({ name: String(row['name']), created: Number(row['created']) }));
  }

  async fed(): Promise<Fed[]> {
    return (await this.#rows.select(`${FED} FROM fed`, 'ORDER BY peer, newsgroup')).map(fedOf);
  }

  putFed({ peer, newsgroup, first, number }: Fed): Promise<void> {
    return this.#rows.write(async (query) => {
      await query(
        `INSERT INTO fed AS f VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (board, peer, newsgroup) DO UPDATE SET first = excluded.first,
           number = CASE WHEN f.first = excluded.first THEN greatest(f.number, excluded.number) ELSE excluded.number END`,
        [this.#rows.board, peer, newsgroup, first, number],
      );
    });
  }

  async guestLevel(): Promise<number | undefined> {
    const [row] = await this.#rows.select('guest FROM boards', '');
    return typeof row?.['guest'] === 'number' ? row['guest'] : undefined;
  }

  putGuestLevel(level: number): Promise<void> {
    return this.#rows.write(async (query) => {
      await query('UPDATE boards SET guest = $2 WHERE board = $1', [this.#rows.board, level]);
    });
  }

  ownPosts(): Promise<OwnPost[]> {
    return this.#posts.ownPosts();
  }

  intend(intent: Intent): Promise<{ readonly known: false } | Known> {
    return this.#posts.intend(intent);
  }

  revise(messageId: string, details: string): Promise<void> {
    return this.#posts.revise(messageId, details);
  }

  done(post: OwnPost): Promise<void> {
    return this.#posts.done(post);
  }

  forget(messageId: string): Promise<void> {
    return this.#posts.forget(messageId);
  }

  intents(): Promise<Intent[]> {
    return this.#posts.intents();
  }

  account(name: string): Promise<StoredAccount | undefined> {
    return this.#logins.account(name);
  }

  accounts(): Promise<StoredAccount[]> {
    return this.#logins.accounts();
  }

  putAccount(account: StoredAccount, instead?: StoredAccount | null): Promise<boolean> {
    return this.#logins.putAccount(account, instead);
  }

  removeAccount(name: string): Promise<boolean> {
    return this.#logins.removeAccount(name);
  }

  onAccounts(listener: (accounts: readonly StoredAccount[]) => void): void {
    this.#logins.onAccounts(listener);
  }

  proofs(): Promise<StoredProof[]> {
    return this.#logins.proofs();
  }

  proof(userid: string): Promise<StoredProof | undefined> {
    return this.#logins.proof(userid);
  }

  putProof(proof: StoredProof, keep: { readonly since: number; readonly most: number }): Promise<void> {
    return this.#logins.putProof(proof, keep);
  }

  removeProof(userid: string, hash?: string): Promise<boolean> {
    return this.#logins.removeProof(userid, hash);
  }

  /** Does not close the database, which other boards use, too. */
  async close(): Promise<void> {
    this.#logins.close();
    await this.#rows.owed.paid()?.catch(() => {});
  }

  async #insertEpochs(query: Query, epochs: readonly Epoch[]): Promise<void> {
    const column = (name: keyof Epoch) => epochs.map((epoch) => epoch[name]);
    await query(
      `INSERT INTO epochs SELECT $1, * FROM unnest($2::integer[], $3::integer[], $4::bigint[], $5::bigint[])
       ON CONFLICT DO NOTHING`,
      [this.#rows.board, column('number'), column('generation'), column('first'), column('base')],
    );
  }
}

/** The same order for all, so that two transactions never wait for each other. */
function inOrder<T>(all: readonly T[], key: (one: T) => string): T[] {
  return all.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

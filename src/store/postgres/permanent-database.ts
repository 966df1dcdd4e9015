import { randomUUID } from 'node:crypto';
import { StoreError } from '../errors.ts';
import type {
  Arrival,
  CreatedNewsgroup,
  Epoch,
  Fed,
  Intent,
  Known,
  Mark,
  OwnPost,
  Permanent,
  Published,
  RecentRow,
  StoredAccount,
  StoredProof,
} from '../permanent.ts';
import {
  ACCOUNT,
  accountOf,
  EPOCH,
  epochOf,
  FED,
  fedOf,
  INTENT,
  intentAt,
  OWN_POST,
  ownPost,
  PROOF,
  proofOf,
} from '../permanent-columns.ts';
import { BridgesOfBoard } from './bridges-of-board.ts';
import { CHANNEL, type Membership } from './membership.ts';
import { Owed } from './owed.ts';
import type { Postgres, Query, Row } from './postgres.ts';

/** ms */
const LOOK_EVERY = 500;

/** In a transaction; with the name of this bridge, '' for a process that is none. */
type Task<T> = (query: Query, bridge: string) => Promise<T>;

/** It belongs to the bridge $3, or to none. */
const OWN_INTENT = "bridge IN ('', $3)";

/** The permanent part of one board in a PostgreSQL database, which has that of other boards as well. */
export class PermanentDatabase implements Permanent {
  readonly #postgres: Postgres;
  readonly #board: string;
  /** what could not be written when it was to be, and must be once the database is back */
  readonly #owed: Owed;
  readonly #listeners: ((accounts: readonly StoredAccount[]) => void)[] = [];
  /** `undefined`: this process does not serve the board */
  readonly #member: Membership | undefined;
  readonly shared: BridgesOfBoard | undefined;
  #watch: NodeJS.Timeout | undefined;
  /** as they were read last */
  #accounts: readonly StoredAccount[] | undefined;
  #told = '';

  private constructor(postgres: Postgres, board: string, member: Membership | undefined) {
    this.#postgres = postgres;
    this.#board = board;
    this.#member = member;
    this.#owed = new Owed((task) => this.#writeAsMember(task));
    const paid = async () => this.#owed.paid();
    this.shared = member && new BridgesOfBoard({ postgres, board, member, paid });
  }

  /**
   * @param board its name in the configuration
   * @param member for a process that serves it
   * @throws StoreError
   */
  static async open(postgres: Postgres, board: string, member?: Membership): Promise<PermanentDatabase> {
    await PermanentDatabase.declare(postgres, board);
    const store = new PermanentDatabase(postgres, board, member);
    if (member !== undefined) await store.#watchAccounts();
    return store;
  }

  /** From now on the database knows the board. */
  static async declare(postgres: Postgres, board: string): Promise<void> {
    await postgres.query('INSERT INTO boards (board) VALUES ($1) ON CONFLICT DO NOTHING', [board]);
  }

  /** Whether the database knows the board: if not, it is new here. @throws StoreError */
  static async has(postgres: Postgres, board: string): Promise<boolean> {
    return (await postgres.query('SELECT 1 FROM boards WHERE board = $1', [board])).length > 0;
  }

  get trouble(): StoreError | undefined {
    return this.#postgres.trouble ?? this.#member?.trouble;
  }

  async isMoved(): Promise<boolean> {
    const [row] = await this.#select('moved FROM boards', '');
    return row?.['moved'] === true;
  }

  setMoved(moved: boolean): Promise<void> {
    return this.#write(async (query) => {
      await query('UPDATE boards SET moved = $2 WHERE board = $1', [this.#board, String(moved)]);
    });
  }

  async epochs(): Promise<Epoch[]> {
    return (await this.#select(`${EPOCH} FROM epochs`, 'ORDER BY number')).map(epochOf);
  }

  addEpochs(epochs: readonly Epoch[]): Promise<void> {
    return this.#write((query) => this.#insertEpochs(query, epochs));
  }

  replaceEpochs(epochs: readonly Epoch[], moved: readonly OwnPost[]): Promise<void> {
    return this.#write(async (query) => {
      await query('DELETE FROM epochs WHERE board = $1', [this.#board]);
      await query('DELETE FROM recent_rows WHERE board = $1', [this.#board]);
      await this.#insertEpochs(query, epochs);
      for (const { epoch, messageId } of moved) {
        await query(
          `UPDATE messages m SET epoch = $1, changed = pg_current_xact_id() WHERE board = $2 AND message_id = $3 AND epoch IS NOT NULL AND NOT EXISTS
             (SELECT 1 FROM messages o WHERE o.board = $2 AND o.epoch = $1 AND o.sequence = m.sequence)`,
          [epoch, this.#board, messageId],
        );
      }
    });
  }

  async published(): Promise<Published> {
    const marks = await this.#select('place, low, high FROM water_marks', 'ORDER BY place COLLATE "C"');
    const arrivals = await this.#select('number, time FROM arrivals', 'ORDER BY number');
    return {
      marks: marks.map((row) => ({ place: String(row['place']), low: Number(row['low']), high: Number(row['high']) })),
      arrivals: arrivals.map((row) => ({ number: Number(row['number']), time: Number(row['time']) })),
    };
  }

  raiseMarks(marks: readonly Mark[]): Promise<void> {
    return this.#write(async (query) => {
      for (const { place, low, high } of inOrder(marks, (mark) => mark.place)) {
        await query(
          `INSERT INTO water_marks AS w VALUES ($1, $2, $3, $4)
           ON CONFLICT (board, place) DO UPDATE SET low = excluded.low, high = greatest(w.high, excluded.high)`,
          [this.#board, place, low, high],
        );
      }
    });
  }

  putArrivals(arrivals: readonly Arrival[], dropped: readonly number[]): Promise<void> {
    return this.#write(async (query) => {
      await query(
        `INSERT INTO arrivals AS a SELECT $1, * FROM unnest($2::bigint[], $3::bigint[])
         ON CONFLICT (board, number) DO UPDATE SET time = least(a.time, excluded.time)`,
        [this.#board, arrivals.map(({ number }) => number), arrivals.map(({ time }) => time)],
      );
      await query('DELETE FROM arrivals WHERE board = $1 AND number = ANY ($2::bigint[])', [this.#board, dropped]);
    });
  }

  async recent(): Promise<RecentRow[]> {
    const rows = await this.#select('number, details FROM recent_rows', 'ORDER BY number');
    return rows.map((row) => ({ number: Number(row['number']), details: String(row['details']) }));
  }

  putRecent(rows: readonly RecentRow[], from: number): Promise<void> {
    return this.#write(async (query) => {
      await query(
        `INSERT INTO recent_rows SELECT $1, * FROM unnest($2::bigint[], $3::text[])
         ON CONFLICT (board, number) DO UPDATE SET details = excluded.details`,
        [this.#board, rows.map(({ number }) => number), rows.map(({ details }) => details)],
      );
      await query('DELETE FROM recent_rows WHERE board = $1 AND number < $2', [this.#board, from]);
    });
  }

  async newsgroupCreated(name: string, now: number): Promise<number> {
    await this.#owed.paid();
    await this.#postgres.query('INSERT INTO newsgroups VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
      ...[this.#board, name, now],
    ]);
    const [row] = await this.#select('created FROM newsgroups', 'AND name = $2', name);
    return Number(row?.['created']);
  }

  async newsgroups(): Promise<CreatedNewsgroup[]> {
    const rows = await this.#select('name, created FROM newsgroups', 'ORDER BY name COLLATE "C"');
    return rows.map((row) => ({ name: String(row['name']), created: Number(row['created']) }));
  }

  async ownPosts(): Promise<OwnPost[]> {
    return (await this.#select(`${OWN_POST} FROM messages`, 'AND epoch IS NOT NULL')).map(ownPost);
  }

  /**
   * The primary key decides between those who try at the same moment. An answer may be lost with its connection: `attempt`
   * tells whether an intent that is there is this one.
   */
  async intend({ messageId, created, details, twin }: Intent): Promise<{ readonly known: false } | Known> {
    const attempt = randomUUID();
    const board = this.#board;
    try {
      return await this.#write(async (query, bridge) => {
        const other = twin === undefined ? undefined : await this.#twin(query, twin, bridge);
        if (other !== undefined) return { known: true, post: undefined, intent: other } as const;
        const made = await query(
          `INSERT INTO messages (board, message_id, created, details, attempt, bridge, twin)
           VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING 1`,
          [board, messageId, created, details, attempt, bridge, twin ?? null],
        );
        if (made.length > 0) return { known: false } as const;
        const [row = {}] = await query(
          `SELECT ${OWN_POST}, ${INTENT}, attempt, bridge FROM messages WHERE board = $1 AND message_id = $2 FOR SHARE`,
          [board, messageId],
        );
        if (row['attempt'] === attempt) return { known: false } as const;
        if (row['epoch'] !== null) return { known: true, post: ownPost(row), intent: undefined } as const;
        return { known: true, post: undefined, intent: intentAt(row, bridge) } as const;
      });
    } catch (error) {
      // The caller takes it for not intended. If it was committed nevertheless, it must go: it would hold up its author.
      this.#owe(error, (query) =>
        query('DELETE FROM messages WHERE board = $1 AND message_id = $2 AND attempt = $3 AND epoch IS NULL', [
          ...[board, messageId, attempt],
        ]),
      );
      throw error;
    }
  }

  /** @throws StoreError where another bridge has taken it over: nothing more may be sent for it */
  revise(messageId: string, details: string): Promise<void> {
    return this.#write(async (query, bridge) => {
      const revised = await query(
        `UPDATE messages SET details = $4 WHERE board = $1 AND message_id = $2 AND details IS NOT NULL AND ${OWN_INTENT}
         RETURNING 1`,
        [this.#board, messageId, bridge, details],
      );
      if (revised.length > 0 || bridge === '') return;
      throw new StoreError('away', this.#postgres.name, 'another bridge looks for this post');
    });
  }

  /** What it says stays true while the database is away: it is stored once that is back. So it is with `forget`. */
  done(post: OwnPost): Promise<void> {
    return this.#writeOrOwe(async (query, bridge) => {
      const { messageId, epoch, sequence, references, path = '' } = post;
      const board = this.#board;
      // If two have the same number, the board lost the first one before anybody saw it.
      if (epoch === 0) {
        await query('DELETE FROM messages WHERE board = $1 AND epoch = 0 AND sequence = $2 AND message_id <> $3', [
          board,
          sequence,
          messageId,
        ]);
      }
      await query(
        `INSERT INTO messages AS m (board, message_id, epoch, sequence, reference_ids, path)
         SELECT $1::text, $2::text, $3::integer, $4::bigint, $5::text, $6::text WHERE NOT EXISTS
           (SELECT 1 FROM messages o WHERE o.board = $1 AND o.epoch = $3 AND o.sequence = $4 AND o.message_id <> $2)
         ON CONFLICT (board, message_id) DO UPDATE SET
           epoch = excluded.epoch, sequence = excluded.sequence, changed = pg_current_xact_id(),
           details = CASE WHEN excluded.epoch = 0 THEN m.details END,
           reference_ids = coalesce(m.reference_ids, excluded.reference_ids), path = coalesce(m.path, excluded.path)
         WHERE m.epoch IS NULL OR (m.epoch = 0 AND excluded.epoch > 0)`,
        [board, messageId, epoch, sequence, references, path],
      );
      // Its number may be another's.
      if (epoch !== 0) await this.#dropIntent(query, messageId);
      await this.#hint(query, bridge);
    });
  }

  async fed(): Promise<Fed[]> {
    return (await this.#select(`${FED} FROM fed`, 'ORDER BY peer, newsgroup')).map(fedOf);
  }

  putFed({ peer, newsgroup, first, number }: Fed): Promise<void> {
    return this.#write(async (query) => {
      await query(
        `INSERT INTO fed AS f VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (board, peer, newsgroup) DO UPDATE SET first = excluded.first,
           number = CASE WHEN f.first = excluded.first THEN greatest(f.number, excluded.number) ELSE excluded.number END`,
        [this.#board, peer, newsgroup, first, number],
      );
    });
  }

  /** Where another bridge has taken the intent over, that one finds out. */
  forget(messageId: string): Promise<void> {
    return this.#writeOrOwe(async (query, bridge) => {
      const own = await query(
        `SELECT 1 FROM messages WHERE board = $1 AND message_id = $2 AND ${OWN_INTENT} FOR UPDATE`,
        [...[this.#board, messageId, bridge]],
      );
      if (own.length === 0 && bridge !== '') return;
      await this.#dropIntent(query, messageId);
      await this.#hint(query, bridge);
    });
  }

  async intents(): Promise<Intent[]> {
    const rows = await this.#select(`${INTENT}, bridge FROM messages`, 'AND details IS NOT NULL ORDER BY created');
    return rows.map((row) => intentAt(row, this.#member?.id ?? ''));
  }

  async guestLevel(): Promise<number | undefined> {
    const [row] = await this.#select('guest FROM boards', '');
    return typeof row?.['guest'] === 'number' ? row['guest'] : undefined;
  }

  putGuestLevel(level: number): Promise<void> {
    return this.#write(async (query) => {
      await query('UPDATE boards SET guest = $2 WHERE board = $1', [this.#board, level]);
    });
  }

  async account(name: string): Promise<StoredAccount | undefined> {
    try {
      const [row] = await this.#select(`${ACCOUNT} FROM accounts`, 'AND name = $2', name);
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

  async putAccount({ name, passwordHash, userid, secret, settings }: StoredAccount): Promise<void> {
    await this.#write(async (query) => {
      await query(
        `INSERT INTO accounts VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (board, name) DO UPDATE SET
           password_hash = excluded.password_hash, userid = excluded.userid, secret = excluded.secret,
           settings = excluded.settings`,
        [this.#board, name, passwordHash, userid, Buffer.from(secret), settings],
      );
    });
    await this.#look();
  }

  async removeAccount(name: string): Promise<boolean> {
    const removed = await this.#write(async (query) => {
      return query('DELETE FROM accounts WHERE board = $1 AND name = $2 RETURNING 1', [this.#board, name]);
    });
    await this.#look();
    return removed.length > 0;
  }

  onAccounts(listener: (accounts: readonly StoredAccount[]) => void): void {
    this.#listeners.push(listener);
    this.#told = '';
    void this.#watchAccounts().catch(() => {});
  }

  async proofs(): Promise<StoredProof[]> {
    return (await this.#select(`${PROOF} FROM proofs`, 'ORDER BY proven')).map(proofOf);
  }

  async proof(userid: string): Promise<StoredProof | undefined> {
    const [row] = await this.#select(`${PROOF} FROM proofs`, 'AND userid = $2', userid);
    return row && proofOf(row);
  }

  putProof({ userid, hash, level, proven }: StoredProof, keep: { since: number; most: number }): Promise<void> {
    return this.#write(async (query) => {
      // A clock that was ahead must not keep them longer.
      await query('UPDATE proofs SET proven = $2 WHERE board = $1 AND proven > $2', [this.#board, proven]);
      await query(
        `INSERT INTO proofs VALUES ($1, $2, $3, $4, $5) ON CONFLICT (board, userid) DO UPDATE SET
           hash = excluded.hash, level = excluded.level, proven = excluded.proven`,
        [this.#board, userid, hash, level, proven],
      );
      await query('DELETE FROM proofs WHERE board = $1 AND proven < $2', [this.#board, keep.since]);
      await query(
        `DELETE FROM proofs WHERE board = $1 AND userid IN
           (SELECT userid FROM proofs WHERE board = $1 ORDER BY proven DESC, userid = $3 DESC OFFSET $2)`,
        [this.#board, keep.most, userid],
      );
    });
  }

  async removeProof(userid: string, hash?: string): Promise<boolean> {
    const removed = await this.#write(async (query) =>
      query('DELETE FROM proofs WHERE board = $1 AND userid = $2 AND hash = coalesce($3, hash) RETURNING 1', [
        ...[this.#board, userid, hash ?? null],
      ]),
    );
    return removed.length > 0;
  }

  /** Does not close the database, which other boards use. */
  async close(): Promise<void> {
    clearInterval(this.#watch);
    await this.#owed.paid()?.catch(() => {});
  }

  /** `SELECT what WHERE board = … rest`, after what is owed: nobody is told what is no longer true. */
  async #select(what: string, rest: string, ...values: readonly string[]): Promise<readonly Row[]> {
    await this.#owed.paid();
    return this.#postgres.query(`SELECT ${what} WHERE board = $1 ${rest}`, [this.#board, ...values]);
  }

  async #dropIntent(query: Query, messageId: string): Promise<void> {
    const key = [this.#board, messageId];
    await query('DELETE FROM messages WHERE board = $1 AND message_id = $2 AND epoch IS NULL', key);
    await query('UPDATE messages SET details = NULL WHERE board = $1 AND message_id = $2', key);
  }

  async #insertEpochs(query: Query, epochs: readonly Epoch[]): Promise<void> {
    const column = (name: keyof Epoch) => epochs.map((epoch) => epoch[name]);
    await query(
      `INSERT INTO epochs SELECT $1, * FROM unnest($2::integer[], $3::integer[], $4::bigint[], $5::bigint[])
       ON CONFLICT DO NOTHING`,
      [this.#board, column('number'), column('generation'), column('first'), column('base')],
    );
  }

  async #write<T>(task: Task<T>): Promise<T> {
    await this.#owed.paid();
    return this.#writeAsMember(task);
  }

  #writeAsMember<T>(task: Task<T>): Promise<T> {
    // The answer would be the same, after time-outs.
    const trouble = this.#member?.trouble;
    if (trouble !== undefined) return Promise.reject(trouble);
    return this.#postgres.transaction(async (query) => task(query, (await this.#member?.requireMember(query)) ?? ''));
  }

  /**
   * An open intent of another bridge that can't be told from this one on the board. Two that begin at the same moment wait for
   * each other here.
   */
  async #twin(query: Query, twin: string, bridge: string): Promise<Intent | undefined> {
    await query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`rgtp-nntp ${this.#board} ${twin}`]);
    const [row] = await query(
      `SELECT ${INTENT}, bridge FROM messages
       WHERE board = $1 AND twin = $2 AND bridge <> $3 AND details IS NOT NULL AND epoch IS NULL`,
      [this.#board, twin, bridge],
    );
    return row && intentAt(row, bridge);
  }

  async #hint(query: Query, bridge: string): Promise<void> {
    if (bridge !== '') await query('SELECT pg_notify($1, $2)', [CHANNEL, `posts ${bridge} ${this.#board}`]);
  }

  async #writeOrOwe(task: Task<void>): Promise<void> {
    try {
      await this.#write(task);
    } catch (error) {
      this.#owe(error, task);
      throw error;
    }
  }

  /** Not where the database has refused the statement itself: it would refuse it for ever, and hold up all that follows. */
  #owe(error: unknown, task: Task<unknown>): void {
    if (error instanceof StoreError) this.#owed.add(task);
  }

  async #watchAccounts(): Promise<void> {
    this.#watch ??= setInterval(() => void this.#look().catch(() => {}), LOOK_EVERY).unref();
    await this.#look();
  }

  async #readAccounts(): Promise<StoredAccount[]> {
    const accounts = (await this.#select(`${ACCOUNT} FROM accounts`, 'ORDER BY name COLLATE "C"')).map(accountOf);
    this.#accounts = accounts;
    return [...accounts];
  }

  /** While the database is away, what was true last holds: who may read goes on reading. */
  #lastAccounts(error: unknown): readonly StoredAccount[] {
    if (error instanceof StoreError && error.kind === 'away' && this.#accounts !== undefined) return this.#accounts;
    throw error;
  }

  /** Tells the listeners what changed. */
  async #look(): Promise<void> {
    const accounts = await this.#readAccounts();
    const now = JSON.stringify(accounts);
    if (now === this.#told) return;
    this.#told = now;
    for (const listener of this.#listeners) listener(accounts);
  }
}

/** In one order for all, so that two transactions never wait for each other. */
function inOrder<T>(all: readonly T[], key: (one: T) => string): T[] {
  return all.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

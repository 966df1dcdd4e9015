import { randomUUID } from 'node:crypto';
import { StoreError } from '../errors.ts';
import { INTENT, intentAt, OWN_POST, ownPost } from '../permanent-columns.ts';
import type { Intent, Known, OwnPost } from '../permanent-records.ts';
import type { BoardRows } from './board-rows.ts';
import type { Query } from './postgres.ts';

/** The intent belongs to the bridge $3, or to none. */
const OWN_INTENT = "bridge IN ('', $3)";

/** Posts made through a bridge of the board, and those under way: see the methods of the same names in `Permanent`. */
export class PostsTable {
  readonly #rows: BoardRows;

  constructor(rows: BoardRows) {
    this.#rows = rows;
  }

  async ownPosts(): Promise<OwnPost[]> {
    return (await this.#rows.select(`${OWN_POST} FROM messages`, 'AND epoch IS NOT NULL')).map(ownPost);
  }

  /**
   * The primary key decides between simultaneous attempts. An answer may be lost with its connection: `attempt` shows
   * whether an existing intent is this one.
   */
  async intend({ messageId, created, details, twin }: Intent): Promise<{ readonly known: false } | Known> {
    const attempt = randomUUID();
    const board = this.#rows.board;
    try {
      return await this.#rows.write(async (query, bridge) => {
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
      // The caller takes it for not intended. If it was committed nevertheless, it must be removed, or it would hold up
      // its author.
      this.#rows.owe(error, (query) =>
        query('DELETE FROM messages WHERE board = $1 AND message_id = $2 AND attempt = $3 AND epoch IS NULL', [
          ...[board, messageId, attempt],
        ]),
      );
      throw error;
    }
  }

  /** @throws StoreError if another bridge has taken the intent over: nothing more may be sent for it */
  revise(messageId: string, details: string): Promise<void> {
    return this.#rows.write(async (query, bridge) => {
      const revised = await query(
        `UPDATE messages SET details = $4 WHERE board = $1 AND message_id = $2 AND details IS NOT NULL AND ${OWN_INTENT}
         RETURNING 1`,
        [this.#rows.board, messageId, bridge, details],
      );
      if (revised.length > 0 || bridge === '') return;
      throw new StoreError('away', this.#rows.postgres.name, 'another bridge has taken over this post');
    });
  }

  /** Stays true while the database is away, like `forget`: it is stored once the database is back. */
  done(post: OwnPost): Promise<void> {
    return this.#rows.writeOrOwe(async (query, bridge) => {
      const { messageId, epoch, sequence, references, path = '' } = post;
      const board = this.#rows.board;
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
      // Its number may belong to another post.
      if (epoch !== 0) await this.#dropIntent(query, messageId);
      await this.#rows.hint(query, bridge);
    });
  }

  /** If another bridge has taken the intent over, that one will find out. */
  forget(messageId: string): Promise<void> {
    return this.#rows.writeOrOwe(async (query, bridge) => {
      const own = await query(
        `SELECT 1 FROM messages WHERE board = $1 AND message_id = $2 AND ${OWN_INTENT} FOR UPDATE`,
        [...[this.#rows.board, messageId, bridge]],
      );
      if (own.length === 0 && bridge !== '') return;
      await this.#dropIntent(query, messageId);
      await this.#rows.hint(query, bridge);
    });
  }

  async intents(): Promise<Intent[]> {
    const rows = await this.#rows.select(`${INTENT}, bridge FROM messages`, 'AND details IS NOT NULL ORDER BY created');
    return rows.map((row) => intentAt(row, this.#rows.member?.id ?? ''));
  }

  async #dropIntent(query: Query, messageId: string): Promise<void> {
    const key = [this.#rows.board, messageId];
    await query('DELETE FROM messages WHERE board = $1 AND message_id = $2 AND epoch IS NULL', key);
    await query('UPDATE messages SET details = NULL WHERE board = $1 AND message_id = $2', key);
  }

  /**
   * An open intent of another bridge whose post could not be told from this one on the board. Two that begin at the
   * same moment wait for each other here.
   */
  async #twin(query: Query, twin: string, bridge: string): Promise<Intent | undefined> {
    await query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`rgtp-nntp ${this.#rows.board} ${twin}`]);
    const [row] = await query(
      `SELECT ${INTENT}, bridge FROM messages
       WHERE board = $1 AND twin = $2 AND bridge <> $3 AND details IS NOT NULL AND epoch IS NULL`,
      [this.#rows.board, twin, bridge],
    );
    return row && intentAt(row, bridge);
  }
}

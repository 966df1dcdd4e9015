import type { Intent } from '../permanent.ts';
import { INTENT, intentOf } from '../permanent-columns.ts';
import type { Postgres, Query } from './postgres.ts';

interface Heir {
  readonly id: string;
  requireMember(query: Query): Promise<string>;
}

/** The lock that a bridge holds while it lives. */
export function lockOf(id: string): string {
  return `rgtp-nntp bridge ${id}`;
}

/** The lock that all bridges of a board share, and who is to be alone has. */
export function allOf(board: string): string {
  return `rgtp-nntp ${board}`;
}

/**
 * Takes over what dead bridges left; of several that try, one does. A bridge is dead if its lock is free.
 * @returns the intents to be settled
 */
export async function takeOver(postgres: Postgres, board: string, heir: Heir): Promise<Intent[]> {
  const others = await postgres.query(
    `SELECT id FROM bridges WHERE board = $1 AND id <> $2
     UNION SELECT '' FROM messages WHERE board = $1 AND bridge = '' AND details IS NOT NULL AND epoch IS NULL`,
    [board, heir.id],
  );
  const taken: Intent[] = [];
  for (const row of others) {
    const id = String(row['id']);
    const left = await postgres.transaction(async (query) => {
      const own = await heir.requireMember(query);
      if (!(await isFree(query, lockOf(id)))) return [];
      // Its last transaction may still be open: PostgreSQL has not noticed yet that this connection of its is dead, too.
      const there = await query('SELECT 1 FROM bridges WHERE board = $1 AND id = $2 FOR UPDATE SKIP LOCKED', [
        board,
        id,
      ]);
      if (id !== '' && there.length === 0) return [];
      await query('DELETE FROM bridges WHERE board = $1 AND id = $2', [board, id]);
      return query(
        `UPDATE messages SET bridge = $2 WHERE board = $1 AND bridge = $3 AND details IS NOT NULL
         RETURNING ${INTENT}, epoch`,
        [board, own, id],
      );
    });
    // What has its number, but no epoch yet, is no longer to be looked for.
    taken.push(...left.filter((one) => one['epoch'] === null).map(intentOf));
  }
  return taken;
}

async function isFree(query: Query, lock: string): Promise<boolean> {
  const [row] = await query('SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS free', [lock]);
  return row?.['free'] === true;
}

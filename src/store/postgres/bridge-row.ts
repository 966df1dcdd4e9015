/** The row of a bridge in `bridges`, and what all of them show together. */
import type { Client } from 'pg';
import type { Query } from './postgres.ts';

/** What a look at the bridges of a board finds. */
export interface Seen {
  readonly version: bigint;
  /** how many there are */
  readonly bridges: number;
  /** this one's row is there */
  readonly isHere: boolean;
  /** somebody reads the board at one of them */
  readonly isRead: boolean;
}

/**
 * Adds a row in place of the bridge's row under its last name, whose intents become its own again. May run twice.
 *
 * @param before its last name; '' if it had none
 * @returns whether that row was there, and the Message-IDs of all its intents
 */
export async function addRow(
  query: Query,
  board: string,
  id: string,
  before: string,
): Promise<{ readonly wasThere: boolean; readonly kept: readonly string[] }> {
  await query('INSERT INTO bridges (board, id) VALUES ($1, $2) ON CONFLICT DO NOTHING', [board, id]);
  const removed = await query('DELETE FROM bridges WHERE board = $1 AND id = $2 RETURNING 1', [board, before]);
  // The second time, the old name is gone, and its intents have the new one.
  if (removed.length > 0) {
    await query('UPDATE messages SET bridge = $2 WHERE board = $1 AND bridge = $3 AND details IS NOT NULL', [
      ...[board, id, before],
    ]);
  }
  const own = await query('SELECT message_id FROM messages WHERE board = $1 AND bridge = $2 AND details IS NOT NULL', [
    ...[board, id],
  ]);
  return { wasThere: removed.length > 0, kept: own.map((row) => String(row['message_id'])) };
}

/** Locks the row until the transaction ends, so that nobody can remove it. Returns false if it is gone. */
export async function keepRow(query: Query, board: string, id: string): Promise<boolean> {
  const own = await query('SELECT 1 FROM bridges WHERE board = $1 AND id = $2 FOR KEY SHARE', [board, id]);
  return own.length > 0;
}

/** Writes whether somebody reads the board here, and looks at all bridges. `undefined`: the board is unknown. */
export async function lookAtRows(
  client: Client,
  board: string,
  id: string,
  isReadHere: boolean,
): Promise<Seen | undefined> {
  await client.query('UPDATE bridges SET is_read = $3 WHERE board = $1 AND id = $2 AND is_read <> $3', [
    ...[board, id, isReadHere],
  ]);
  const { rows } = await client.query<{ version: string; bridges: string; is_here: boolean; is_read: boolean }>(
    `SELECT version, count(b.id) AS bridges, bool_or(b.id = $2) AS is_here, bool_or(b.is_read) AS is_read
     FROM boards LEFT JOIN bridges b USING (board) WHERE board = $1 GROUP BY board, version`,
    [board, id],
  );
  const [seen] = rows;
  return (
    seen && {
      version: BigInt(seen.version),
      bridges: Number(seen.bridges),
      isHere: seen.is_here,
      isRead: seen.is_read,
    }
  );
}

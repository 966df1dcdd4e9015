import type { Client } from 'pg';
import { StoreError } from '../errors.ts';
import { allOf } from './heirs.ts';

/** Settings that decide how articles look, by their keys in the configuration. */
export type Identity = Readonly<Record<string, string>>;

/**
 * Bridges of one board show the same articles only if these are the same for all of them. The first one says what they are; another
 * value is taken when no other bridge is there. A version that knows more of them, or fewer, can join the others.
 * @param client with the lock that every bridge of the board shares
 * @throws StoreError
 */
export async function agree(client: Client, board: string, own: Identity, name: string): Promise<void> {
  await client.query('BEGIN');
  try {
    const { rows } = await client.query<{ identity: string }>(
      'SELECT identity FROM boards WHERE board = $1 FOR UPDATE',
      [board],
    );
    const stored = rows[0]?.identity ?? '';
    // What is written below.
    const theirs: Identity = stored === '' ? {} : (JSON.parse(stored) as Identity);
    const other = Object.keys(own).find((key) => theirs[key] !== undefined && theirs[key] !== own[key]);
    if (other !== undefined && !(await isAlone(client, allOf(board)))) {
      throw new StoreError(
        'locked',
        name,
        `other bridges serve the board ${board} with ${other}: ${theirs[other]}, and here it is ${own[other]}. ` +
          'Make it the same on all machines; to change it, stop all of them first',
      );
    }
    await client.query('UPDATE boards SET identity = $2 WHERE board = $1 AND identity <> $2', [
      ...[board, JSON.stringify({ ...theirs, ...own })],
    ]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

async function isAlone(client: Client, lock: string): Promise<boolean> {
  const { rows } = await client.query<{ alone: boolean }>(
    'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS alone',
    [lock],
  );
  const alone = rows[0]?.alone === true;
  if (alone) await client.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [lock]);
  return alone;
}

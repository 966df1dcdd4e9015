import type { Client } from 'pg';
import { Trouble } from '../../wire/trouble.ts';
import { allOf } from './takeover.ts';

/** Settings that decide how articles look, by configuration key. */
export type Identity = Readonly<Record<string, string>>;

/** A bridge with these settings would show different articles from those already running. */
export class OtherSettings extends Trouble {}

/**
 * Bridges of one board show the same articles only if they have the same settings. The first one determines them; they
 * can change only while no other bridge is running. A version that knows more settings, or fewer, can join the others.
 * @param client holds the lock that all bridges of the board share
 * @throws OtherSettings
 */
export async function agree(client: Client, board: string, own: Identity): Promise<void> {
  await client.query('BEGIN');
  try {
    const { rows } = await client.query<{ identity: string }>(
      'SELECT identity FROM boards WHERE board = $1 FOR UPDATE',
      [board],
    );
    const stored = rows[0]?.identity ?? '';
    // Written below.
    const theirs: Identity = stored === '' ? {} : (JSON.parse(stored) as Identity);
    const other = Object.keys(own).find((key) => theirs[key] !== undefined && theirs[key] !== own[key]);
    if (other !== undefined && !(await isAlone(client, allOf(board)))) {
      const [there, here] = [theirs[other], own[other]];
      throw new OtherSettings(`other bridges serve the board ${board} with ${other}: ${there}, and here it is ${here}`);
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

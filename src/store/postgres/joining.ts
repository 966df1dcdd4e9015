import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { addRow } from './bridge-row.ts';
import { agree, type Identity } from './identity.ts';
import { connectForLocks, type Silences } from './lock-connection.ts';
import type { Postgres } from './postgres.ts';
import { allOf, lockOf } from './takeover.ts';

export interface Joining {
  /** as the only bridge */
  readonly alone?: boolean;
  /** the settings that it must have in common with the others */
  readonly identity?: Identity;
  /** called once before waiting: another process wants to be alone, or this one does and there is another */
  readonly onWaiting: () => void;
  readonly silences: Silences;
  /** ms between attempts while another process is alone with the board */
  readonly again: number;
  /** ends the wait for that process */
  readonly ended: AbortSignal;
}

export interface Joined {
  /** the connection that holds its locks */
  readonly client: Client;
  /** its new name */
  readonly id: string;
  /** its row under its last name was still there: nobody has taken it for dead */
  readonly wasThere: boolean;
  /** the Message-IDs of its intents */
  readonly kept: readonly string[];
  /** the board's data was copied from the database to files */
  readonly isMoved: boolean;
}

/**
 * Opens the connection with a bridge's locks, and adds its row. The intents of its last name become its own again.
 *
 * @param before its last name; '' if it had none
 */
export async function joinBridges(
  postgres: Postgres,
  board: string,
  before: string,
  joining: Joining,
): Promise<Joined> {
  const client = await connectForLocks(postgres.config, joining.silences);
  try {
    await admitted(client, board, joining);
    if (joining.identity !== undefined) await agree(client, board, joining.identity);
    const id = randomUUID();
    await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [lockOf(id)]);
    const moved = await client.query('SELECT 1 FROM boards WHERE board = $1 AND moved', [board]);
    const { wasThere, kept } = await postgres.transaction((query) => addRow(query, board, id, before));
    return { client, id, wasThere, kept, isMoved: moved.rows.length > 0 };
  } catch (error) {
    void client.end().catch(() => {});
    throw error;
  }
}

/** Waits while another process wants to be alone with the board. Rejects with the signal's reason. */
async function admitted(client: Client, board: string, { alone, again, ended, onWaiting }: Joining): Promise<void> {
  for (let waiting = false; ; waiting = true) {
    ended.throwIfAborted();
    const verb = alone === true ? 'pg_try_advisory_lock' : 'pg_try_advisory_lock_shared';
    const sql = `SELECT ${verb}(hashtextextended($1, 0)) AS locked`;
    const { rows } = await client.query<{ locked: boolean }>(sql, [allOf(board)]);
    if (rows[0]?.locked === true) return;
    if (!waiting) onWaiting();
    await delay(again, undefined, { ref: false, signal: ended }).catch(() => {});
  }
}

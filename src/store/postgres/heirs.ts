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

/** Takes over what dead bridges left; of several that try, one does. A bridge is dead if its lock is free. */
export class Inheritance {
  readonly #postgres: Postgres;
  readonly #board: string;
  readonly #heir: Heir;
  /** Message-IDs of what the dead left, and this bridge may have taken: it has, where it was committed, whether or not anybody heard so */
  readonly #left = new Set<string>();

  constructor(postgres: Postgres, board: string, heir: Heir) {
    this.#postgres = postgres;
    this.#board = board;
    this.#heir = heir;
  }

  /** @returns the intents to be settled, each once */
  async take(): Promise<Intent[]> {
    const others = await this.#postgres.query(
      `SELECT id FROM bridges WHERE board = $1 AND id <> $2
       UNION SELECT '' FROM messages WHERE board = $1 AND bridge = '' AND details IS NOT NULL AND epoch IS NULL`,
      [this.#board, this.#heir.id],
    );
    for (const { id } of others) await this.#takeFrom(String(id));
    if (this.#left.size === 0) return [];
    // What has its number, but no epoch yet, is no longer to be looked for.
    const taken = await this.#postgres.query(
      `SELECT ${INTENT} FROM messages WHERE board = $1 AND bridge = $2 AND message_id = ANY ($3::text[])
         AND details IS NOT NULL AND epoch IS NULL`,
      [this.#board, this.#heir.id, [...this.#left]],
    );
    this.#left.clear();
    return taken.map(intentOf);
  }

  #takeFrom(dead: string): Promise<void> {
    return this.#postgres.transaction(async (query) => {
      const own = await this.#heir.requireMember(query);
      if (!(await isFree(query, lockOf(dead)))) return;
      // Its last transaction may still be open: PostgreSQL has not noticed yet that this connection of its is dead, too.
      const there = await query('SELECT 1 FROM bridges WHERE board = $1 AND id = $2 FOR UPDATE SKIP LOCKED', [
        ...[this.#board, dead],
      ]);
      if (dead !== '' && there.length === 0) return;
      const left = await query(
        'SELECT message_id FROM messages WHERE board = $1 AND bridge = $2 AND details IS NOT NULL FOR UPDATE',
        [...[this.#board, dead]],
      );
      for (const row of left) this.#left.add(String(row['message_id']));
      await query('DELETE FROM bridges WHERE board = $1 AND id = $2', [this.#board, dead]);
      await query('UPDATE messages SET bridge = $2 WHERE board = $1 AND bridge = $3 AND details IS NOT NULL', [
        ...[this.#board, own, dead],
      ]);
    });
  }
}

async function isFree(query: Query, lock: string): Promise<boolean> {
  const [row] = await query('SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS free', [lock]);
  return row?.['free'] === true;
}

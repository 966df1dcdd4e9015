import { INTENT, intentOf } from '../permanent-columns.ts';
import type { Intent } from '../permanent-records.ts';
import type { Postgres, Query } from './postgres.ts';

/** The bridge that takes over. */
interface Member {
  readonly id: string;
  requireMember(query: Query): Promise<string>;
}

/** The lock that a bridge holds while it lives. */
export function lockOf(id: string): string {
  return `rgtp-nntp bridge ${id}`;
}

/** The lock that all bridges of a board share, or that a process holds exclusively to be alone. */
export function allOf(board: string): string {
  return `rgtp-nntp ${board}`;
}

/** Takes over what dead bridges have left; of several that try, one succeeds. A bridge is dead if its lock is free. */
export class Takeover {
  readonly #postgres: Postgres;
  readonly #board: string;
  readonly #member: Member;
  /**
   * Message-IDs of what dead bridges left and this one may have taken over: it has if the transaction was committed,
   * even if the answer was lost
   */
  readonly #left = new Set<string>();
  #looking: Promise<void> | undefined;
  #onTaken: ((intents: readonly Intent[]) => void) | undefined;
  /** taken over before there was a listener */
  #taken: Intent[] = [];

  constructor(postgres: Postgres, board: string, member: Member) {
    this.#postgres = postgres;
    this.#board = board;
    this.#member = member;
  }

  /** Calls the listener with the intents to be settled, each once. */
  onTaken(listener: (intents: readonly Intent[]) => void): void {
    this.#onTaken = listener;
    this.#tell([]);
  }

  /** Looks for dead bridges, and does not wait: their locks may hold it up. */
  look(): void {
    this.#looking ??= this.#take()
      .then((intents) => this.#tell(intents))
      .catch(() => {})
      .finally(() => {
        this.#looking = undefined;
      });
  }

  #tell(intents: readonly Intent[]): void {
    this.#taken.push(...intents);
    if (this.#onTaken === undefined || this.#taken.length === 0) return;
    this.#onTaken(this.#taken.splice(0));
  }

  async #take(): Promise<Intent[]> {
    const others = await this.#postgres.query(
      `SELECT id FROM bridges WHERE board = $1 AND id <> $2
       UNION SELECT '' FROM messages WHERE board = $1 AND bridge = '' AND details IS NOT NULL AND epoch IS NULL`,
      [this.#board, this.#member.id],
    );
    for (const { id } of others) await this.#takeFrom(String(id));
    if (this.#left.size === 0) return [];
    // A post with a number, even without an epoch, need no longer be looked for.
    const taken = await this.#postgres.query(
      `SELECT ${INTENT} FROM messages WHERE board = $1 AND bridge = $2 AND message_id = ANY ($3::text[])
         AND details IS NOT NULL AND epoch IS NULL`,
      [this.#board, this.#member.id, [...this.#left]],
    );
    this.#left.clear();
    return taken.map(intentOf);
  }

  #takeFrom(dead: string): Promise<void> {
    return this.#postgres.transaction(async (query) => {
      const own = await this.#member.requireMember(query);
      if (!(await isFree(query, lockOf(dead)))) return;
      // The dead bridge's last transaction may still be open, if PostgreSQL has not noticed yet that its connection is
      // dead, too.
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

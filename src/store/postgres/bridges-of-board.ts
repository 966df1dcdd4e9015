import { intentAt, OWN_POST, ownPost } from '../permanent-columns.ts';
import type { Epoch, Intent, Mark } from '../permanent-records.ts';
import type { News, Ownership, Shared, Shown, Step } from '../shared.ts';
import { CHANNEL, type Membership } from './membership.ts';
import type { Postgres, Query } from './postgres.ts';

interface Parts {
  readonly postgres: Postgres;
  readonly board: string;
  readonly member: Membership;
  /** writes overdue changes */
  readonly paid: () => Promise<void>;
}

/** What the bridges of one board agree on, in PostgreSQL. */
export class BridgesOfBoard implements Shared {
  readonly #parts: Parts;
  made = 0n;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get leads(): boolean {
    return this.#parts.member.leads;
  }

  get isRead(): boolean {
    return this.#parts.member.isRead;
  }

  get bridges(): number {
    return this.#parts.member.bridges;
  }

  get patience(): number {
    return this.#parts.member.patience;
  }

  turn(peer: string): number | 'elsewhere' | undefined {
    return this.#parts.member.turn(peer);
  }

  pass(peer: string): void {
    this.#parts.member.pass(peer);
  }

  report(state: { readonly isRead: boolean; readonly reachesBoard: boolean }): void {
    this.#parts.member.report(state);
  }

  ownership(): Ownership {
    return this.#parts.member.ownership();
  }

  onHint(listener: (about: 'rows' | 'posts') => void): void {
    this.#parts.member.onHint(listener);
  }

  onTaken(listener: (intents: readonly Intent[]) => void): void {
    this.#parts.member.onTaken(listener);
  }

  onRejoined(listener: (messageIds: ReadonlySet<string>) => void): void {
    this.#parts.member.onRejoined(listener);
  }

  /**
   * Transactions may end in another order than they began, so the position is the oldest one under way: what it or a
   * later one changes is read again next time.
   */
  async news(since: string | undefined): Promise<News> {
    const { board, member, paid } = this.#parts;
    await paid();
    const rows = await this.#parts.postgres.query(
      `SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS position, ${OWN_POST}, created, details, bridge
       FROM (SELECT) AS always LEFT JOIN messages ON board = $1 AND
         (details IS NOT NULL OR (epoch IS NOT NULL AND $2::xid8 <= pg_snapshot_xmin(pg_current_snapshot()) AND changed >= $2::xid8)
          OR (epoch IS NOT NULL AND $2::xid8 > pg_snapshot_xmin(pg_current_snapshot())))
       ORDER BY created`,
      [board, since ?? null],
    );
    const there = rows.filter((row) => row['message_id'] !== null);
    return {
      position: String(rows[0]?.['position']),
      posts: there.filter((row) => row['epoch'] !== null).map(ownPost),
      intents: there.filter((row) => row['details'] !== null).map((row) => intentAt(row, member.id)),
    };
  }

  async shown(above: number): Promise<Shown> {
    return this.#shown(this.#parts.postgres.query, above);
  }

  async version(): Promise<bigint> {
    const { postgres, board, paid } = this.#parts;
    if (postgres.trouble !== undefined) throw postgres.trouble;
    await paid();
    const [row] = await postgres.query('SELECT version FROM boards WHERE board = $1', [board]);
    return BigInt(String(row?.['version'] ?? 0));
  }

  publish({ after, rows, epochs, marks, from }: Step): Promise<Shown | undefined> {
    const { board } = this.#parts;
    return this.#step(async (query) => {
      const shown = await this.#shown(query, after);
      const isKnown = ({ number, ...epoch }: Epoch) => {
        const other = epochs.find((one) => one.number === number);
        return JSON.stringify({ ...other, number: undefined }) === JSON.stringify({ ...epoch, number: undefined });
      };
      if (shown.rows.length > 0 || !shown.epochs.every(isKnown)) return shown;
      const column = (name: keyof Epoch) => epochs.map((epoch) => epoch[name]);
      await query(
        `INSERT INTO epochs SELECT $1, * FROM unnest($2::integer[], $3::integer[], $4::bigint[], $5::bigint[])
         ON CONFLICT DO NOTHING`,
        [board, column('number'), column('generation'), column('first'), column('base')],
      );
      await query(
        `INSERT INTO recent_rows SELECT $1, * FROM unnest($2::bigint[], $3::text[])
         ON CONFLICT (board, number) DO UPDATE SET details = excluded.details`,
        [board, rows.map(({ number }) => number), rows.map(({ details }) => details)],
      );
      await query('DELETE FROM recent_rows WHERE board = $1 AND number < $2', [board, from]);
      for (const { place, low, high } of marks) {
        await query(
          `INSERT INTO water_marks AS w VALUES ($1, $2, $3, $4)
           ON CONFLICT (board, place) DO UPDATE SET high = greatest(w.high, excluded.high)`,
          [board, place, low, high],
        );
      }
      return undefined;
    });
  }

  async changed(): Promise<void> {
    await this.#step(async () => undefined);
  }

  /** Runs for one bridge at a time. If `task` makes a step, tells the others. */
  async #step(task: (query: Query) => Promise<Shown | undefined>): Promise<Shown | undefined> {
    const { postgres, board, member, paid } = this.#parts;
    await paid();
    const [shown, version] = await postgres.transaction(async (query) => {
      const id = await member.requireMember(query);
      await query('SELECT 1 FROM boards WHERE board = $1 FOR NO KEY UPDATE', [board]);
      const others = await task(query);
      if (others !== undefined) return [others, undefined] as const;
      const [row] = await query('UPDATE boards SET version = version + 1 WHERE board = $1 RETURNING version', [board]);
      await query('SELECT pg_notify($1, $2)', [CHANNEL, `rows ${id} ${board}`]);
      return [undefined, BigInt(String(row?.['version']))] as const;
    });
    if (version !== undefined) {
      this.made = version;
      member.made(version);
    }
    return shown;
  }

  /** In one statement, so that everything is from one moment. */
  async #shown(query: Query, above: number): Promise<Shown> {
    const [shown = {}] = await query(
      `SELECT version,
         ARRAY(SELECT number FROM recent_rows r WHERE r.board = b.board AND number > $2 ORDER BY number) AS numbers,
         ARRAY(SELECT details FROM recent_rows r WHERE r.board = b.board AND number > $2 ORDER BY number) AS details,
         ARRAY(SELECT json_build_object('number', number, 'generation', generation, 'first', first, 'base', base)
           FROM epochs e WHERE e.board = b.board ORDER BY number) AS epochs,
         ARRAY(SELECT json_build_object('place', place, 'low', low, 'high', high)
           FROM water_marks m WHERE m.board = b.board) AS marks
       FROM boards b WHERE board = $1`,
      [this.#parts.board, above],
    );
    // The types follow from the statement.
    const { version, numbers, details, epochs, marks } = shown as unknown as {
      version: string;
      numbers: string[];
      details: string[];
      epochs: Epoch[];
      marks: Mark[];
    };
    return {
      version: BigInt(version),
      rows: numbers.map((number, at) => ({ number: Number(number), details: details[at] ?? '' })),
      epochs,
      marks,
    };
  }
}

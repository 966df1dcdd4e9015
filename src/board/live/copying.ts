import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Skipped } from '../spool/source.ts';

/** The questions a copy has to ask. `DIFF` without an item: of the index. */
export type Wanted = 'ITEM' | 'DIFF';

/** The board that is copied, and the user who reads it: what another user has fetched is not continued. */
export interface Origin {
  readonly address: string;
  readonly user: string;
}

/** how much of what could not be copied is named; the rest is only counted */
export const MOST_NAMED = 1000;

const TABLES = `
  CREATE TABLE copying (address TEXT NOT NULL, user TEXT NOT NULL) STRICT;
  -- the rows of a reading that differ from ours, until the reading is complete
  CREATE TABLE copying_rows (
    n INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, time INTEGER NOT NULL, item TEXT, row BLOB NOT NULL
  ) STRICT;
  CREATE TABLE copying_wanted (question TEXT NOT NULL, item TEXT NOT NULL, PRIMARY KEY (question, item))
    STRICT, WITHOUT ROWID;
  CREATE TABLE copying_left_out (
    question TEXT NOT NULL, item TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (question, item)
  ) STRICT, WITHOUT ROWID;
`;

/**
 * Within a commit: records that a copy begins. The tables are not part of the board's schema, and are dropped at its
 * end.
 */
export function noteCopying(db: DatabaseSync, { address, user }: Origin): void {
  db.exec(TABLES);
  db.prepare('INSERT INTO copying VALUES (?, ?)').run(address, user);
}

/** Within a commit. */
export function dropCopying(db: DatabaseSync): void {
  for (const table of ['copying', 'copying_rows', 'copying_wanted', 'copying_left_out']) {
    db.exec(`DROP TABLE IF EXISTS ${table}`);
  }
}

/** The origin of an interrupted copy, if there is one. */
export function interruptedCopy(db: DatabaseSync): Origin | undefined {
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'copying'").get() === undefined) return undefined;
  const row = db.prepare('SELECT address, user FROM copying').get();
  return row && { address: String(row['address']), user: String(row['user']) };
}

/** What is still to be fetched, and what was left out: kept in the board's file, so that a copy can be resumed. */
export class Copying {
  readonly #want: StatementSync;
  readonly #done: StatementSync;
  readonly #next: StatementSync;
  readonly #count: StatementSync;
  readonly #leaveOut: StatementSync;
  readonly #forgive: StatementSync;
  readonly #leftOut: StatementSync;
  readonly #leftOutCount: StatementSync;
  readonly #askAgain: StatementSync;

  constructor(db: DatabaseSync) {
    this.#want = db.prepare('INSERT OR IGNORE INTO copying_wanted VALUES (?, ?)');
    this.#done = db.prepare('DELETE FROM copying_wanted WHERE question = ? AND item = ?');
    this.#next = db.prepare('SELECT item FROM copying_wanted WHERE question = ? ORDER BY item LIMIT ?');
    this.#count = db.prepare('SELECT count(*) AS n FROM copying_wanted WHERE question = ?');
    this.#leaveOut = db.prepare('INSERT OR REPLACE INTO copying_left_out VALUES (?, ?, ?)');
    this.#forgive = db.prepare('DELETE FROM copying_left_out WHERE question = ? AND item = ?');
    this.#leftOut = db.prepare('SELECT question, item, reason FROM copying_left_out ORDER BY question, item LIMIT ?');
    this.#leftOutCount = db.prepare('SELECT count(*) AS n FROM copying_left_out');
    this.#askAgain = db.prepare('INSERT OR IGNORE INTO copying_wanted SELECT question, item FROM copying_left_out');
  }

  /** Asks again for what was left out: the obstacle may be gone. */
  wantLeftOut(): void {
    this.#askAgain.run();
  }

  want(question: Wanted, item = ''): void {
    this.#want.run(question, item);
  }

  next(question: Wanted, most: number): string[] {
    return this.#next.all(question, most).map((row) => String(row['item']));
  }

  count(question: Wanted): number {
    return Number(this.#count.get(question)?.['n']);
  }

  /** A question was answered. @param reason why the answer was not taken; `undefined`: it was, or the board has none */
  answered(question: Wanted, item: string, reason?: string): void {
    this.#done.run(question, item);
    if (reason === undefined) this.#forgive.run(question, item);
    else this.#leaveOut.run(question, item, reason);
  }

  get leftOutCount(): number {
    return Number(this.#leftOutCount.get()?.['n']);
  }

  leftOut(most: number): Skipped[] {
    return this.#leftOut.all(most).map((row) => {
      const item = row['item'] === '' ? 'the index' : `item ${row['item']}`;
      return { file: row['question'] === 'DIFF' ? `the diffs of ${item}` : item, reason: String(row['reason']) };
    });
  }
}

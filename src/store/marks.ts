import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** A note about a database file itself, rather than its content. */
export type Mark =
  /** the last program that opened it has not closed it */
  | 'open'
  /** an import into the board has begun but not ended */
  | 'import-unfinished'
  /** it came from elsewhere without accounts: the next start gives it an editor and a guest */
  | 'without-people'
  /** its content was copied elsewhere, to be used there */
  | 'moved'
  /** the bridge has made a permanent file for this board, which must not be missing */
  | 'has-permanent';

/** Marks on a database file. They are outside its schema, so that they work with any version of it. */
export class Marks {
  readonly #has: StatementSync;
  readonly #set: StatementSync;
  readonly #clear: StatementSync;

  constructor(db: DatabaseSync) {
    db.exec('CREATE TABLE IF NOT EXISTS file_marks (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID');
    this.#has = db.prepare('SELECT 1 FROM file_marks WHERE name = ?');
    this.#set = db.prepare('INSERT OR IGNORE INTO file_marks VALUES (?)');
    this.#clear = db.prepare('DELETE FROM file_marks WHERE name = ?');
  }

  /** The marks of a database, without changing it; undefined: it has none. */
  static of(db: DatabaseSync): Marks | undefined {
    const table = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'file_marks'").get();
    return table === undefined ? undefined : new Marks(db);
  }

  has(mark: Mark): boolean {
    return this.#has.get(mark) !== undefined;
  }

  set(mark: Mark): void {
    this.#set.run(mark);
  }

  clear(mark: Mark): void {
    this.#clear.run(mark);
  }
}

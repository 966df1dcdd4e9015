import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { transaction } from '../../store/database.ts';
import { bytesOf, type Octets } from '../../wire/octets.ts';
import { fieldsOf, type IndexLog, type Row } from '../index-log.ts';

/** rows per transaction */
const BATCH = 1000;

/**
 * Makes our index the same as another board's, which is read row by row, several times. Rows are compared in order: as
 * long as they equal ours, nothing is written; those after our last are appended at once; a row that differs, and all
 * after it, wait until the reading is complete. Every item whose rows have changed is fetched.
 *
 * Rows arrive faster than they can be written, so each batch is written before the next is taken from the socket.
 */
export class CopiedIndex {
  readonly #db: DatabaseSync;
  readonly #index: IndexLog;
  readonly #append: StatementSync;
  readonly #stage: StatementSync;
  readonly #want: StatementSync;
  /** position of our last row that the source has, too */
  #same = 0;
  #ours: Row[] = [];
  #state: 'same' | 'beyond' | 'differs' = 'same';
  #batch: Octets[] = [];
  #rows = 0;
  #moved = false;

  constructor(db: DatabaseSync, index: IndexLog) {
    this.#db = db;
    this.#index = index;
    const columns = '(sequence, time, item, row) VALUES (?, ?, ?, ?)';
    this.#append = db.prepare(`INSERT INTO index_rows ${columns}`);
    this.#stage = db.prepare(`INSERT INTO copying_rows ${columns}`);
    this.#want = db.prepare("INSERT OR IGNORE INTO copying_wanted VALUES ('ITEM', ?)");
  }

  /** rows read so far in this reading */
  get rows(): number {
    return this.#rows;
  }

  begin(): void {
    this.#db.exec('DELETE FROM copying_rows');
    this.#same = this.#rows = 0;
    this.#ours = [];
    this.#batch = [];
    this.#state = 'same';
  }

  /** @param row 199 octets */
  take(row: Octets): void {
    this.#rows++;
    if (this.#state === 'same') {
      const mine = this.#next();
      if (mine?.row === row) {
        this.#same = mine.position;
        this.#ours.shift();
        return;
      }
      this.#state = mine === undefined ? 'beyond' : 'differs';
    }
    this.#batch.push(row);
    if (this.#batch.length === BATCH) this.#write();
  }

  /** The reading is complete. Returns whether anything has changed since the last one. */
  end(): boolean {
    this.#write();
    // The source may have lost its last rows.
    if (this.#state === 'same' && this.#next() !== undefined) this.#state = 'differs';
    if (this.#state === 'differs') transaction(this.#db, () => this.#replace());
    const moved = this.#moved;
    this.#moved = false;
    return moved;
  }

  /** Our next row to be compared. */
  #next(): Row | undefined {
    if (this.#ours.length === 0) this.#ours = this.#index.rowsAfter(this.#same, BATCH);
    return this.#ours[0];
  }

  #write(): void {
    const batch = this.#batch;
    this.#batch = [];
    if (batch.length === 0) return;
    const isAppended = this.#state === 'beyond';
    transaction(this.#db, () => {
      for (const row of batch) {
        const { sequence, time, item } = fieldsOf(row);
        (isAppended ? this.#append : this.#stage).run(sequence, time, item, bytesOf(row));
        if (isAppended && item !== null) this.#want.run(item);
      }
    });
    this.#moved = true;
  }

  #replace(): void {
    this.#moved = true;
    const rest = `SELECT item, row FROM index_rows WHERE position > ${this.#same}`;
    const now = 'SELECT item, row FROM copying_rows';
    for (const [one, other] of [
      [rest, now],
      [now, rest],
    ]) {
      this.#db.exec(
        `INSERT OR IGNORE INTO copying_wanted
         SELECT 'ITEM', item FROM (${one} EXCEPT ${other}) WHERE item IS NOT NULL`,
      );
    }
    this.#db.exec(
      `DELETE FROM index_rows WHERE position > ${this.#same};
       INSERT INTO index_rows (sequence, time, item, row) SELECT sequence, time, item, row FROM copying_rows ORDER BY n;
       DELETE FROM copying_rows`,
    );
  }
}

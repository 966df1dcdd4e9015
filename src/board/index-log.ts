import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { LRUCache } from 'lru-cache';
import type { Writer } from '../store/writer.ts';
import { type Octets, octetsFrom, passing, trimmed } from '../wire/octets.ts';

/** octets of a row, without its line end (RGTP 2.2.7) */
export const ROW_OCTETS = 199;
/** positions a block covers */
export const BLOCK = 512;
/**
 * While the cache is full, only one block in this many replaces another. Otherwise somebody who reads an index larger
 * than the cache from end to end, again and again, would never find a block in it.
 */
const ADMIT = 16;
const EMPTY = Buffer.alloc(0);

export interface Row {
  readonly position: number;
  readonly row: Octets;
}

/** What an edit of the index changes. */
export interface RowChanges {
  /** positions */
  readonly removed: readonly number[];
  /** `position` undefined: after all others */
  readonly added: readonly { readonly position: number | undefined; readonly row: Octets }[];
}

interface Newest {
  readonly position: number;
  readonly sequence: number;
}

/**
 * The index: rows of fixed length, in the order they were made. It is sent in blocks that are ready for the wire.
 * Blocks that can no longer grow are cached in memory, up to `cacheOctets`; what is read often stays.
 */
export class IndexLog {
  readonly #writer: Writer;
  readonly #blocks: LRUCache<number, Buffer>;
  readonly #insert: StatementSync;
  readonly #range: StatementSync;
  readonly #joined: StatementSync;
  readonly #bySequence: StatementSync;
  readonly #byTime: StatementSync;
  readonly #first: StatementSync;
  readonly #last: StatementSync;
  readonly #ofItem: StatementSync;
  readonly #countOfItem: StatementSync;
  readonly #deleteItem: StatementSync;
  readonly #countBetween: StatementSync;
  readonly #before: StatementSync;
  readonly #after: StatementSync;
  readonly #deleteAll: StatementSync;
  readonly #delete: StatementSync;
  readonly #put: StatementSync;
  readonly #reserve: StatementSync;
  readonly #move: StatementSync;
  #newest: Newest | undefined;
  /** blocks that were not in memory when there was no room for them */
  #missed = 0;
  #generation = 0;
  #removals = 0;
  #changes = 0;

  constructor(db: DatabaseSync, writer: Writer, cacheOctets: number) {
    this.#writer = writer;
    this.#blocks = new LRUCache({ maxSize: cacheOctets, sizeCalculation: (block) => block.length + 1 });
    this.#insert = db.prepare(
      'INSERT INTO index_rows (sequence, time, item, row) VALUES (?, ?, ?, ?) RETURNING position',
    );
    this.#range = db.prepare('SELECT position, row FROM index_rows WHERE position BETWEEN ? AND ? ORDER BY position');
    // SQLite joins the rows: five times as fast as one JavaScript object a row. Its text functions pass BLOBs through
    // unchanged. The rows come in the order of their key, `position`; `group_concat(… ORDER BY …)` would sort them again, and
    // a subquery in that order would cost a tenth more.
    this.#joined = db.prepare(
      `SELECT CAST(group_concat(row, x'0D0A') || x'0D0A' AS BLOB) AS rows
       FROM index_rows WHERE position BETWEEN ? AND ?`,
    );
    this.#bySequence = db.prepare(
      'SELECT position FROM index_rows WHERE sequence >= ? ORDER BY sequence, position LIMIT 1',
    );
    this.#byTime = db.prepare('SELECT position FROM index_rows WHERE time >= ? ORDER BY time, position LIMIT 1');
    this.#first = db.prepare('SELECT position, sequence FROM index_rows ORDER BY position LIMIT 1');
    this.#last = db.prepare('SELECT position, sequence FROM index_rows ORDER BY position DESC LIMIT 1');
    this.#ofItem = db.prepare('SELECT position, row FROM index_rows WHERE item = ? ORDER BY position LIMIT ?');
    this.#countOfItem = db.prepare('SELECT count(*) AS n FROM index_rows WHERE item = ?');
    this.#deleteItem = db.prepare('DELETE FROM index_rows WHERE item = ? RETURNING position');
    this.#countBetween = db.prepare('SELECT count(*) AS n FROM index_rows WHERE position >= ? AND position < ?');
    this.#before = db.prepare('SELECT position, row FROM index_rows WHERE position < ? ORDER BY position DESC LIMIT ?');
    this.#after = db.prepare('SELECT position, row FROM index_rows WHERE position > ? ORDER BY position LIMIT ?');
    this.#deleteAll = db.prepare('DELETE FROM index_rows');
    this.#delete = db.prepare('DELETE FROM index_rows WHERE position = ?');
    this.#put = db.prepare('INSERT INTO index_rows (position, sequence, time, item, row) VALUES (?, ?, ?, ?, ?)');
    this.#reserve = db.prepare("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'index_rows'");
    this.#move = db.prepare('UPDATE index_rows SET position = position + ? WHERE position BETWEEN ? AND ?');
    this.#newest = this.#readNewest();
  }

  /** Changes when existing rows are rewritten: a session in the middle of sending the index must stop. */
  get generation(): number {
    return this.#generation;
  }

  /** Counts attempts to remove or move rows, after which positions and line numbers may refer to other rows. */
  get removals(): number {
    return this.#removals;
  }

  /** Counts attempted changes, committed or not. */
  get changes(): number {
    return this.#changes;
  }

  /** Position of the oldest row; 1 while there is none. */
  get start(): number {
    return position(this.#first.get()) ?? 1;
  }

  /** Position of the newest row; 0 while there is none. */
  get end(): number {
    return this.#newest?.position ?? 0;
  }

  /** Within a commit. */
  append(row: Octets): void {
    this.#changes++;
    const { sequence, time, item } = fieldsOf(row);
    const position = Number(this.#insert.get(sequence, time, item, passing(row))?.['position']);
    this.#writer.afterCommit(() => {
      this.#newest = { position, sequence };
    });
  }

  /** Within a commit: removes the rows of an item. */
  removeItem(item: string): void {
    this.#changes++;
    const positions = this.#deleteItem.all(item).map((row) => Number(row['position']));
    this.#removals++;
    this.#writer.afterCommit(() => {
      for (const position of positions) this.#blocks.delete(Math.floor(position / BLOCK));
      this.#newest = this.#readNewest();
    });
  }

  /** Within a commit: removes all rows. */
  clear(): void {
    this.#changes++;
    this.#deleteAll.run();
    this.#rewritten();
  }

  /** Within a commit: removes rows, and adds others at free positions. */
  change({ removed, added }: RowChanges): void {
    this.#changes++;
    for (const position of removed) this.#delete.run(position);
    for (const { position, row } of added) {
      const { sequence, time, item } = fieldsOf(row);
      this.#put.run(position ?? null, sequence, time, item, passing(row));
    }
    this.#rewritten();
  }

  /**
   * Within a commit: moves the last rows between `from` and `to` (undefined: the end) up by `blocks`, a few at a time.
   * Repeated down to `from`, this makes room and changes nothing else: positions mean nothing but order.
   * @returns the position up to which rows are still to be moved; `undefined`: none is left
   */
  makeRoom(from: number, to: number | undefined, blocks: number): number | undefined {
    const by = blocks * BLOCK;
    const [last] = this.rowsBefore(to === undefined ? Number.MAX_SAFE_INTEGER : to + 1, 1);
    if (last === undefined || last.position < from) return undefined;
    // No row moves to a position that another still has.
    const start = Math.max(last.position - by + 1, from);
    // What is appended in the meantime comes after all rows that move.
    this.#reserve.run(last.position + by);
    this.#move.run(by, start, last.position);
    this.#rewritten();
    return start > from ? start - 1 : undefined;
  }

  /** Position of the first row at or after a sequence number. */
  fromSequence(sequence: number): number | undefined {
    const newest = this.#newest;
    if (newest === undefined) return undefined;
    const at = position(this.#bySequence.get(sequence));
    const oldest = Number(this.#first.get()?.['sequence']);
    if (oldest <= newest.sequence) return at;
    // Numbers have wrapped (RGTP 2.2.7): those up to half the range above the newest have not been given yet. The last
    // of those before the wrap is followed by those after it.
    if ((sequence - newest.sequence) >>> 0 < 0x80000000 && sequence !== newest.sequence) return undefined;
    return at ?? position(this.#bySequence.get(0));
  }

  /** Position of the first row at or after a time, unix seconds. */
  fromTime(time: number): number | undefined {
    return position(this.#byTime.get(time));
  }

  /** Rows of positions `from` to `to` in wire format, CRLF included, one block at a time. */
  *wire(from: number, to: number): Generator<Buffer> {
    for (let at = from; at <= to; at = (Math.floor(at / BLOCK) + 1) * BLOCK) {
      const block = Math.floor(at / BLOCK);
      const last = block * BLOCK + BLOCK - 1;
      // A block that may still grow must not be cached.
      const whole = at === block * BLOCK && last <= to;
      const bytes = whole ? this.#block(block) : this.#read(at, Math.min(last, to));
      if (bytes.length > 0) yield bytes;
    }
  }

  rows(from: number, to: number): Row[] {
    return this.#range.all(from, to).map(asRow);
  }

  /** The first rows of an item, at most `most`. */
  rowsOfItem(item: string, most = Number.MAX_SAFE_INTEGER): Row[] {
    return this.#ofItem.all(item, most).map(asRow);
  }

  countOfItem(item: string): number {
    return Number(this.#countOfItem.get(item)?.['n']);
  }

  /** At most `count` rows before a position, in order. */
  rowsBefore(position: number, count: number): Row[] {
    return this.#before.all(position, count).map(asRow).reverse();
  }

  rowsAfter(position: number, count: number): Row[] {
    return this.#after.all(position, count).map(asRow);
  }

  /** The number of rows from position `from` up to, but excluding, `to`. */
  countBetween(from: number, to: number): number {
    return Number(this.#countBetween.get(from, to)?.['n']);
  }

  #rewritten(): void {
    this.#removals++;
    this.#writer.afterCommit(() => {
      this.#generation++;
      this.#blocks.clear();
      this.#newest = this.#readNewest();
    });
  }

  #block(block: number): Buffer {
    const kept = this.#blocks.get(block);
    if (kept !== undefined) return kept;
    const bytes = this.#read(block * BLOCK, block * BLOCK + BLOCK - 1);
    const hasRoom = this.#blocks.calculatedSize + bytes.length < this.#blocks.maxSize;
    if (hasRoom || ++this.#missed % ADMIT === 0) this.#blocks.set(block, bytes);
    return bytes;
  }

  #read(from: number, to: number): Buffer {
    const bytes = this.#joined.get(from, to)?.['rows'];
    return bytes instanceof Uint8Array ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) : EMPTY;
  }

  #readNewest(): Newest | undefined {
    const row = this.#last.get();
    return row === undefined ? undefined : { position: Number(row['position']), sequence: Number(row['sequence']) };
  }
}

/** The fields by which a row is found. */
export function fieldsOf(row: Octets): { sequence: number; time: number; item: string | null } {
  const item = row.slice(18, 26);
  return {
    sequence: Number.parseInt(row.slice(0, 8), 16),
    time: Number.parseInt(row.slice(9, 17), 16),
    item: trimmed(item) === '' ? null : item.toUpperCase(),
  };
}

function position(row: Record<string, unknown> | undefined): number | undefined {
  return row === undefined ? undefined : Number(row['position']);
}

function asRow(row: Record<string, unknown>): Row {
  const bytes = row['row'];
  if (!(bytes instanceof Uint8Array)) throw new TypeError('index row without octets');
  return { position: Number(row['position']), row: octetsFrom(bytes) };
}

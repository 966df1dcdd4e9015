import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { inChunks } from '../wire/long-text.ts';
import { join, type Octets, octets, octetsFrom, passing } from '../wire/octets.ts';
import { wireLines } from './items.ts';

/** Unified diffs of the edits of items and of the index, for DIFF (RGTP 2.2.22). A long one is kept in several rows. */
export class Diffs {
  readonly #insert: StatementSync;
  readonly #select: StatementSync;
  readonly #next: StatementSync;
  readonly #items: StatementSync;

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare('INSERT INTO diffs (item, time, text) VALUES (?, ?, ?)');
    this.#items = db.prepare('SELECT DISTINCT item FROM diffs ORDER BY item');
    this.#select = db.prepare('SELECT text FROM diffs WHERE item IS ? ORDER BY id');
    this.#next = db.prepare('SELECT id, text FROM diffs WHERE item IS ? AND id > ? ORDER BY id LIMIT 1');
  }

  /** Within a commit. @param item undefined: the index. @param time unix seconds; undefined: unknown (imported) */
  append(item: string | undefined, time: number | undefined, text: Octets): void {
    for (const chunk of inChunks(text)) this.#insert.run(item ?? null, time ?? null, passing(chunk));
  }

  has(item: string | undefined): boolean {
    return this.#next.get(item ?? null, 0) !== undefined;
  }

  /** All diffs of an item in order, lines ended by LF. Empty if there are none. */
  text(item: string | undefined): Octets {
    const texts: Octets[] = [];
    for (const row of this.#select.iterate(item ?? null)) {
      if (row['text'] instanceof Uint8Array) texts.push(octetsFrom(row['text']));
    }
    return join(texts, octets``);
  }

  /** The same in wire format, a piece at a time. */
  *wire(item: string | undefined): Generator<Buffer> {
    for (
      let row = this.#next.get(item ?? null, 0);
      row !== undefined;
      row = this.#next.get(item ?? null, row['id'] ?? 0)
    ) {
      const text = row['text'] instanceof Uint8Array ? octetsFrom(row['text']) : octets``;
      // Version 0.1 kept diffs of any length in one row.
      for (const chunk of inChunks(text)) yield wireLines(chunk);
    }
  }

  /** The items that have diffs. undefined stands for the index. */
  items(): (string | undefined)[] {
    return this.#items.all().map((row) => (typeof row['item'] === 'string' ? row['item'] : undefined));
  }
}

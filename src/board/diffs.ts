import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { bytesOf, type Octets, octetsFrom } from '../wire/octets.ts';

/** What DIFF shows: unified diffs of every edit of an item, or of the index (RGTP 2.2.22). */
export class Diffs {
  readonly #insert: StatementSync;
  readonly #select: StatementSync;
  readonly #items: StatementSync;

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare('INSERT INTO diffs (item, time, text) VALUES (?, ?, ?)');
    this.#items = db.prepare('SELECT DISTINCT item FROM diffs ORDER BY item');
    this.#select = db.prepare('SELECT text FROM diffs WHERE item IS ? ORDER BY id');
  }

  /** Within a commit. @param item undefined: the index. @param time unix seconds; undefined: imported, not known */
  append(item: string | undefined, time: number | undefined, text: Octets): void {
    this.#insert.run(item ?? null, time ?? null, bytesOf(text));
  }

  /** All diffs one after another, lines ended by LF; empty: none. */
  text(item: string | undefined): Octets {
    let text = '';
    for (const row of this.#select.iterate(item ?? null)) {
      if (row['text'] instanceof Uint8Array) text += octetsFrom(row['text']);
    }
    return text;
  }

  /** Every item that has diffs; undefined: the index. */
  items(): (string | undefined)[] {
    return this.#items.all().map((row) => (typeof row['item'] === 'string' ? row['item'] : undefined));
  }
}

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { bytesOf, join, type Octets, octets, octetsFrom } from '../wire/octets.ts';

/** Unified diffs of the edits of items and of the index, for DIFF (RGTP 2.2.22). */
export class Diffs {
  readonly #insert: StatementSync;
  readonly #select: StatementSync;
  readonly #items: StatementSync;

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare('INSERT INTO diffs (item, time, text) VALUES (?, ?, ?)');
    this.#items = db.prepare('SELECT DISTINCT item FROM diffs ORDER BY item');
    this.#select = db.prepare('SELECT text FROM diffs WHERE item IS ? ORDER BY id');
  }

  /** Within a commit. @param item undefined: the index. @param time unix seconds; undefined: unknown (imported) */
  append(item: string | undefined, time: number | undefined, text: Octets): void {
    this.#insert.run(item ?? null, time ?? null, bytesOf(text));
  }

  /** All diffs of an item in order, lines ended by LF. Empty where there are none. */
  text(item: string | undefined): Octets {
    const texts: Octets[] = [];
    for (const row of this.#select.iterate(item ?? null)) {
      if (row['text'] instanceof Uint8Array) texts.push(octetsFrom(row['text']));
    }
    return join(texts, octets``);
  }

  /** The items that have diffs. undefined stands for the index. */
  items(): (string | undefined)[] {
    return this.#items.all().map((row) => (typeof row['item'] === 'string' ? row['item'] : undefined));
  }
}

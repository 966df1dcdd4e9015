import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { bytesOf, type Octets, octetsFrom } from '../wire/octets.ts';

/** What ELOG shows: one text an edit, as groggsd writes it (RGTP 2.2.21). */
export class EditLog {
  readonly #insert: StatementSync;
  readonly #all: StatementSync;

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare('INSERT INTO edit_log (time, text) VALUES (?, ?)');
    this.#all = db.prepare('SELECT text FROM edit_log ORDER BY id');
  }

  /** Within a commit. @param time unix seconds; undefined: imported, not known */
  append(time: number | undefined, text: Octets): void {
    this.#insert.run(time ?? null, bytesOf(text));
  }

  /** All of it, lines ended by LF; empty: no edits. */
  text(): Octets {
    let text = '';
    for (const row of this.#all.iterate()) {
      if (row['text'] instanceof Uint8Array) text += octetsFrom(row['text']);
    }
    return text;
  }
}

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { bytesOf, join, type Octets, octets, octetsFrom } from '../wire/octets.ts';

/** The edit log: one entry an edit, in groggsd's form (RGTP 2.2.21). */
export class EditLog {
  readonly #insert: StatementSync;
  readonly #all: StatementSync;

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare('INSERT INTO edit_log (time, text) VALUES (?, ?)');
    this.#all = db.prepare('SELECT text FROM edit_log ORDER BY id');
  }

  /** Within a commit. @param time unix seconds; undefined: unknown (imported) */
  append(time: number | undefined, text: Octets): void {
    this.#insert.run(time ?? null, bytesOf(text));
  }

  /** The whole log, lines ended by LF. Empty where there were no edits. */
  text(): Octets {
    const texts: Octets[] = [];
    for (const row of this.#all.iterate()) {
      if (row['text'] instanceof Uint8Array) texts.push(octetsFrom(row['text']));
    }
    return join(texts, octets``);
  }
}

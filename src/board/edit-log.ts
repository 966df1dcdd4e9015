import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { bytesOf, join, type Octets, octets, octetsFrom } from '../wire/octets.ts';
import { wireLines } from './items.ts';
import { inChunks } from './long-text.ts';

/** entries read together */
const AT_ONCE = 20;

/** The edit log: one entry an edit, in groggsd's form (RGTP 2.2.21). A long one (imported) is kept in several rows. */
export class EditLog {
  readonly #insert: StatementSync;
  readonly #all: StatementSync;
  readonly #some: StatementSync;

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare('INSERT INTO edit_log (time, text) VALUES (?, ?)');
    this.#some = db.prepare(`SELECT id, text FROM edit_log WHERE id > ? ORDER BY id LIMIT ${AT_ONCE}`);
    this.#all = db.prepare('SELECT text FROM edit_log ORDER BY id');
  }

  /** Within a commit. @param time unix seconds; undefined: unknown (imported) */
  append(time: number | undefined, text: Octets): void {
    for (const chunk of inChunks(text)) this.#insert.run(time ?? null, bytesOf(chunk));
  }

  get isEmpty(): boolean {
    return this.#some.get(0) === undefined;
  }

  /** The log in wire format, a few entries at a time; none where there were no edits. */
  *wire(): Generator<Buffer> {
    let after = 0;
    for (let rows = this.#some.all(after); rows.length > 0; rows = this.#some.all(after)) {
      after = Number(rows.at(-1)?.['id']);
      const texts = rows.map((row) => (row['text'] instanceof Uint8Array ? octetsFrom(row['text']) : octets``));
      yield wireLines(join(texts, octets``));
    }
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

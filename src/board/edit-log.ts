import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { LRUCache } from 'lru-cache';
import { inChunks } from '../wire/long-text.ts';
import { join, type Octets, octets, octetsFrom, passing } from '../wire/octets.ts';
import { wireLines } from './items.ts';

/** entries read together */
const AT_ONCE = 20;
/** octets of a page beside its text */
const PAGE_OCTETS = 200;

/** Some entries in wire format. */
interface Page {
  readonly bytes: Buffer;
  /** id of its last entry */
  readonly last: number;
}

/**
 * The edit log: one entry per edit, in groggsd's form (RGTP 2.2.21). A long entry (imported) is kept in several rows.
 */
export class EditLog {
  readonly #insert: StatementSync;
  readonly #all: StatementSync;
  readonly #some: StatementSync;
  /** pages that get no more entries, by the id before them: made once for all readers */
  readonly #pages: LRUCache<number, Page>;

  /** @param cacheOctets for the pages read most recently */
  constructor(db: DatabaseSync, cacheOctets: number) {
    this.#pages = new LRUCache({ maxSize: cacheOctets, sizeCalculation: ({ bytes }) => bytes.length + PAGE_OCTETS });
    this.#insert = db.prepare('INSERT INTO edit_log (time, text) VALUES (?, ?)');
    this.#some = db.prepare(`SELECT id, text FROM edit_log WHERE id > ? ORDER BY id LIMIT ${AT_ONCE}`);
    this.#all = db.prepare('SELECT text FROM edit_log ORDER BY id');
  }

  /** Within a commit. @param time unix seconds; undefined: unknown (imported) */
  append(time: number | undefined, text: Octets): void {
    for (const chunk of inChunks(text)) this.#insert.run(time ?? null, passing(chunk));
  }

  get isEmpty(): boolean {
    return this.#some.get(0) === undefined;
  }

  /** The log in wire format, a few entries at a time; nothing if there were no edits. */
  *wire(): Generator<Buffer> {
    for (let page = this.#page(0); page !== undefined; page = this.#page(page.last)) yield page.bytes;
  }

  #page(after: number): Page | undefined {
    const kept = this.#pages.get(after);
    if (kept !== undefined) return kept;
    const rows = this.#some.all(after);
    if (rows.length === 0) return undefined;
    const texts = rows.map((row) => (row['text'] instanceof Uint8Array ? octetsFrom(row['text']) : octets``));
    const page = { bytes: wireLines(join(texts, octets``)), last: Number(rows.at(-1)?.['id']) };
    if (rows.length === AT_ONCE) this.#pages.set(after, page);
    return page;
  }

  /** The whole log, lines ended by LF. Empty if there were no edits. */
  text(): Octets {
    const texts: Octets[] = [];
    for (const row of this.#all.iterate()) {
      if (row['text'] instanceof Uint8Array) texts.push(octetsFrom(row['text']));
    }
    return join(texts, octets``);
  }
}

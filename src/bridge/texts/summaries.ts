import type { Cache } from '../../store/cache.ts';
import type { Charset } from '../../wire/charset.ts';
import { atOnce, eventLoop } from '../../wire/fair-share.ts';
import { type Octets, octetsFrom } from '../../wire/octets.ts';
import { SmallNumbers, withRoom } from '../growable.ts';
import type { ItemText, PostText } from '../item-text.ts';
import type { ItemRecord, PostSummary, Posts } from '../model.ts';
import { isInItem } from '../row-kinds.ts';
import { bodyOfPost } from '../text.ts';
import { Names } from './names.ts';

/** Version of the format, and of how bodies are made: what another version measured is measured again. */
const VERSION = 1;
/** Octets of a post in stored form: its row, the octets and lines of its body, the length of its grogname. */
const ENTRY = 16;
const OCTETS = 4;
const LINES = 8;
const NAME = 12;
/** Items read at a time, or written in one transaction: a few milliseconds' work. */
const BATCH = 256;
/** Octets of a text too long to be measured in one go. */
const LONG = 1 << 16;

/**
 * What overview needs from each post, in columns beside the index, so that overview and headers need no texts. Taken
 * from each text as it arrives; stored by item, so that it is deleted with the item's text when that is revoked.
 */
export class Summaries {
  readonly #cache: Cache;
  readonly #posts: Posts;
  readonly #charset: Charset;
  /** by row; a post without a name here is unknown */
  readonly #octets = new SmallNumbers();
  readonly #lines = new SmallNumbers();
  /** by row: the number of the name */
  #named = new Uint32Array(0);
  readonly #names = new Names();
  /** by item: 1 if they were taken from its text */
  #learnt = new Uint8Array(0);
  readonly #unwritten = new Set<number>();
  /** by item: texts that are being measured */
  readonly #learning = new Map<number, ItemText>();

  constructor(cache: Cache, posts: Posts, charset: Charset) {
    this.#cache = cache;
    this.#posts = posts;
    this.#charset = charset;
    this.#begin();
  }

  of(row: number): PostSummary | undefined {
    const grogname = this.#nameOf(row);
    return grogname === undefined ? undefined : { grogname, octets: this.#octets.at(row), lines: this.#lines.at(row) };
  }

  /** Whether the item's text has been measured. */
  knows(item: number): boolean {
    return this.#learnt[item] === 1;
  }

  /** Measures the indexed posts in an item's text; takes turns if it is long. */
  learn(record: ItemRecord, text: ItemText): void {
    this.#learning.set(record.index, text);
    const work = this.#learn(record, text);
    if (text.octets <= LONG) atOnce(work);
    else eventLoop.inTurns(work);
  }

  *#learn(record: ItemRecord, text: ItemText): Generator<undefined, void> {
    const { kinds, sequences } = this.#posts;
    const posts = new Map<number, PostText>();
    for (const post of text.posts()) if (!posts.has(post.sequence)) posts.set(post.sequence, post);
    for (const row of record.rows) {
      const post = isInItem(kinds[row]) ? posts.get(sequences[row] ?? 0) : undefined;
      if (post === undefined) this.#clear(row);
      else {
        const { octets, lines } = bodyOfPost(post, this.#charset);
        this.#set(row, octets, lines, post.grogname);
      }
      yield;
      // The text was revoked, or replaced by another.
      if (this.#learning.get(record.index) !== text) return;
    }
    this.#learning.delete(record.index);
    this.#hasLearnt(record.index);
    this.#unwritten.add(record.index);
  }

  /** Posts are gone. To be called within a transaction. */
  forget(rows: Iterable<number>, items: readonly ItemRecord[]): void {
    const touched = new Set<number>();
    for (const row of rows) {
      this.#clear(row);
      touched.add(this.#posts.items[row] ?? -1);
    }
    for (const item of touched) {
      const record = items[item];
      if (record !== undefined && this.knows(item)) this.#cache.putSummary(item, this.#encode(record));
      else this.#cache.dropSummary(item);
    }
  }

  /** An item's text was revoked. To be called within a transaction. */
  drop(record: ItemRecord): void {
    for (const row of record.rows) this.#clear(row);
    this.#learning.delete(record.index);
    if (this.knows(record.index)) this.#learnt[record.index] = 0;
    this.#unwritten.delete(record.index);
    this.#cache.dropSummary(record.index);
  }

  get dirty(): boolean {
    return this.#unwritten.size > 0;
  }

  /** Writes some of what has not been written; `dirty` if there is more. To be called within a transaction. */
  write(items: readonly ItemRecord[], most = BATCH): void {
    let left = most;
    for (const index of this.#unwritten) {
      if (left-- === 0) break;
      this.#unwritten.delete(index);
      const record = items[index];
      if (record !== undefined) this.#cache.putSummary(index, this.#encode(record));
    }
  }

  /** The cache file is new and empty. What is known is written as texts come back. */
  restore(): void {
    this.#unwritten.clear();
    this.#begin();
  }

  /** Reads what is stored, newest items first; yields now and then. What has become known in the meantime stays. */
  *load(items: number): Generator<undefined, void> {
    for (let before = items; ; ) {
      const stored = this.#cache.summariesBefore(before, BATCH);
      for (const { item, data } of stored) {
        before = item;
        if (!this.knows(item) && !this.#unwritten.has(item)) this.#read(item, data);
      }
      if (stored.length < BATCH) return;
      yield;
    }
  }

  /** Discards the measures of another version. */
  #begin(): void {
    const measured = `${VERSION} ${this.#charset}`;
    if (this.#cache.fact('measured') === measured) return;
    this.#cache.dropAllSummaries();
    this.#cache.setFact('measured', measured);
  }

  #read(item: number, data: Uint8Array): void {
    const { kinds, items, length } = this.#posts;
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.length);
    const count = bytes.length < 4 ? 0 : bytes.readUInt32LE(0);
    let name = 4 + count * ENTRY;
    // Damaged: the rest counts as unknown.
    if (name > bytes.length) return;
    for (let at = 4; at < 4 + count * ENTRY; at += ENTRY) {
      const row = bytes.readUInt32LE(at);
      const end = name + bytes.readUInt32LE(at + NAME);
      if (end > bytes.length) return;
      if (row < length && items[row] === item && isInItem(kinds[row])) {
        const grogname = octetsFrom(bytes.subarray(name, end));
        this.#set(row, bytes.readUInt32LE(at + OCTETS), bytes.readUInt32LE(at + LINES), grogname);
      }
      name = end;
    }
    this.#hasLearnt(item);
  }

  #encode(record: ItemRecord): Buffer {
    const rows = record.rows.filter((row) => this.#nameOf(row) !== undefined);
    const names = rows.reduce((sum, row) => sum + (this.#nameOf(row)?.length ?? 0), 0);
    const bytes = Buffer.alloc(4 + rows.length * ENTRY + names);
    bytes.writeUInt32LE(rows.length, 0);
    let at = 4;
    let end = 4 + rows.length * ENTRY;
    for (const row of rows) {
      const name = this.#nameOf(row) ?? '';
      bytes.writeUInt32LE(row, at);
      bytes.writeUInt32LE(this.#octets.at(row), at + OCTETS);
      bytes.writeUInt32LE(this.#lines.at(row), at + LINES);
      bytes.writeUInt32LE(name.length, at + NAME);
      end += bytes.write(name, end, 'latin1');
      at += ENTRY;
    }
    return bytes;
  }

  #set(row: number, octets: number, lines: number, grogname: Octets): void {
    const { length } = this.#posts;
    this.#octets.set(row, octets, length);
    this.#lines.set(row, lines, length);
    this.#named = withRoom(this.#named, length, Uint32Array);
    // Take the new name before releasing the old one, which may be the same.
    const name = this.#names.take(grogname);
    this.#clear(row);
    this.#named[row] = name;
  }

  #nameOf(row: number): Octets | undefined {
    return this.#names.at(this.#named[row] ?? 0);
  }

  #clear(row: number): void {
    const name = this.#named[row] ?? 0;
    if (name === 0) return;
    this.#names.release(name);
    this.#named[row] = 0;
  }

  #hasLearnt(item: number): void {
    this.#learnt = withRoom(this.#learnt, item + 1, Uint8Array);
    this.#learnt[item] = 1;
  }
}

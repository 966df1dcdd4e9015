import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { LRUCache } from 'lru-cache';
import type { Contribution, Item } from '../../rgtp/item.ts';
import type { Cache } from '../../store/cache.ts';
import { latin1, type Octets } from '../../wire/octets.ts';

/** This many texts are written in one transaction. */
const BATCH = 256;

/** The texts of items: the most recently read as objects, the rest in the cache file. */
export class Texts {
  readonly #cache: Cache;
  readonly #recent: LRUCache<number, Item>;
  readonly #now: () => number;
  /** fetched, not yet written; in the form of the file, which is smaller and no work for the garbage collector */
  readonly #unwritten = new Map<number, Uint8Array>();

  constructor(cache: Cache, memory: number, now: () => number) {
    this.#cache = cache;
    this.#recent = new LRUCache({ maxSize: memory, sizeCalculation: weightOf });
    this.#now = now;
  }

  /** As last fetched, up to date or not. */
  get(item: number): Item | undefined {
    const recent = this.#recent.get(item);
    if (recent !== undefined) return recent;
    const text = this.#read(item, Math.floor(this.#now() / 1000));
    if (text !== undefined) this.#recent.set(item, text);
    return text;
  }

  /** Like `get`, but does not count as reading: it protects nothing from eviction. */
  peek(item: number): Item | undefined {
    return this.#recent.peek(item) ?? this.#read(item);
  }

  /** Keeps a text, to be written together with others: see `full`. */
  put(item: number, text: Item): void {
    this.#unwritten.set(item, encodeItem(text));
    if (this.#recent.has(item)) this.#recent.set(item, text);
  }

  get full(): boolean {
    return this.#unwritten.size >= BATCH;
  }

  get dirty(): boolean {
    return this.#unwritten.size > 0;
  }

  /** Forgets texts, in memory and (inside the caller's transaction) in the file. */
  drop(items: readonly number[]): void {
    for (const item of items) {
      this.#recent.delete(item);
      this.#unwritten.delete(item);
    }
    this.#cache.dropTexts(items);
  }

  /** Writes what is not written. Call it in a transaction. */
  write(): void {
    for (const [item, data] of this.#unwritten) this.#cache.putText(item, data);
    this.#unwritten.clear();
  }

  /** After `write`: makes room if the file has become too large. Returns the items whose texts were dropped. */
  evict(): readonly number[] {
    const evicted = this.#cache.evictTexts();
    for (const item of evicted) this.#recent.delete(item);
    return evicted;
  }

  /** The file is empty: nothing is held but what is in memory. */
  forgetUnwritten(): void {
    this.#unwritten.clear();
  }

  #read(item: number, time?: number): Item | undefined {
    const data = this.#unwritten.get(item) ?? this.#cache.text(item, time);
    try {
      return data && decodeItem(data);
    } catch {
      // Damaged: as good as not held.
      return undefined;
    }
  }
}

/** Version of the form in which texts are kept; another one is read as nothing, and fetched again. */
const VERSION = 1;

const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_windowLog]: 14 } } as const;

type Cells = [
  version: number,
  id: string,
  continuedFrom: string | null,
  continuedIn: string | null,
  lastEdit: number | null,
  lastReply: number | null,
  subject: string,
  mark: [sequence: number, time: number, itemId: string, userid: string | null] | null,
  ...contributions: [
    sequence: number,
    time: number,
    grogname: string,
    userid: string | null,
    header: string,
    text: string | null,
  ][],
];

/** An item as the cache keeps it: JSON of its fields, lines joined (none holds a line feed), compressed. */
export function encodeItem(item: Item): Uint8Array {
  const { mark } = item;
  const cells: Cells = [
    VERSION,
    item.id,
    item.continuedFrom ?? null,
    item.continuedIn ?? null,
    item.lastEdit ?? null,
    item.lastReply ?? null,
    item.subject,
    mark === undefined ? null : [mark.sequence, mark.time, mark.itemId, mark.userid ?? null],
    ...item.contributions.map(({ sequence, time, grogname, userid, header, lines }): Cells[8] => [
      sequence,
      time,
      grogname,
      userid ?? null,
      header.join('\n'),
      lines.length === 0 ? null : lines.join('\n'),
    ]),
  ];
  const plain = Buffer.from(JSON.stringify(cells));
  // Room for the whole at once: an item is a few kilobytes, and there are many.
  return zstdCompressSync(plain, { ...FAST, chunkSize: Math.max(64, plain.length) });
}

/** `undefined` where the octets are of another version. Throws where they are damaged. */
export function decodeItem(data: Uint8Array): Item | undefined {
  // Written by `encodeItem`, in a file that only we write; a wrong version is told apart first.
  const cells = JSON.parse(zstdDecompressSync(data).toString()) as Cells;
  if (cells[0] !== VERSION) return undefined;
  const [, id, continuedFrom, continuedIn, lastEdit, lastReply, subject, mark, ...contributions] = cells;
  return {
    id,
    continuedFrom: continuedFrom ?? undefined,
    continuedIn: continuedIn ?? undefined,
    lastEdit: lastEdit ?? undefined,
    lastReply: lastReply ?? undefined,
    subject: latin1(subject),
    mark: mark === null ? undefined : { sequence: mark[0], time: mark[1], itemId: mark[2], userid: octetsOr(mark[3]) },
    contributions: contributions.map(
      ([sequence, time, grogname, userid, header, text]): Contribution => ({
        sequence,
        time,
        grogname: latin1(grogname),
        userid: octetsOr(userid),
        header: header === '' ? [] : latin1(header).split('\n'),
        lines: text === null ? [] : latin1(text).split('\n'),
      }),
    ),
  };
}

function octetsOr(text: string | null): Octets | undefined {
  return text === null ? undefined : latin1(text);
}

/** Octets an item takes in memory, roughly. */
function weightOf(item: Item): number {
  let weight = 200 + item.subject.length;
  for (const { header, lines, grogname } of item.contributions) {
    weight += 200 + grogname.length;
    for (const line of header) weight += line.length + 32;
    for (const line of lines) weight += line.length + 32;
  }
  return weight;
}

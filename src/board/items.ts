import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { LRUCache } from 'lru-cache';
import { formatItemStatus, type ItemStatus } from '../rgtp/item-status.ts';
import type { Writer } from '../store/writer.ts';
import { bytesOf, latin1, type Octets, octets, octetsFrom, passing, trimmedEnd } from '../wire/octets.ts';

/** An item as the board keeps it. */
export interface StoredItem extends ItemStatus {
  readonly id: string;
  /** undefined: imported or edited, without one */
  readonly subject: Octets | undefined;
  /** everything after the status line, cookies included: lines ended by LF, carets doubled */
  readonly text: Octets;
}

/** The fields in the answer to STAT. */
export type Summary = Omit<StoredItem, 'text'>;

interface Ready {
  /** the whole answer to ITEM */
  readonly answer: Buffer;
  readonly summary: Summary;
}

/** octets of the status line with its end, which count towards an item's size (groggsd) */
export const STATUS_OCTETS = 36;

/** The subject in the first contribution's header. groggsd looks at four lines only; the longest header has five. */
export function subjectOf(text: Octets): Octets | undefined {
  for (const line of text.split('\n', 5)) {
    if (line === '') return undefined;
    if (line.startsWith('Subject: ')) return trimmedEnd(line.slice(9)) || undefined;
  }
  return undefined;
}

/** An item in the form of groggsd's files and of ITEM. */
export function fileOf(item: StoredItem): Octets {
  return octets`${formatItemStatus(item)}\n${item.text}`;
}

/** An item made elsewhere. @throws Error if no board could have it in this form */
export function itemFromElsewhere(
  id: string,
  { continuedFrom, continuedIn, lastEdit, lastReply }: ItemStatus,
  text: Octets,
): StoredItem {
  if (!/^\^[0-9A-Fa-f]{8} [0-9A-Fa-f]{8}\n/.test(text)) throw new Error('does not begin with a cookie');
  if (!text.endsWith('\n')) throw new Error('ends within a line');
  return { id, continuedFrom, continuedIn, lastEdit, lastReply, subject: subjectOf(text), text };
}

/** Items by id. Answers to ITEM are cached in memory. */
export class Items {
  readonly #writer: Writer;
  readonly #ready: LRUCache<string, Ready>;
  readonly #select: StatementSync;
  readonly #upsert: StatementSync;
  readonly #delete: StatementSync;
  readonly #known: StatementSync;
  readonly #count: StatementSync;
  readonly #all: StatementSync;

  constructor(db: DatabaseSync, writer: Writer, cacheOctets: number) {
    this.#writer = writer;
    this.#ready = new LRUCache({ maxSize: cacheOctets, sizeCalculation: ({ answer }) => answer.length + 400 });
    this.#select = db.prepare('SELECT * FROM items WHERE id = ?');
    this.#all = db.prepare('SELECT * FROM items ORDER BY id');
    this.#upsert = db.prepare('INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.#delete = db.prepare('DELETE FROM items WHERE id = ?');
    this.#count = db.prepare('SELECT count(*) AS n FROM items');
    this.#known = db.prepare(
      `SELECT 1 FROM items WHERE id = :id UNION ALL SELECT 1 FROM archived_items WHERE id = :id
       UNION ALL SELECT 1 FROM index_rows WHERE item = :id UNION ALL SELECT 1 FROM diffs WHERE item = :id LIMIT 1`,
    );
  }

  /** The whole answer to ITEM. */
  answer(id: string): Buffer | undefined {
    return this.#readied(id)?.answer;
  }

  summary(id: string): Summary | undefined {
    return this.#readied(id)?.summary;
  }

  /** Reads the database, not the cache, so it is right within a commit, too. */
  read(id: string): StoredItem | undefined {
    const row = this.#select.get(id);
    return row === undefined ? undefined : itemFrom(row);
  }

  /** Every item, by id. */
  *all(): Generator<StoredItem> {
    for (const row of this.#all.iterate()) yield itemFrom(row);
  }

  get count(): number {
    return Number(this.#count.get()?.['n']);
  }

  /** Whether an item has or had this id. */
  everUsed(id: string): boolean {
    return this.#known.get({ id }) !== undefined;
  }

  /** Within a commit. */
  write(item: StoredItem): void {
    this.#upsert.run(
      item.id,
      item.continuedFrom ?? null,
      item.continuedIn ?? null,
      item.lastEdit ?? null,
      item.lastReply ?? null,
      item.subject ?? null,
      passing(item.text),
    );
    this.#writer.afterCommit(() => this.#ready.delete(item.id));
  }

  /** Within a commit. */
  remove(id: string): void {
    this.#delete.run(id);
    this.#writer.afterCommit(() => this.#ready.delete(id));
  }

  #readied(id: string): Ready | undefined {
    const kept = this.#ready.get(id);
    if (kept !== undefined) return kept;
    const item = this.read(id);
    if (item === undefined) return undefined;
    const { text: _, ...summary } = item;
    const ready = { answer: dataAnswer(fileOf(item)), summary };
    this.#ready.set(id, ready);
    return ready;
  }
}

/** 250 and a text in wire format (RGTP 2.3). @param text lines ended by LF */
export function dataAnswer(text: Octets, status = octets`250 Data follows`): Buffer {
  return bytesOf(octets`${status}\r\n${stuffed(text)}.\r\n`);
}

/** Lines in the form of data: ended by CRLF, dots doubled. @param text lines ended by LF */
export function wireLines(text: Octets): Buffer {
  return bytesOf(stuffed(text));
}

function stuffed(text: Octets): Octets {
  const complete = text === '' || text.endsWith('\n') ? text : octets`${text}\n`;
  const hasDots = complete.startsWith('.') || complete.includes('\n.');
  const doubled = hasDots ? octets`\n${complete}`.replaceAll('\n.', '\n..').slice(1) : complete;
  return doubled.replaceAll('\n', '\r\n');
}

function itemFrom(row: Record<string, unknown>): StoredItem {
  const text = row['text'];
  if (!(text instanceof Uint8Array)) throw new TypeError('item without text');
  return {
    id: String(row['id']),
    continuedFrom: stringOr(row['continued_from']),
    continuedIn: stringOr(row['continued_in']),
    lastEdit: numberOr(row['last_edit']),
    lastReply: numberOr(row['last_reply']),
    subject: typeof row['subject'] === 'string' ? latin1(row['subject']) : undefined,
    text: octetsFrom(text),
  };
}

function stringOr(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function numberOr(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

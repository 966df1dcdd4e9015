import { type BoardModel, type ItemRecord, PostKind, type Posts } from '../../../src/bridge/model.ts';
import type { OwnPosts, PostIndex, PostReference } from '../../../src/bridge/ports.ts';
import type { SearchPool } from '../../../src/bridge/posting/connection.ts';
import { formatDerivedId, parseDerivedId } from '../../../src/news/message-id.ts';
import type { IndexEntry } from '../../../src/rgtp/index-entry.ts';

const KINDS = {
  I: PostKind.Item,
  R: PostKind.Reply,
  C: PostKind.Continuation,
  E: PostKind.Edit,
  M: PostKind.Motd,
} as const;

type Record = { -readonly [K in keyof ItemRecord]: ItemRecord[K] } & { readonly rows: number[] };

/** A board as its index says at each `refresh`: a mirror without cache, epochs, or patience. */
export class ReadModel implements Pick<BoardModel, 'posts' | 'items' | 'rowOfSequence' | 'refresh'> {
  posts: Posts = columns([]);
  items: ItemRecord[] = [];
  entries: IndexEntry[] = [];
  /** called with rows not seen before, before they are shown */
  beforePublish: ((rows: IndexEntry[]) => Promise<void> | undefined) | undefined;
  readonly #pool: SearchPool;
  #running: Promise<void> = Promise.resolve();

  constructor(pool: SearchPool) {
    this.#pool = pool;
  }

  refresh(): Promise<void> {
    const next = this.#running.catch(() => {}).then(() => this.#read());
    this.#running = next;
    return next;
  }

  rowOfSequence(sequence: number): number {
    return this.entries.findIndex((entry) => entry.sequence === sequence);
  }

  async #read(): Promise<void> {
    const entries: IndexEntry[] = [];
    const last = this.entries.at(-1)?.sequence ?? -1;
    await this.#pool.use((board) => board.index({ sequence: 0 }, (entry) => entries.push(entry)));
    await this.beforePublish?.(entries.filter((entry) => entry.sequence > last));
    const items = new Map<string, Record>();
    const rows = entries.filter((entry) => entry.type !== 'F');
    for (const [row, { itemId, subject, type }] of rows.entries()) {
      if (itemId === undefined) continue;
      const index = items.get(itemId)?.index ?? items.size;
      const record = items.get(itemId) ?? {
        index,
        id: itemId,
        subject,
        continues: -1,
        continuedIn: -1,
        first: -1,
        rows: [],
      };
      items.set(itemId, record);
      if (type === 'I' || type === 'C') record.first = row;
      if (type !== 'R') record.subject = subject;
      record.rows.push(row);
    }
    this.entries = rows;
    this.items = [...items.values()];
    this.posts = columns(rows);
  }
}

function columns(rows: readonly IndexEntry[]): Posts {
  return {
    length: rows.length,
    numbers: Uint32Array.from(rows, (row) => row.sequence),
    sequences: Uint32Array.from(rows, (row) => row.sequence),
    epochs: Uint16Array.from(rows, () => 1),
    times: Uint32Array.from(rows, (row) => row.time),
    kinds: Uint8Array.from(rows, (row) => (row.type === 'F' ? PostKind.Gone : KINDS[row.type])),
    items: new Int32Array(rows.length),
    users: new Uint32Array(rows.length),
  };
}

/** Message-IDs of a `ReadModel`'s posts: the posters' own, or derived. */
export class ReadIndex implements PostIndex {
  readonly #newsgroup: string;
  readonly #domain: string;
  readonly #model: ReadModel;
  readonly #own: OwnPosts;

  constructor(newsgroup: string, domain: string, model: ReadModel, own: OwnPosts) {
    this.#newsgroup = newsgroup;
    this.#domain = domain;
    this.#model = model;
    this.#own = own;
  }

  locate(messageId: string): PostReference | undefined {
    const derived = parseDerivedId(messageId, this.#domain);
    const sequence = this.#own.find(messageId)?.sequence ?? derived?.sequence;
    const row = sequence === undefined ? -1 : this.#model.rowOfSequence(sequence);
    const entry = this.#model.entries[row];
    if (entry === undefined || sequence === undefined) return undefined;
    return {
      newsgroup: this.#newsgroup,
      epoch: 1,
      sequence,
      row,
      kind: entry.type === 'F' ? PostKind.Gone : KINDS[entry.type],
      item: this.#model.items.find((item) => item.id === entry.itemId),
    };
  }

  /** The Message-ID readers see now. */
  idOf(sequence: number): string {
    const own = this.#own.idOf(this.#newsgroup, 1, sequence);
    if (own !== undefined) return own.messageId;
    const itemId = this.#model.entries[this.#model.rowOfSequence(sequence)]?.itemId ?? 'A0000000';
    return formatDerivedId({ kind: 'post', itemId, sequence, epoch: 1 }, this.#domain);
  }
}

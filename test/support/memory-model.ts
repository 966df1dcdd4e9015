/** A board in memory, as the mirror would show it: told what happens, it keeps index, items and edit log in step. */
import {
  type BoardModel,
  type ItemRecord,
  type ModelEvents,
  type Motd,
  type Notice,
  PostKind,
  type Posts,
} from '../../src/bridge/model.ts';
import type { Contribution, Item } from '../../src/rgtp/item.ts';
import { type Octets, octets } from '../../src/wire/octets.ts';
import type { Soon } from '../../src/wire/soon.ts';

export interface Writing {
  readonly userid?: Octets;
  readonly grogname?: Octets;
  readonly lines?: readonly Octets[];
  /** unix seconds */
  readonly time?: number;
}

interface Row {
  number: number;
  sequence: number;
  epoch: number;
  time: number;
  kind: PostKind;
  item: number;
  user: number;
}

interface MutableRecord extends ItemRecord {
  rows: number[];
}

export class MemoryModel implements BoardModel {
  posts: Posts = columns([]);
  readonly items: MutableRecord[] = [];
  readonly userids: Octets[] = [];
  highest = 0;
  /** counts calls of `text` */
  reads = 0;
  /** how many readers are here */
  readers = 0;
  /** replace to make texts late or unavailable */
  deliver: (item: Item | undefined) => Soon<Item | undefined> = (item) => item;

  readonly #rows: Row[] = [];
  readonly #kindsBefore = new Map<number, PostKind>();
  readonly #withdrawn = new Map<string, Item>();
  readonly #texts = new Map<string, Item>();
  readonly #notices = new Map<number, Notice>();
  readonly #listeners = new Set<Partial<ModelEvents>>();
  #motd: Motd | undefined;
  #sequence = 0;
  #epoch = 1;
  #base = 0;

  /** The next sequence number is not used: a gap. */
  skip(count = 1): void {
    this.#sequence += count;
  }

  /** The board starts counting anew. */
  newEpoch(): void {
    this.#epoch++;
    this.#base = this.highest;
    this.#sequence = 0;
  }

  /** Returns the row. */
  newItem(id: string, subject: Octets, writing: Writing = {}): number {
    const record = this.#record(id, subject);
    const row = this.#write(record, PostKind.Item, writing);
    record.first = row;
    this.#publish(row);
    return row;
  }

  reply(id: string, writing: Writing = {}): number {
    const row = this.#write(this.#known(id), PostKind.Reply, writing);
    this.#publish(row);
    return row;
  }

  continue(oldId: string, id: string, subject: Octets, writing: Writing = {}): number {
    const old = this.#known(oldId);
    const record = this.#record(id, subject);
    record.continues = old.index;
    const row = this.#write(record, PostKind.Continuation, writing);
    record.first = row;
    old.continuedIn = record.index;
    this.#publish(row);
    this.#emit('itemChanged', old);
    return row;
  }

  /** An editor replaces the text of posts, by row. */
  edit(
    id: string,
    changes: ReadonlyMap<number, readonly Octets[]>,
    notice: Partial<Notice> & Writing & { subject?: Octets } = {},
  ): number {
    const record = this.#known(id);
    const text = this.#textOf(record);
    this.#texts.set(id, {
      ...text,
      contributions: text.contributions.map((each) => {
        const row = record.rows.find((r) => this.posts.sequences[r] === each.sequence) ?? -1;
        return { ...each, lines: changes.get(row) ?? each.lines };
      }),
    });
    if (notice.subject !== undefined) record.subject = notice.subject;
    const userid = notice.userid ?? octets`ed@rgtp.test`;
    const row = this.#row(PostKind.Edit, record.index, userid, notice.time);
    record.rows.push(row);
    this.#notices.set(row, { userid, reason: notice.reason ?? [], itemId: id });
    this.#publish(row);
    this.#emit('itemChanged', record);
    return row;
  }

  withdraw(id: string, notice: Partial<Notice> & Writing = {}): number {
    const record = this.#known(id);
    this.#withdrawn.set(id, this.#textOf(record));
    this.#texts.delete(id);
    const gone = record.rows.filter((row) => this.#rows[row]?.kind !== PostKind.Gone);
    const row = this.#notice(PostKind.Withdrawal, id, notice);
    this.remove(gone);
    return row;
  }

  indexEdit(notice: Partial<Notice> & Writing = {}): number {
    return this.#notice(PostKind.IndexEdit, undefined, notice);
  }

  /** @param lines `undefined`: the row is there, the text not yet */
  setMotd(lines: readonly Octets[] | undefined, writing: Writing = {}): number {
    const row = this.#row(PostKind.Motd, -1, writing.userid ?? octets`ed@rgtp.test`, writing.time);
    if (lines === undefined) {
      this.#publish(row);
      return row;
    }
    this.#motd = { row, time: this.#rows[row]?.time ?? 0, lines };
    this.#publish(row);
    this.#emit('motdChanged');
    return row;
  }

  /** Rows vanish from the index, as after an index edit. */
  remove(rows: readonly number[]): void {
    for (const row of rows) {
      const gone = this.#rows[row];
      if (gone === undefined || gone.kind === PostKind.Gone) continue;
      this.#kindsBefore.set(row, gone.kind);
      gone.kind = PostKind.Gone;
    }
    this.#refill();
    this.#emit('removed', rows);
  }

  /** Rows that were removed are back in the index. */
  restore(rows: readonly number[]): void {
    const back = rows.filter((row) => this.#rows[row]?.kind === PostKind.Gone);
    for (const row of back) {
      const gone = this.#rows[row];
      if (gone === undefined) continue;
      gone.kind = this.#kindsBefore.get(row) ?? PostKind.Gone;
      const id = this.items[gone.item]?.id ?? '';
      const text = this.#withdrawn.get(id);
      if (text !== undefined && !this.#texts.has(id)) this.#texts.set(id, text);
    }
    this.#refill();
    this.#emit('restored', back);
  }

  /** Links and subjects as a test wants them. */
  change(id: string, change: (record: ItemRecord) => void): void {
    const record = this.#known(id);
    change(record);
    this.#emit('itemChanged', record);
  }

  itemById(id: string): ItemRecord | undefined {
    return this.items.find((item) => item.id === id);
  }

  rowOf(number: number): number {
    return this.#rows.findIndex((row) => row.number === number);
  }

  rowOfSequence(sequence: number): number {
    return this.#rows.findLastIndex((row) => row.sequence === sequence);
  }

  text(item: ItemRecord): Soon<Item | undefined> {
    this.reads++;
    return this.deliver(this.#texts.get(item.id));
  }

  notice(row: number): Notice | undefined {
    return this.#notices.get(row);
  }

  motd() {
    return this.#motd;
  }

  subscribe(listener: Partial<ModelEvents>): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  readerArrived(): () => void {
    this.readers++;
    return () => this.readers--;
  }

  async refresh(): Promise<void> {}

  #record(id: string, subject: Octets): MutableRecord {
    const record = { index: this.items.length, id, subject, continues: -1, continuedIn: -1, first: -1, rows: [] };
    this.items.push(record);
    return record;
  }

  #known(id: string): MutableRecord {
    const record = this.items.find((item) => item.id === id);
    if (record === undefined) throw new Error(`no item ${id}`);
    return record;
  }

  #textOf(record: ItemRecord): Item {
    const none = {
      continuedFrom: undefined,
      continuedIn: undefined,
      lastEdit: undefined,
      lastReply: undefined,
      mark: undefined,
    };
    return this.#texts.get(record.id) ?? { ...none, id: record.id, subject: record.subject, contributions: [] };
  }

  #write(
    record: MutableRecord,
    kind: PostKind,
    { userid = octets`x9`, grogname = octets`A writer`, lines = [octets`text`], time }: Writing,
  ): number {
    const row = this.#row(kind, record.index, userid, time);
    record.rows.push(row);
    const contribution: Contribution = {
      sequence: this.#sequence,
      time: this.#rows[row]?.time ?? 0,
      grogname,
      userid,
      header: [],
      lines,
    };
    const text = this.#textOf(record);
    this.#texts.set(record.id, { ...text, contributions: [...text.contributions, contribution] });
    return row;
  }

  #notice(
    kind: PostKind,
    itemId: string | undefined,
    { userid = octets`ed@rgtp.test`, reason = [], time }: Partial<Notice> & Writing,
  ): number {
    const row = this.#row(kind, -1, userid, time);
    this.#notices.set(row, { userid, reason, itemId });
    this.#publish(row);
    return row;
  }

  #row(kind: PostKind, item: number, userid: Octets, time = 1_740_816_000 + this.#sequence * 60): number {
    this.#sequence++;
    if (!this.userids.includes(userid)) this.userids.push(userid);
    this.highest = this.#base + this.#sequence;
    const user = this.userids.indexOf(userid);
    return (
      this.#rows.push({ number: this.highest, sequence: this.#sequence, epoch: this.#epoch, time, kind, item, user }) -
      1
    );
  }

  #publish(row: number): void {
    this.#refill();
    this.#emit('appended', row);
  }

  #refill(): void {
    this.posts = columns(this.#rows);
  }

  #emit<E extends keyof ModelEvents>(event: E, ...values: Parameters<ModelEvents[E]>): void {
    for (const listener of this.#listeners) {
      // The tuple is the listener's own parameters; TypeScript can't see it through the index.
      (listener[event] as ((...values: Parameters<ModelEvents[E]>) => void) | undefined)?.(...values);
    }
  }
}

function columns(rows: readonly Row[]): Posts {
  return {
    length: rows.length,
    numbers: Uint32Array.from(rows, (row) => row.number),
    sequences: Uint32Array.from(rows, (row) => row.sequence),
    epochs: Uint16Array.from(rows, (row) => row.epoch),
    times: Uint32Array.from(rows, (row) => row.time),
    kinds: Uint8Array.from(rows, (row) => row.kind),
    items: Int32Array.from(rows, (row) => row.item),
    users: Uint32Array.from(rows, (row) => row.user),
  };
}

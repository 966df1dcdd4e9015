import type { BoardConnection, BoardPool } from '../../src/bridge/board-line.ts';
import type { EditLogEntry } from '../../src/rgtp/edit-log.ts';
import { RgtpError } from '../../src/rgtp/errors.ts';
import type { EntryType, IndexEntry } from '../../src/rgtp/index-entry.ts';
import type { Contribution, Item } from '../../src/rgtp/item.ts';
import { itemIdAt } from '../../src/rgtp/item-id.ts';
import type { Motd } from '../../src/rgtp/motd.ts';
import { latin1 } from '../../src/wire/octets.ts';

/** What somebody writes or an editor does; what is left out has its usual value. */
export interface Writing {
  readonly userid?: string;
  readonly grogname?: string;
  readonly lines?: readonly string[];
  /** unix seconds */
  readonly time?: number;
  /** of a new item */
  readonly id?: string;
  /** of an edit */
  readonly reason?: readonly string[];
}

const EDITOR = 'editor@example.org';
export const START = Date.UTC(2026, 2, 1) / 1000;

interface FakeItem {
  subject: string;
  continuedFrom: string | undefined;
  continuedIn: { sequence: number; time: number; id: string } | undefined;
  lastEdit: number | undefined;
  contributions: Contribution[];
}

/**
 * A board in memory, behind the interface that the mirror asks: it does to its index, items and edit log what
 * RGTP servers do, and can fail in any way. Time goes on by a minute with every change.
 */
export class FakeBoard implements BoardPool {
  index: IndexEntry[] = [];
  log: EditLogEntry[] = [];
  readonly items = new Map<string, FakeItem>();
  message: Motd | undefined;
  sequence: number;
  time = START;
  #idTime = 0;
  /** spurge has no ELOG */
  hasEditLog = true;
  /** INDX compares numbers as if they never wrapped */
  comparesPlainly = false;
  /** requests seen, as `INDX #1`, `ITEM A…`, `ELOG`, `MOTD` */
  readonly requests: string[] = [];
  connections = 0;
  /** called before each request: throw to fail it */
  fault: (request: string) => void | Promise<void> = () => {};
  /** the connection is lost after so many rows of an INDX */
  breaksOff: number | undefined;
  /** the answer to ITEM, as it was when the request came: replace it to send it late */
  answer: (id: string, item: Item) => Item | Promise<Item> = (_, item) => item;

  constructor(first = 1) {
    this.sequence = first - 1;
  }

  async use<T>(task: (connection: BoardConnection) => Promise<T>): Promise<T> {
    await this.fault('connect');
    this.connections++;
    return await task(this.#connect());
  }

  /** Runs `task` while the edit log cannot be read. */
  async withoutLog(task: () => Promise<void>): Promise<void> {
    const trouble = new RgtpError('internal', 'disk trouble', { code: 484 });
    this.fault = (request) => (request === 'ELOG' ? Promise.reject(trouble) : undefined);
    await task();
    this.fault = () => {};
  }

  newItem(subject: string, text: string | Writing = 'first', user = 'anne@example.org'): string {
    const writing = written(text, user);
    this.#tick(writing.time);
    const id = writing.id ?? this.#newId();
    this.#row('I', id, writing.userid, subject);
    this.items.set(id, {
      subject,
      continuedFrom: undefined,
      continuedIn: undefined,
      lastEdit: undefined,
      contributions: [this.#contribution(writing)],
    });
    return id;
  }

  reply(id: string, text: string | Writing = 'reply', user = 'bob@example.org'): number {
    const item = this.#item(id);
    const writing = written(text, user);
    this.#tick(writing.time);
    this.#row('R', id, writing.userid, item.subject);
    item.contributions.push(this.#contribution(writing));
    return this.sequence;
  }

  continue(id: string, subject: string, text: string | Writing = 'goes on', user = 'carol@example.org'): string {
    const old = this.#item(id);
    const writing = written(text, user);
    this.#tick(writing.time);
    const next = writing.id ?? this.#newId();
    this.#row('C', next, writing.userid, subject);
    this.#row('F', id, writing.userid, old.subject);
    old.continuedIn = { sequence: this.sequence, time: this.time, id: next };
    this.items.set(next, {
      subject,
      continuedFrom: id,
      continuedIn: undefined,
      lastEdit: undefined,
      contributions: [this.#contribution(writing)],
    });
    return next;
  }

  /** An editor replaces the text of one post, or the item's subject. */
  edit(id: string, post: number, text: string | readonly string[], subject?: string, how: Writing = {}): void {
    const item = this.#item(id);
    this.#tick(how.time);
    if (subject !== undefined) item.subject = subject;
    this.#row('E', id, how.userid ?? EDITOR, item.subject);
    item.lastEdit = this.sequence;
    const lines = (typeof text === 'string' ? [text] : text).map(latin1);
    item.contributions = item.contributions.map((each, index) => (index === post ? { ...each, lines } : each));
    this.#logged('edited', id, { reason: [`edited post ${post}`], ...how });
  }

  withdraw(id: string, how: Writing = {}): void {
    this.#tick(how.time);
    this.index = this.index.filter((row) => row.itemId !== id);
    this.items.delete(id);
    this.#logged('withdrawn', id, { reason: ['not nice'], ...how });
  }

  editIndex(change: (rows: readonly IndexEntry[]) => IndexEntry[], how: Writing = {}): void {
    this.#tick(how.time);
    this.index = change(this.index);
    this.#logged('index', undefined, { reason: ['tidied'], ...how });
  }

  setMotd(text: string | readonly string[], how: Writing = {}): void {
    this.#tick(how.time);
    this.#row('M', undefined, how.userid ?? EDITOR, '');
    this.message = {
      sequence: this.sequence,
      time: this.time,
      lines: (typeof text === 'string' ? [text] : text).map(latin1),
    };
  }

  /** A sequence number that was used up for nothing (a CONT that was answered 422, …). */
  gap(): void {
    this.#tick();
  }

  /** Remembers everything. The result restores it, as if nothing had happened since. (Time goes on.) */
  backUp(): () => void {
    const { index, log, sequence, message } = structuredClone({
      index: this.index,
      log: this.log,
      sequence: this.sequence,
      message: this.message,
    });
    const items = structuredClone([...this.items]);
    return () => {
      Object.assign(this, structuredClone({ index, log, sequence, message }));
      this.items.clear();
      for (const [id, item] of structuredClone(items)) this.items.set(id, item);
      this.time += 86_400;
    };
  }

  #connect(): BoardConnection {
    const request = async (name: string) => {
      this.requests.push(name);
      await this.fault(name);
    };
    return {
      usable: true,
      index: async (from, onEntry, _onBad, octets) => {
        await request(from === undefined ? 'INDX' : `INDX #${from.sequence}`);
        const first = from === undefined ? 0 : this.index.findIndex((row) => !isBefore(row.sequence, from.sequence));
        const rows = this.comparesPlainly
          ? this.index.filter(({ sequence }) => sequence >= (from?.sequence ?? 0))
          : this.index.slice(first < 0 ? this.index.length : first);
        let taken = 0;
        for (const [at, row] of rows.entries()) {
          if (at === this.breaksOff) throw new RgtpError('unavailable', 'connection reset');
          if (taken >= (octets?.unread ?? 0)) onEntry(row);
          const line = Buffer.from(JSON.stringify(row));
          octets?.take(line);
          taken += line.length;
        }
      },
      item: async (id) => {
        await request(`ITEM ${id}`);
        const item = this.items.get(id);
        if (item === undefined) throw new RgtpError('no-such-item', 'no such item', { code: 410 });
        return this.answer(id, this.#asItem(id, item));
      },
      motd: async () => {
        await request('MOTD');
        return this.message;
      },
      editLog: async () => {
        await request('ELOG');
        if (!this.hasEditLog) throw new RgtpError('unsupported', 'no such command', { code: 510 });
        return [...this.log];
      },
    };
  }

  #asItem(id: string, item: FakeItem): Item {
    const { continuedFrom, continuedIn, lastEdit, subject, contributions } = item;
    return {
      id,
      continuedFrom,
      continuedIn: continuedIn?.id,
      lastEdit,
      lastReply: contributions.at(-1)?.sequence,
      subject: latin1(subject),
      contributions: [...contributions],
      mark: continuedIn && {
        sequence: continuedIn.sequence,
        time: continuedIn.time,
        itemId: continuedIn.id,
        userid: undefined,
      },
    };
  }

  /** An item id is at least a minute after the last one, wherever the clock is: no board gives one twice. */
  #newId(): string {
    this.#idTime = Math.max(this.time, this.#idTime + 60);
    return itemIdAt(this.#idTime);
  }

  #tick(time = this.time + 60): void {
    this.sequence = (this.sequence + 1) % 2 ** 32;
    this.time = time;
  }

  #row(type: EntryType, itemId: string | undefined, userid: string, subject: string): void {
    this.index.push({
      sequence: this.sequence,
      time: this.time,
      itemId,
      userid: latin1(userid),
      type,
      subject: latin1(subject),
    });
  }

  #contribution({ userid, grogname, lines }: Written): Contribution {
    return {
      sequence: this.sequence,
      time: this.time,
      grogname: latin1(grogname),
      userid: latin1(userid),
      header: [latin1(`Reply from ${userid}`)],
      lines: lines.map(latin1),
    };
  }

  #logged(kind: EditLogEntry['kind'], itemId: string | undefined, { userid = EDITOR, reason = [] }: Writing): void {
    const at = new Date(this.time * 1000).toUTCString().split(/[ ,:]+/);
    const [day, date, month, , hour, minute] = at;
    const when = `${hour}.${minute} on ${day} ${date} ${month}`;
    this.log.push({
      kind,
      itemId,
      userid: latin1(userid),
      when: latin1(when),
      sequence: this.sequence,
      reason: reason.map(latin1),
    });
  }

  #item(id: string): FakeItem {
    const item = this.items.get(id);
    if (item === undefined) throw new Error(`no item ${id}`);
    return item;
  }
}

type Written = Writing & Required<Pick<Writing, 'userid' | 'grogname' | 'lines'>>;

function written(text: string | Writing, user: string): Written {
  const writing = typeof text === 'string' ? { lines: [text] } : text;
  const userid = writing.userid ?? user;
  return { grogname: userid.split('@')[0] ?? '', lines: ['text'], ...writing, userid };
}

/** Compares as servers do that know of the wrap. */
function isBefore(a: number, b: number): boolean {
  return a !== b && (b - a + 2 ** 32) % 2 ** 32 < 2 ** 31;
}

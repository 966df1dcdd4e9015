import type { BoardConnection, BoardMotd, BoardPool } from '../../../src/bridge/mirror/upstream.ts';
import type { EditLogEntry } from '../../../src/rgtp/edit-log.ts';
import { RgtpError } from '../../../src/rgtp/errors.ts';
import type { EntryType, IndexEntry } from '../../../src/rgtp/index-entry.ts';
import type { Contribution, Item } from '../../../src/rgtp/item.ts';
import { itemIdAt } from '../../../src/rgtp/item-id.ts';
import { latin1, octets } from '../../../src/wire/octets.ts';

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
  message: BoardMotd | undefined;
  sequence: number;
  time = START;
  /** spurge has no ELOG */
  hasEditLog = true;
  /** requests seen, as `INDX #1`, `ITEM A…`, `ELOG`, `MOTD` */
  readonly requests: string[] = [];
  connections = 0;
  /** called before each request: throw to fail it */
  fault: (request: string) => void | Promise<void> = () => {};

  constructor(first = 1) {
    this.sequence = first - 1;
  }

  async use<T>(task: (connection: BoardConnection) => Promise<T>): Promise<T> {
    await this.fault('connect');
    this.connections++;
    return await task(this.#connect());
  }

  newItem(subject: string, text = 'first', user = 'anne@example.org'): string {
    this.#tick();
    const id = itemIdAt(this.time);
    this.#row('I', id, user, subject);
    this.items.set(id, {
      subject,
      continuedFrom: undefined,
      continuedIn: undefined,
      lastEdit: undefined,
      contributions: [this.#contribution(user, text)],
    });
    return id;
  }

  reply(id: string, text = 'reply', user = 'bob@example.org'): number {
    const item = this.#item(id);
    this.#tick();
    this.#row('R', id, user, item.subject);
    item.contributions.push(this.#contribution(user, text));
    return this.sequence;
  }

  continue(id: string, subject: string, text = 'goes on', user = 'carol@example.org'): string {
    const old = this.#item(id);
    this.#tick();
    const next = itemIdAt(this.time);
    this.#row('C', next, user, subject);
    this.#row('F', id, user, old.subject);
    old.continuedIn = { sequence: this.sequence, time: this.time, id: next };
    this.items.set(next, {
      subject,
      continuedFrom: id,
      continuedIn: undefined,
      lastEdit: undefined,
      contributions: [this.#contribution(user, text)],
    });
    return next;
  }

  /** An editor replaces the text of one post, or its subject. */
  edit(id: string, post: number, text: string, subject?: string): void {
    const item = this.#item(id);
    this.#tick();
    if (subject !== undefined) item.subject = subject;
    this.#row('E', id, 'editor@example.org', item.subject);
    item.lastEdit = this.sequence;
    item.contributions = item.contributions.map((each, index) =>
      index === post ? { ...each, lines: [latin1(text)] } : each,
    );
    this.#logged('edited', id, `edited post ${post}`);
  }

  withdraw(id: string): void {
    this.#tick();
    this.index = this.index.filter((row) => row.itemId !== id);
    this.items.delete(id);
    this.#logged('withdrawn', id, 'not nice');
  }

  editIndex(change: (rows: readonly IndexEntry[]) => IndexEntry[]): void {
    this.#tick();
    this.index = change(this.index);
    this.#logged('index', undefined, 'tidied');
  }

  setMotd(text: string): void {
    this.#tick();
    this.#row('M', undefined, 'editor@example.org', '');
    this.message = { sequence: this.sequence, time: this.time, lines: [latin1(text)] };
  }

  /** A sequence number that nothing came of (a CONT that was answered 422, …). */
  gap(): void {
    this.#tick();
  }

  /** Remembers everything; the result brings it back: what happened since never did. (Time goes on.) */
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
      index: async (from, onEntry) => {
        await request(from === undefined ? 'INDX' : `INDX #${from.sequence}`);
        const first = from === undefined ? 0 : this.index.findIndex((row) => !isBefore(row.sequence, from.sequence));
        for (const row of first < 0 ? [] : this.index.slice(first)) onEntry(row);
      },
      item: async (id) => {
        await request(`ITEM ${id}`);
        const item = this.items.get(id);
        if (item === undefined) throw new RgtpError('no-such-item', 'no such item', { code: 410 });
        return this.#asItem(id, item);
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

  #tick(): void {
    this.sequence = (this.sequence + 1) % 2 ** 32;
    this.time += 60;
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

  #contribution(userid: string, text: string): Contribution {
    return {
      sequence: this.sequence,
      time: this.time,
      grogname: latin1(userid.split('@')[0] ?? ''),
      userid: latin1(userid),
      header: [latin1(`Reply from ${userid}`)],
      lines: [latin1(text)],
    };
  }

  #logged(kind: EditLogEntry['kind'], itemId: string | undefined, reason: string): void {
    const at = new Date(this.time * 1000).toUTCString().split(/[ ,:]+/);
    const [day, date, month, , hour, minute] = at;
    const when = `${hour}.${minute} on ${day} ${date} ${month}`;
    this.log.push({
      kind,
      itemId,
      userid: octets`editor@example.org`,
      when: latin1(when),
      sequence: this.sequence,
      reason: [latin1(reason)],
    });
  }

  #item(id: string): FakeItem {
    const item = this.items.get(id);
    if (item === undefined) throw new Error(`no item ${id}`);
    return item;
  }
}

/** As servers that know of the wrap compare. */
function isBefore(a: number, b: number): boolean {
  return a !== b && (b - a + 2 ** 32) % 2 ** 32 < 2 ** 31;
}

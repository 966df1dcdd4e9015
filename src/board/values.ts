import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { itemIdAt } from '../rgtp/item-id.ts';
import { type Ascii, bytesOf, type Octets, octetsFrom } from '../wire/octets.ts';

/** The message of the day. */
export interface StoredMotd {
  readonly sequence: number;
  /** unix seconds */
  readonly time: number;
  /** lines ended by LF, carets doubled */
  readonly text: Octets;
}

/** A board's single values: next sequence number, time of the newest item id, message of the day. */
export class BoardValues {
  readonly #takeSequence: StatementSync;
  readonly #peekSequence: StatementSync;
  readonly #setSequence: StatementSync;
  readonly #lastItemTime: StatementSync;
  readonly #setItemTime: StatementSync;
  readonly #motd: StatementSync;
  readonly #setMotd: StatementSync;

  constructor(db: DatabaseSync) {
    // Wraps at 2³² (RGTP 2.2.7).
    this.#takeSequence = db.prepare(
      'UPDATE board SET next_sequence = (next_sequence + 1) & 4294967295 RETURNING (next_sequence - 1) & 4294967295 AS n',
    );
    this.#peekSequence = db.prepare('SELECT next_sequence AS n FROM board');
    this.#setSequence = db.prepare('UPDATE board SET next_sequence = ?');
    this.#lastItemTime = db.prepare('SELECT last_item_time AS n FROM board');
    this.#setItemTime = db.prepare('UPDATE board SET last_item_time = ?');
    this.#motd = db.prepare('SELECT motd_sequence, motd_time, motd FROM board');
    this.#setMotd = db.prepare('UPDATE board SET motd_sequence = ?, motd_time = ?, motd = ?');
  }

  /** Within a commit: takes the next sequence number. */
  takeSequence(): number {
    return Number(this.#takeSequence.get()?.['n']);
  }

  /** The sequence number of the next change. */
  get nextSequence(): number {
    return Number(this.#peekSequence.get()?.['n']);
  }

  set nextSequence(sequence: number) {
    this.#setSequence.run(sequence);
  }

  /** The time of the newest item id, unix seconds. */
  get lastItemTime(): number {
    return Number(this.#lastItemTime.get()?.['n']);
  }

  set lastItemTime(time: number) {
    this.#setItemTime.run(time);
  }

  /**
   * Within a commit: takes an id for a new item. Ids are at least a minute apart, so in a burst they run ahead of the
   * clock. Their letters repeat after 26 years, so ids already used are skipped.
   */
  takeItemId(now: number, everUsed: (id: string) => boolean): Ascii {
    let time = Math.max(now, this.lastItemTime + 60);
    while (everUsed(itemIdAt(time))) time += 60;
    this.lastItemTime = time;
    return itemIdAt(time);
  }

  get motd(): StoredMotd | undefined {
    const row = this.#motd.get();
    const text = row?.['motd'];
    if (row === undefined || !(text instanceof Uint8Array)) return undefined;
    return { sequence: Number(row['motd_sequence']), time: Number(row['motd_time']), text: octetsFrom(text) };
  }

  /** Within a commit. */
  set motd(motd: StoredMotd | undefined) {
    if (motd === undefined) this.#setMotd.run(null, null, null);
    else this.#setMotd.run(motd.sequence, motd.time, bytesOf(motd.text));
  }
}

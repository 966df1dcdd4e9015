import type { EntryType, IndexEntry } from '../../rgtp/index-entry.ts';
import type { Octets } from '../../wire/octets.ts';
import { PostKind } from '../model.ts';
import { grown, isIndexed, type PostColumns } from './columns.ts';
import { owned, type Records } from './records.ts';
import type { Users } from './users.ts';

/** Rows that INDX may send before we believe that it never ends. */
const MAX_ROWS = 4_000_000;

const KIND_OF = {
  I: PostKind.Item,
  R: PostKind.Reply,
  C: PostKind.Continuation,
  F: PostKind.Gone, // no article of its own: it shares the number of its C
  E: PostKind.Edit,
  M: PostKind.Motd,
} as const satisfies Record<EntryType, PostKind>;

/** One row of the board's index, in numbers. */
export interface IndexRow {
  readonly sequence: number;
  readonly time: number;
  readonly kind: PostKind;
  /** index in `Records`, −1 for none */
  readonly item: number;
  /** index in `Users` */
  readonly user: number;
  /** wraps at 2³² between the first row and this one */
  readonly wraps: number;
}

/**
 * What one INDX answered, checked row by row as it arrives: rows that contradict those before them are told to
 * `onBad` and left out. Columns again: an index of a million rows must not become a million objects.
 */
export class IndexSnapshot {
  length = 0;
  wraps = 0;
  /** the newest subject of each item that has one here */
  readonly subjects = new Map<number, Octets>();
  /** the subject that replies have, of items whose own row is missing */
  readonly replySubjects = new Map<number, Octets>();
  /** pairs of (continuation, item it continues) */
  readonly links: (readonly [continuation: number, item: number])[] = [];
  /** continued items whose continuation has no row (any more) */
  readonly marked: { readonly item: number; readonly sequence: number }[] = [];
  #sequences = new Uint32Array(64);
  #times = new Uint32Array(64);
  #items = new Int32Array(64);
  #users = new Uint32Array(64);
  #kinds = new Uint8Array(64);
  #wrapped = new Uint8Array(64);
  readonly #begun = new Set<number>();
  readonly #records: Records;
  readonly #userids: Users;
  readonly #onBad: (why: string, row: IndexEntry) => void;
  #previous: { readonly entry: IndexEntry; readonly item: number } | undefined;

  constructor(records: Records, users: Users, onBad: (why: string, row: IndexEntry) => void) {
    this.#records = records;
    this.#userids = users;
    this.#onBad = onBad;
  }

  add(entry: IndexEntry): void {
    const why = this.#objection(entry);
    if (why !== undefined) {
      this.#onBad(why, entry);
      return;
    }
    const item = entry.itemId === undefined ? -1 : this.#records.intern(entry.itemId).index;
    if (entry.type === 'F') {
      const { entry: last, item: continuation } = this.#previous ?? {};
      if (last?.type === 'C' && last.sequence === entry.sequence && continuation !== undefined) {
        this.links.push([continuation, item]);
      } else {
        this.#previous = { entry, item };
        this.marked.push({ item, sequence: entry.sequence });
      }
      return;
    }
    if (this.#previous !== undefined && entry.sequence < this.#previous.entry.sequence) this.wraps++;
    this.#previous = { entry, item };
    if (entry.type === 'I' || entry.type === 'C') this.#begun.add(item);
    if (item >= 0) {
      if (entry.type !== 'R') this.subjects.set(item, owned(entry.subject));
      else if (!this.subjects.has(item)) this.replySubjects.set(item, owned(entry.subject));
    }
    this.#push(entry, item);
  }

  row(index: number): IndexRow {
    return {
      sequence: this.#sequences[index] ?? 0,
      time: this.#times[index] ?? 0,
      kind: kindOf(this.#kinds[index]),
      item: this.#items[index] ?? -1,
      user: this.#users[index] ?? 0,
      wraps: this.#wrapped[index] ?? 0,
    };
  }

  /**
   * Are all posts that the index should have in it, as they were, and in order? Then the number of rows that they take
   * up; what follows is new. `undefined`: something differs. For a million rows this takes milliseconds, where a
   * comparison row by row takes most of a second.
   */
  agreesWith(posts: PostColumns): number | undefined {
    if (this.wraps > 0) return undefined;
    let index = 0;
    for (let row = 0; row < posts.length; row++) {
      if (!isIndexed(posts.kinds[row])) continue;
      const same =
        index < this.length &&
        this.#sequences[index] === posts.sequences[row] &&
        this.#times[index] === posts.times[row] &&
        this.#items[index] === posts.items[row] &&
        this.#users[index] === posts.users[row] &&
        this.#kinds[index] === posts.kinds[row];
      if (!same) return undefined;
      index++;
    }
    return index;
  }

  #push(entry: IndexEntry, item: number): void {
    const index = this.length++;
    if (index >= this.#kinds.length) this.#grow();
    this.#sequences[index] = entry.sequence;
    this.#times[index] = entry.time;
    this.#items[index] = item;
    this.#users[index] = this.#userids.intern(entry.userid);
    this.#kinds[index] = KIND_OF[entry.type];
    this.#wrapped[index] = this.wraps;
  }

  #grow(): void {
    const capacity = this.#kinds.length * 2;
    this.#sequences = grown(this.#sequences, new Uint32Array(capacity));
    this.#times = grown(this.#times, new Uint32Array(capacity));
    this.#items = grown(this.#items, new Int32Array(capacity));
    this.#users = grown(this.#users, new Uint32Array(capacity));
    this.#kinds = grown(this.#kinds, new Uint8Array(capacity));
    this.#wrapped = grown(this.#wrapped, new Uint8Array(capacity));
  }

  #objection(entry: IndexEntry): string | undefined {
    const last = this.#previous?.entry;
    if (this.length >= MAX_ROWS) return `more than ${MAX_ROWS} rows`;
    if (entry.type !== 'M' && entry.itemId === undefined) return 'a row without an item';
    if (last === undefined) return undefined;
    if (entry.sequence === last.sequence)
      return entry.type === 'F' && last.type === 'C' ? undefined : 'sequence number given twice';
    if (!isAfter(entry.sequence, last.sequence)) return 'sequence number out of order';
    if (entry.type === 'I' || entry.type === 'C') {
      const known = entry.itemId === undefined ? undefined : this.#records.byId(entry.itemId);
      if (known !== undefined && this.#begun.has(known.index)) return 'a second first post of an item';
    }
    return undefined;
  }
}

/** Does sequence number `a` come after `b`? They wrap at 2³² (RGTP 2.2.7). */
export function isAfter(a: number, b: number): boolean {
  return a > b || isWrap(b, a);
}

export function isWrap(from: number, to: number): boolean {
  return from >= 0xc0000000 && to < 0x40000000;
}

function kindOf(value: number | undefined): PostKind {
  return KINDS[value ?? 0] ?? PostKind.Gone;
}
const KINDS: readonly PostKind[] = Object.values(PostKind);

import type { EditLogEntry } from '../../rgtp/edit-log.ts';
import type { IndexEntry } from '../../rgtp/index-entry.ts';
import { distance, isAfter } from '../../rgtp/sequence.ts';
import { ascii, type Octets, octets, owned } from '../../wire/octets.ts';
import { withRoom } from '../growable.ts';
import { PostKind } from '../model.ts';
import { ROW_KINDS } from '../row-kinds.ts';
import { type Context, type Doubt, orderOf, type SeenEvent, STRETCH, withEvents } from './row-order.ts';

/** Rows that INDX may send before it counts as endless. */
const MAX_ROWS = 4_000_000;
/** How many of the numbers missing after a row, and before the next, are reserved for what only the edit log reports. */
export const MAX_RESERVED = 256;

/**
 * What the board was seen to hold: the answer to one INDX and what ELOG adds to it, in tables of its own. None of it is
 * part of the board's state until it is accepted. Columns, because a million rows must not become a million objects.
 *
 * An editor may have put rows anywhere, twice, or under numbers that the board never gave (EDIX): `seal` finds their
 * order (`row-order.ts`) and leaves out what can't be believed. Everything that goes through all rows is a generator
 * that yields now and then.
 */
export class Sighting {
  /** the number of rows of the index, which are in its own order */
  length = 0;
  sequences = new Uint32Array(64);
  times = new Uint32Array(64);
  kinds = new Uint8Array(64);
  /** index into `itemIds`, −1 for none */
  items = new Int32Array(64);
  /** index into `userids` */
  users = new Uint32Array(64);
  /** wraps at 2³² between the first row and this one */
  wrapped = new Int8Array(64);
  readonly itemIds: string[] = [];
  /** the newest subject of each item: from its own rows, else from its replies */
  readonly subjects: Octets[] = [];
  /** items of which only replies were seen */
  readonly onlyReplies: boolean[] = [];
  readonly userids: Octets[] = [];
  /** continued items by their continuations */
  readonly links = new Map<number, number>();
  /** continued items, according to F rows */
  readonly marked = new Set<number>();
  /** what the edit log adds: withdrawals and edits of the index, ascending */
  events: readonly SeenEvent[] = [];
  /** rows (0, 1, …) and events (~0, ~1, …) by sequence number, without those left out */
  order: Int32Array = new Int32Array(0);
  /** wraps before the newest row */
  wraps = 0;
  /** unconfirmed rows that another reading would confirm */
  doubted: Doubt | undefined;
  /** rows left out because their numbers are unconfirmed */
  withheld = 0;
  /** … those before rows with numbers far from theirs */
  beforeJump: readonly number[] = [];
  /** … and above all others: the number of the first of them, and the newest that is not left out */
  #far: { readonly first: number; readonly newest: number } | undefined;
  readonly #itemIndexes = new Map<string, number>();
  readonly #userIndexes = new Map<Octets, number>();
  readonly #subjectOf: (number | undefined)[] = [];
  readonly #continuations = new Map<number, number>();
  readonly #continued: { readonly item: number; readonly sequence: number }[] = [];
  readonly #onBad: (why: string, sequence: number) => void;

  /** @param onBad called for rows that are left out because they make no sense */
  constructor(onBad: (why: string, sequence: number) => void) {
    this.#onBad = onBad;
  }

  add(entry: IndexEntry): void {
    const { sequence, type } = entry;
    const why = this.length >= MAX_ROWS ? `more than ${MAX_ROWS} rows` : undefined;
    const bad = why ?? (type !== 'M' && entry.itemId === undefined ? 'a row without an item' : undefined);
    if (bad !== undefined) {
      this.#onBad(bad, sequence);
      return;
    }
    const item = entry.itemId === undefined ? -1 : this.#internItem(entry.itemId);
    if (type === 'F') {
      this.#continued.push({ item, sequence });
      return;
    }
    if (type === 'C') this.#continuations.set(sequence, item);
    if (item >= 0) this.#name(item, entry);
    const row = this.length++;
    this.#reserve(this.length);
    this.sequences[row] = sequence;
    this.times[row] = entry.time;
    this.kinds[row] = ROW_KINDS[type];
    this.items[row] = item;
    this.users[row] = this.#internUser(entry.userid);
  }

  /** To be called once all rows are here: finds their order. */
  *seal(context: Context): Generator<undefined, void> {
    for (const { item, sequence } of this.#continued) {
      const continuation = this.#continuations.get(sequence);
      this.marked.add(item);
      if (continuation !== undefined) this.links.set(continuation, item);
    }
    const { order, wraps, withheld, doubted, firstFar, beforeJump } = yield* orderOf(this, context, (row) =>
      this.#onBad('the same row twice', this.sequences[row] ?? 0),
    );
    this.wraps = wraps;
    this.withheld = withheld;
    this.doubted = doubted;
    this.beforeJump = beforeJump;
    this.order = order;
    const { newest } = this;
    this.#far = firstFar === undefined || newest === undefined ? undefined : { first: firstFar, newest };
  }

  /** The newest sequence number of the index, `undefined` if it has no rows. */
  get newest(): number | undefined {
    const row = this.order.findLast((each) => each >= 0);
    return row === undefined ? undefined : this.sequences[row];
  }

  /** Is this above rows that are left out for now? Once confirmed, they would come in below it. */
  isBeyond(sequence: number): boolean {
    if (this.#far === undefined) return false;
    const { first, newest } = this.#far;
    return distance(newest, sequence) > distance(newest, first);
  }

  /** After `seal`: puts what the edit log reports between the rows. (An event whose number has a row is ignored.) */
  *include(log: readonly EditLogEntry[], now: number): Generator<undefined, void> {
    const { order, events, wraps } = yield* withEvents(this, log, now);
    this.order = order;
    this.events = events;
    this.wraps = wraps;
  }

  /** Whether sequence numbers are missing after `last`, or among the rows after it. */
  hasGaps(last: number | undefined): Generator<undefined, boolean> {
    return this.#hasStep(last, (step) => step > 1);
  }

  /** Whether more are missing than are reserved for what the edit log may say later, or any before a wrap. */
  hasWideGaps(last: number | undefined): Generator<undefined, boolean> {
    return this.#hasStep(last, (step, isWrap) => step > 2 * MAX_RESERVED || (isWrap && step > 1));
  }

  *#hasStep(last: number | undefined, isIt: (step: number, isWrap: boolean) => boolean): Generator<undefined, boolean> {
    let previous = last;
    for (const [place, row] of this.order.entries()) {
      if (place % STRETCH === 0) yield;
      const sequence = this.sequences[row] ?? 0;
      if (previous !== undefined && !isAfter(sequence, previous)) continue;
      if (previous !== undefined && isIt((sequence - previous) >>> 0, sequence < previous)) return true;
      previous = sequence;
    }
    return false;
  }

  /** Is there a row of that kind after `last`? */
  hasNew(kind: PostKind, last: number | undefined): boolean {
    for (let place = this.order.length - 1; place >= 0; place--) {
      const row = this.order[place] ?? 0;
      if (row < 0) continue;
      if (last !== undefined && !isAfter(this.sequences[row] ?? 0, last)) return false;
      if (this.kinds[row] === kind) return true;
    }
    return false;
  }

  kindAt(place: number): PostKind {
    const row = this.order[place] ?? 0;
    const event = this.#eventOf(row);
    if (event !== undefined) return event.entry.kind === 'index' ? PostKind.IndexEdit : PostKind.Withdrawal;
    // The column holds only kinds.
    return (this.kinds[row] ?? PostKind.Gone) as PostKind;
  }

  /** Do these two places have the same number, in the same generation? */
  isSameNumber(a: number, b: number): boolean {
    return a === b || (this.#sequenceAt(a) === this.#sequenceAt(b) && this.#wrapsAt(a) === this.#wrapsAt(b));
  }

  #sequenceAt(place: number): number | undefined {
    const row = this.order[place] ?? 0;
    return row < 0 ? this.#eventOf(row)?.entry.sequence : this.sequences[row];
  }

  #wrapsAt(place: number): number | undefined {
    const row = this.order[place] ?? 0;
    return row < 0 ? this.#eventOf(row)?.wraps : this.wrapped[row];
  }

  /** Never indexes the array below 0: V8 would look for a property of that name, which takes ten times as long. */
  #eventOf(row: number): SeenEvent | undefined {
    return row < 0 ? this.events[~row] : undefined;
  }

  /** @param base the generation of the first row */
  at(place: number, base: number): SeenRow {
    const row = this.order[place] ?? 0;
    const event = this.#eventOf(row);
    if (event !== undefined) {
      const { entry, time } = event;
      const generation = base + event.wraps;
      return { row, event, sequence: entry.sequence, generation, kind: this.kindAt(place), time, item: -1, user: -1 };
    }
    return {
      row,
      event,
      sequence: this.sequences[row] ?? 0,
      generation: base + (this.wrapped[row] ?? 0),
      kind: this.kindAt(place),
      time: this.times[row] ?? 0,
      item: this.items[row] ?? -1,
      user: this.users[row] ?? 0,
    };
  }

  #name(item: number, { type, subject, sequence }: IndexEntry): void {
    const isReply = type === 'R';
    if (isReply && this.onlyReplies[item] === false) return;
    const known = this.#subjectOf[item];
    if (known !== undefined && isAfter(known, sequence) && this.onlyReplies[item] === isReply) return;
    this.onlyReplies[item] = isReply;
    this.#subjectOf[item] = sequence;
    this.subjects[item] = owned(subject);
  }

  #internItem(id: string): number {
    const known = this.#itemIndexes.get(id);
    if (known !== undefined) return known;
    const copy = owned(ascii(id));
    this.#itemIndexes.set(copy, this.itemIds.length);
    this.onlyReplies.push(true);
    this.#subjectOf.push(undefined);
    this.subjects.push(octets``);
    return this.itemIds.push(copy) - 1;
  }

  #internUser(userid: Octets): number {
    const known = this.#userIndexes.get(userid);
    if (known !== undefined) return known;
    const copy = owned(userid);
    this.#userIndexes.set(copy, this.userids.length);
    return this.userids.push(copy) - 1;
  }

  #reserve(length: number): void {
    if (length <= this.kinds.length) return;
    this.sequences = withRoom(this.sequences, length, Uint32Array);
    this.times = withRoom(this.times, length, Uint32Array);
    this.items = withRoom(this.items, length, Int32Array);
    this.users = withRoom(this.users, length, Uint32Array);
    this.kinds = withRoom(this.kinds, length, Uint8Array);
    this.wrapped = withRoom(this.wrapped, length, Int8Array);
  }
}

/** One row or event of a sighting. */
export interface SeenRow {
  /** its place in the index; negative: an event */
  readonly row: number;
  readonly event: SeenEvent | undefined;
  readonly sequence: number;
  readonly generation: number;
  readonly kind: PostKind;
  readonly time: number;
  /** index into `itemIds`, −1 for none */
  readonly item: number;
  /** index into `userids`, −1 for an event */
  readonly user: number;
}

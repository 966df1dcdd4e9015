import type { EditLogEntry } from '../../rgtp/edit-log.ts';
import { octets } from '../../wire/octets.ts';
import { Changes } from '../changes.ts';
import { groupKindsOf } from '../group-kinds.ts';
import type { MutableRecord } from '../known/records.ts';
import type { BoardState } from '../known/state.ts';
import { type Change, PostKind } from '../model.ts';
import type { Seen } from './comparison.ts';
import type { Decision } from './decision.ts';
import { MAX_RESERVED, type SeenRow } from './sighting.ts';

/** Rows committed in one stretch, with their transaction: a few milliseconds' work, and as much again for collecting garbage. */
const SLICE = 512;

/** The time when a row becomes readable, by its number and its time in the index. */
export type ArrivalOf = (number: number, time: number) => number;

/** What a row is given when it is committed. */
interface Given {
  readonly number: number;
  readonly epoch: number;
  readonly arrival: number;
}

/**
 * Carries out a decision. Yields the changes so far, perhaps none, whenever that took a while: they must be written, and
 * passed to the listeners, before it continues. In between, the state is the board as it was a few posts ago.
 */
export function commit(
  state: BoardState,
  seen: Seen,
  decision: Decision,
  log: readonly EditLogEntry[],
  arrivalOf: ArrivalOf,
): Generator<readonly Change[]> {
  return new Commit(state, seen, decision, arrivalOf).run(log);
}

class Commit {
  readonly #state: BoardState;
  readonly #seen: Seen;
  readonly #decision: Decision;
  readonly #arrivalOf: ArrivalOf;
  readonly #changes: Changes;
  #steps = 0;
  /** rows below this one have their notices from the log */
  #noted = 0;

  constructor(state: BoardState, seen: Seen, decision: Decision, arrivalOf: ArrivalOf) {
    this.#state = state;
    this.#seen = seen;
    this.#decision = decision;
    this.#arrivalOf = arrivalOf;
    this.#changes = new Changes(state.posts);
  }

  *run(log: readonly EditLogEntry[]): Generator<readonly Change[]> {
    const { known, differing, unseen, epochs } = this.#decision;
    this.#state.epochs = epochs;
    yield* this.#each(differing, (place) => this.#reconcile(known[place] ?? -1, this.#rowAt(place)));
    for (let from = 0; from < unseen.length; from += SLICE) {
      this.#gone(unseen.slice(from, from + SLICE));
      yield this.#changes.take();
    }
    yield* this.#link();
    // Texts are as they were at the time of the backup, whatever rows have gone since.
    const { records } = this.#state;
    if (this.#seen.restored) {
      yield* this.#each(records.list, (record) => {
        if (records.hasHiddenLink(record)) this.#askAgain(record);
      });
    }
    for (const [ids, revoked] of [
      [this.#seen.takenBack, false],
      [this.#seen.firstTold, true],
    ] as const) {
      yield* this.#each(ids, (id) => {
        const record = records.byId(id);
        if (record !== undefined && this.#state.hasPosts(record)) this.#changes.text(record, revoked);
      });
    }
    const notes = new Map(log.map((entry) => [entry.sequence, entry]));
    yield* this.#each(this.#unnoted(notes), (row) => this.#note(row, notes));
    yield* this.#appendAll(notes);
    yield this.#changes.take();
  }

  *#each<T>(all: Iterable<T>, take: (one: T) => void): Generator<readonly Change[]> {
    for (const one of all) {
      take(one);
      if (++this.#steps % SLICE === 0) yield this.#changes.take();
    }
  }

  /** Sets the items' subjects and links according to the index. */
  *#link(): Generator<readonly Change[]> {
    const { records } = this.#state;
    const { sighting, whole } = this.#seen;
    const { items } = this.#decision;
    const recordAt = (item: number) => records.list[items[item] ?? -1];
    yield* this.#each(items.keys(), (item) => {
      const record = recordAt(item);
      if (record !== undefined) this.#name(record, item);
    });
    const linked = new Set<MutableRecord | undefined>();
    yield* this.#each(sighting.links.keys(), (item) => void linked.add(recordAt(item)));
    const marked = new Set<MutableRecord | undefined>();
    yield* this.#each(sighting.marked, (item) => void marked.add(recordAt(item)));
    yield* this.#each(whole ? records.list : marked, (record) => {
      if (record === undefined) return;
      if (record.linked && !linked.has(record) && whole) this.#unlink(record);
      if (records.setMarked(record, marked.has(record))) this.#changes.text(record, false);
    });
    yield* this.#each(sighting.links, ([continuation, item]) => {
      const next = this.#itemOf(continuation);
      this.#continue(next, this.#itemOf(item));
    });
  }

  *#appendAll(notes: ReadonlyMap<number, EditLogEntry>): Generator<readonly Change[]> {
    const { posts } = this.#state;
    const { numbers, first, given, epochs } = this.#decision;
    const end = given?.length ?? numbers.length;
    let count = 0;
    for (let at = given === undefined ? first : 0; at < end; at++) {
      const place = given?.[at] ?? at;
      const number = numbers[place] ?? 0;
      if (number === 0) continue;
      if (count === 0 && end - at > posts.length) posts.reserve(posts.length + end - at);
      const row = this.#rowAt(place);
      const epoch = epochs.of(row, number);
      if (this.#seen.reserves) this.#reserve(number, epoch, row.time);
      this.#append(row, { number, epoch, arrival: this.#arrivalOf(number, row.time) });
      if (++count % SLICE !== 0) continue;
      for (const known of this.#unnoted(notes)) this.#note(known, notes);
      yield this.#changes.take();
    }
    for (const known of this.#unnoted(notes)) this.#note(known, notes);
  }

  #rowAt(place: number): SeenRow {
    return this.#seen.sighting.at(place, this.#decision.base);
  }

  #append(row: SeenRow, given: Given): void {
    const { posts, records, notices, publishing } = this.#state;
    const { sequence, time, kind, event } = row;
    const item = row.item < 0 ? -1 : this.#itemOf(row.item);
    const index = posts.append({ ...given, sequence, time, kind, item, user: this.#userOf(row) });
    for (const group of groupKindsOf[kind]) publishing.raise(group, given.number);
    const record = records.list[item];
    if (record !== undefined) {
      records.mayBeFirst(record, index, posts);
      if (kind === PostKind.Edit) this.#changes.text(record, true);
    }
    if (event === undefined) return;
    const { userid, reason, itemId } = event.entry;
    notices.set(index, { userid, reason, itemId });
    // What the whole index shows exists, even if its item was once withdrawn; what it lacks is gone already.
    if (event.entry.kind !== 'withdrawn' || this.#seen.whole) return;
    this.#gone(records.byId(event.entry.itemId ?? '')?.rows ?? []);
  }

  /** Reserves numbers that may turn out to be withdrawals or edits of the index, once the edit log can be read. */
  #reserve(before: number, epoch: number, time: number): void {
    const { posts, epochs } = this.#state;
    const { base, first } = epochs.all[epoch - 1] ?? { base: 0, first: 0 };
    const last = posts.length - 1;
    // The first row of an epoch need not have the epoch's first number.
    const from = Math.max(base + first, (posts.numbers[last] ?? 0) + 1);
    for (let number = from; number < before; number++) {
      // The board's counter jumped: whatever happened did so before or after the jump.
      if (number === from + MAX_RESERVED) number = Math.max(number, before - MAX_RESERVED);
      const row = { number, sequence: number - base, epoch, time, kind: PostKind.Gone, item: -1, user: 0, arrival: 0 };
      posts.append(row);
    }
  }

  #userOf({ event, user }: SeenRow): number {
    const userid = event?.entry.userid ?? this.#seen.sighting.userids[user] ?? octets``;
    return this.#state.users.intern(userid);
  }

  /** The state's record of an item of the sighting, added if it is new. */
  #itemOf(at: number): number {
    const { records } = this.#state;
    const { items } = this.#decision;
    const { sighting } = this.#seen;
    const known = items[at] ?? -1;
    if (known >= 0) return known;
    const record = records.intern(sighting.itemIds[at] ?? '');
    items[at] = record.index;
    this.#name(record, at);
    records.setMarked(record, sighting.marked.has(at));
    return record.index;
  }

  /** A known post has changed in the index: it was restored, or an editor changed its time or author. */
  #reconcile(row: number, one: SeenRow): void {
    const { posts, records, publishing } = this.#state;
    const record = records.list[posts.items[row] ?? -1];
    if (posts.kinds[row] === PostKind.Gone) {
      posts.setKind(row, one.kind);
      posts.setArrival(row, this.#arrivalOf(Number.POSITIVE_INFINITY, one.time));
      for (const group of groupKindsOf[one.kind]) publishing.raise(group, posts.numbers[row] ?? 0);
      this.#changes.restored(row);
      if (record !== undefined) records.mayBeFirst(record, row, posts);
    } else if (one.event !== undefined) return;
    const user = this.#userOf(one);
    if (posts.times[row] === one.time && posts.users[row] === user) return;
    posts.setDetails(row, one.time, user);
    if (record === undefined) return;
    this.#changes.links(record);
    this.#changes.text(record, false);
  }

  #gone(rows: readonly number[]): void {
    const { posts, records, notices } = this.#state;
    const emptied = new Set<MutableRecord>();
    for (const row of rows) {
      if (posts.kinds[row] === PostKind.Gone) continue;
      const notice = notices.get(row);
      const isEvent = posts.items[row] === -1;
      // Remember which event it was: another one must not come back in its place.
      if (notice !== undefined && isEvent) notices.set(row, { ...notice, reason: [] });
      else notices.delete(row);
      posts.setKind(row, PostKind.Gone);
      this.#changes.removed(row);
      const record = records.list[posts.items[row] ?? -1];
      if (record !== undefined) {
        this.#changes.links(record);
        emptied.add(record);
      }
    }
    for (const record of emptied) records.findFirst(record, posts);
    for (const record of emptied) if (!this.#state.hasPosts(record)) this.#forget(record);
  }

  /** Nothing of the item is left, so what is known about it is forgotten, too. */
  #forget(record: MutableRecord): void {
    const { records } = this.#state;
    records.setSubject(record, octets``);
    this.#unlink(record);
    records.setContinuedIn(record, -1);
  }

  /** The index no longer shows what an item continues: fetch the texts again for what they say. */
  #unlink(record: MutableRecord): void {
    const { records } = this.#state;
    const previous = records.list[record.continues];
    records.setContinues(record, -1, false);
    this.#askAgain(record);
    if (previous?.continuedIn !== record.index) return;
    records.setContinuedIn(previous, -1);
    this.#askAgain(previous);
  }

  /** An item's links have changed: its text must tell what the index does not. */
  #askAgain(record: MutableRecord): void {
    if (!this.#state.hasPosts(record)) return;
    this.#changes.links(record);
    this.#changes.text(record, false);
  }

  #name(record: MutableRecord, at: number): void {
    const { sighting, whole } = this.#seen;
    // Replies carry the subject of their time, which must not replace the item's own.
    if (sighting.onlyReplies[at] && !whole && record.subject !== '') return;
    const isNew = this.#state.records.setSubject(record, sighting.subjects[at] ?? octets``);
    if (isNew && record.rows.length > 0) this.#changes.links(record);
  }

  #continue(continuation: number, item: number): void {
    const { records } = this.#state;
    const next = records.list[continuation];
    const previous = records.list[item];
    if (next === undefined || previous === undefined) return;
    if (records.setContinues(next, item, true) && this.#state.hasPosts(next)) this.#changes.links(next);
    if (records.setContinuedIn(previous, continuation)) this.#askAgain(previous);
  }

  *#unnoted({ size }: ReadonlyMap<number, EditLogEntry>): Generator<number> {
    while (size > 0 && this.#noted < this.#state.posts.length) yield this.#noted++;
  }

  /** Takes what the edit log says about an edit that has a row but no notice yet. */
  #note(row: number, log: ReadonlyMap<number, EditLogEntry>): void {
    const { posts, notices } = this.#state;
    const kind = posts.kinds[row];
    if (kind !== PostKind.Edit && kind !== PostKind.Withdrawal && kind !== PostKind.IndexEdit) return;
    const entry = log.get(posts.sequences[row] ?? 0);
    if (entry === undefined) return;
    const { userid, reason, itemId } = entry;
    // After the cache was lost, the reason is missing.
    const known = notices.get(row);
    if (known !== undefined && (known.reason.length > 0 || reason.length === 0)) return;
    notices.set(row, { userid, reason, itemId });
    this.#changes.noted(row);
  }
}

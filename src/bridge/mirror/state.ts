import type { EditLogEntry } from '../../rgtp/edit-log.ts';
import { isAfter } from '../../rgtp/sequence.ts';
import type { Epoch } from '../../store/permanent-records.ts';
import { type Octets, octets } from '../../wire/octets.ts';
import { Changes } from '../changes.ts';
import { type Change, type ItemRecord, type Notice, PostKind } from '../model.ts';
import { type Place, placesOf } from '../places.ts';
import { PostColumns } from './columns.ts';
import type { Known, Seen } from './comparison.ts';
import type { Decision } from './decision.ts';
import { Epochs } from './numbering.ts';
import type { Publishing } from './publishing.ts';
import { type MutableRecord, Records, Users } from './records.ts';
import type { SeenRow } from './sighting.ts';

/** Missing numbers after a row, and before the next, that are kept for what only the edit log tells. */
const MAX_RESERVED = 256;

/** What a row gets when it is taken in. */
interface Given {
  readonly number: number;
  readonly epoch: number;
  readonly arrival: number;
}

/** When a row becomes readable, by its number and its time in the index. */
export type ArrivalOf = (number: number, time: number) => number;

/** Rows that are taken in at a stretch: what that takes, nobody waits for. */
const SLICE = 2048;

/** Everything known of a board but the texts: rows, items, notices, numbering. Only `commit` changes it. */
export class BoardState implements Known {
  readonly posts = new PostColumns();
  readonly records = new Records(this.posts);
  readonly users = new Users();
  readonly notices = new Map<number, Notice>();
  epochs: Epochs;

  readonly publishing: Publishing;
  /** the index was read to its end, once, and is here: until then nobody is shown anything */
  isRead = false;
  /** The highest number shown before the cache began: given for good, whether or not the index still has it. */
  floor = 0;
  readonly #knownEpochs: number;

  constructor(epochs: readonly Epoch[], publishing: Publishing) {
    this.epochs = new Epochs(epochs);
    this.publishing = publishing;
    this.#knownEpochs = epochs.length;
  }

  /** No number has been given yet, not even before the cache was lost. */
  get isNew(): boolean {
    return this.#knownEpochs === 0 && this.posts.length === 0;
  }

  /**
   * The highest number that may have been shown. While an index is read again, its posts keep the numbers they had. The
   * marks don't count here: they are raised before rows are shown, and whoever is killed in between showed none.
   */
  get highest(): number {
    const last = this.posts.length === 0 ? 0 : (this.posts.numbers[this.posts.length - 1] ?? 0);
    return this.isRead ? Math.max(last, this.floor) : last;
  }

  get marked(): number {
    return this.publishing.highest;
  }

  /** The marks of a newsgroup: the low one is that of the first article that is there. */
  mark(place: Place): { readonly low: number; readonly high: number } {
    const { low, high } = this.publishing.mark(place);
    if (!this.isRead) return { low, high };
    const { kinds, numbers, length } = this.posts;
    const row = this.posts.presence.first(place, kinds, length);
    return { low: row < length ? (numbers[row] ?? 0) : high + 1, high };
  }

  /** the last sequence number that has a row, `undefined` before the first */
  get lastSequence(): number | undefined {
    return this.posts.length === 0 ? undefined : this.posts.sequences[this.posts.length - 1];
  }

  /**
   * Takes in what was decided. Yields what changed so far, which may be nothing, whenever that took a while: it is to be
   * written and told before more is taken in. In between, the state is that of the board some posts ago.
   */
  *commit(
    seen: Seen,
    decision: Decision,
    log: readonly EditLogEntry[],
    arrivalOf: ArrivalOf,
  ): Generator<readonly Change[]> {
    const { sighting } = seen;
    const { posts, records } = this;
    const changes = new Changes(posts);
    const noted = new Map(log.map((entry) => [entry.sequence, entry]));
    let steps = 0;
    const each = function* <T>(all: Iterable<T>, take: (one: T) => void): Generator<readonly Change[]> {
      for (const one of all) {
        take(one);
        if (++steps % SLICE === 0) yield changes.take();
      }
    };
    const recordAt = (item: number) => records.list[decision.items[item] ?? -1];
    const link = ([continuation, item]: readonly [number, number]) => {
      const next = this.#itemOf(continuation, decision.items, seen, changes);
      this.#continue(next, this.#itemOf(item, decision.items, seen, changes), changes);
    };
    let next = 0;
    const unnoted = function* (): Generator<number> {
      while (noted.size > 0 && next < posts.length) yield next++;
    };
    const note = (row: number) => this.#note(row, noted, changes);

    this.epochs = decision.epochs;
    yield* each(decision.differing, (place) => {
      const one = sighting.at(place, decision.base);
      const userid = one.event?.entry.userid ?? sighting.userids[one.user] ?? octets``;
      this.#reconcile(decision.known[place] ?? -1, one, userid, arrivalOf, changes);
    });
    for (let from = 0; from < decision.unseen.length; from += SLICE) {
      this.#gone(decision.unseen.slice(from, from + SLICE), changes);
      yield changes.take();
    }
    yield* each(decision.items.keys(), (item) => {
      const record = recordAt(item);
      if (record !== undefined) this.#name(record, item, seen, changes);
    });
    const linked = new Set<MutableRecord | undefined>();
    yield* each(sighting.links.keys(), (item) => void linked.add(recordAt(item)));
    const marked = new Set<MutableRecord | undefined>();
    yield* each(sighting.marked, (item) => void marked.add(recordAt(item)));
    yield* each(seen.whole ? records.list : marked, (record) => {
      if (record === undefined) return;
      if (record.linked && !linked.has(record) && seen.whole) this.#unlink(record, changes);
      if (records.setMarked(record, marked.has(record))) changes.text(record, false);
    });
    yield* each(sighting.links, link);
    const isNew = ({ sequence }: EditLogEntry) => seen.told === undefined || isAfter(sequence, seen.told);
    yield* each(log, (entry) => {
      const record = entry.kind === 'edited' ? records.byId(entry.itemId ?? '') : undefined;
      if (record !== undefined && isNew(entry)) changes.text(record, true);
    });
    yield* each(unnoted(), note);
    let count = 0;
    const { given, numbers } = decision;
    const end = given?.length ?? numbers.length;
    for (let at = 0; at < end; at++) {
      const place = given?.[at] ?? at;
      const number = numbers[place] ?? 0;
      if (number === 0) continue;
      const left = end - at;
      if (count === 0 && left > posts.length) posts.reserve(posts.length + left);
      const row = sighting.at(place, decision.base);
      const epoch = decision.epochs.of(row, number);
      if (seen.reserves) this.#reserve(number, epoch, row.time);
      this.#append(row, { number, epoch, arrival: arrivalOf(number, row.time) }, seen, decision.items, changes);
      if (++count % SLICE !== 0) continue;
      for (const known of unnoted()) note(known);
      yield changes.take();
    }
    for (const known of unnoted()) note(known);
    yield changes.take();
  }

  /** Posts that are there, and items that have any. */
  count(): { readonly posts: number; readonly items: number } {
    return this.posts.presence;
  }

  /** Everything is to be stored again. */
  touchAll(): void {
    for (const part of [this.posts, this.records, this.users]) part.touchAll();
  }

  /** The row a sequence number means today, −1 if none. */
  rowOfSequence(sequence: number): number {
    const { posts, epochs } = this;
    const last = posts.length - 1;
    const newest = posts.sequences[last] ?? 0;
    const generation = epochs.all[(posts.epochs[last] ?? 1) - 1]?.generation ?? 0;
    const rowIn = (of: number) => {
      const epoch = epochs.covering(of, sequence);
      return epoch === undefined ? -1 : this.rowIn(epoch.number, sequence);
    };
    const row = rowIn(generation);
    // Before the wrap, a generation back.
    return row < 0 && sequence > newest && isAfter(newest, sequence) ? rowIn(generation - 1) : row;
  }

  /** Was this number ever given to a row, in whatever epoch? */
  knows(sequence: number): boolean {
    return this.epochs.all.some(({ number }) => this.rowIn(number, sequence) >= 0);
  }

  /** The row that a sequence number got in an epoch, −1 if none. */
  rowIn(epoch: number, sequence: number): number {
    // Numbers are one column for all epochs: what stands there may be of another one.
    const row = this.posts.rowOf((this.epochs.all[epoch - 1]?.base ?? 0) + sequence);
    return row >= 0 && this.posts.epochs[row] === epoch && this.posts.sequences[row] === sequence ? row : -1;
  }

  hasPosts(record: ItemRecord): boolean {
    return this.posts.presence.has(record.index);
  }

  #append(row: SeenRow, given: Given, seen: Seen, items: Int32Array, changes: Changes): void {
    const { sighting } = seen;
    const { sequence, time, kind, event } = row;
    const item = row.item < 0 ? -1 : this.#itemOf(row.item, items, seen, changes);
    const user = this.users.intern(event === undefined ? (sighting.userids[row.user] ?? octets``) : event.entry.userid);
    const index = this.posts.append({ ...given, sequence, time, kind, item, user });
    for (const place of placesOf[kind]) this.publishing.raise(place, given.number);
    const record = this.records.list[item];
    if (record !== undefined) {
      this.records.mayBeFirst(record, index, this.posts);
      if (kind === PostKind.Edit) changes.text(record, true);
    }
    if (event === undefined) return;
    const { userid, reason, itemId } = event.entry;
    this.notices.set(index, { userid, reason, itemId });
    // What the whole index shows is there, whenever its item was withdrawn; and what it lacks is gone already.
    if (event.entry.kind !== 'withdrawn' || seen.whole) return;
    this.#gone(this.records.byId(event.entry.itemId ?? '')?.rows ?? [], changes);
  }

  /** Numbers that may turn out to be withdrawals or edits of the index, once the edit log can be read. */
  #reserve(before: number, epoch: number, time: number): void {
    const { posts, epochs } = this;
    const { base, first } = epochs.all[epoch - 1] ?? { base: 0, first: 0 };
    const last = posts.length - 1;
    // The first row of its epoch may not be the first of the board's numbers in it.
    const from = Math.max(base + first, (posts.numbers[last] ?? 0) + 1);
    for (let number = from; number < before; number++) {
      // The board's counter jumped: what happened did so before or after that.
      if (number === from + MAX_RESERVED) number = Math.max(number, before - MAX_RESERVED);
      const row = { number, sequence: number - base, epoch, time, kind: PostKind.Gone, item: -1, user: 0, arrival: 0 };
      posts.append(row);
    }
  }

  /** An item of the sighting, in the state: added where it is new. */
  #itemOf(at: number, items: Int32Array, seen: Seen, changes: Changes): number {
    const { sighting } = seen;
    const known = items[at] ?? -1;
    if (known >= 0) return known;
    const record = this.records.intern(sighting.itemIds[at] ?? '');
    items[at] = record.index;
    this.#name(record, at, seen, changes);
    this.records.setMarked(record, sighting.marked.has(at));
    return record.index;
  }

  /** A known post that the index shows otherwise: it is back, or an editor changed when and by whom it was made. */
  #reconcile(row: number, one: SeenRow, userid: Octets, arrivalOf: ArrivalOf, changes: Changes): void {
    const { posts, records } = this;
    const record = records.list[posts.items[row] ?? -1];
    if (posts.kinds[row] === PostKind.Gone) {
      posts.setKind(row, one.kind);
      posts.setArrival(row, arrivalOf(Number.POSITIVE_INFINITY, one.time));
      for (const place of placesOf[one.kind]) this.publishing.raise(place, posts.numbers[row] ?? 0);
      changes.restored(row);
      if (record !== undefined) records.mayBeFirst(record, row, posts);
    } else if (one.event !== undefined) return;
    const user = this.users.intern(userid);
    if (posts.times[row] === one.time && posts.users[row] === user) return;
    posts.setDetails(row, one.time, user);
    if (record === undefined) return;
    changes.links(record);
    changes.text(record, false);
  }

  #gone(rows: readonly number[], changes: Changes): void {
    const emptied = new Set<MutableRecord>();
    for (const row of rows) {
      if (this.posts.kinds[row] === PostKind.Gone) continue;
      const notice = this.notices.get(row);
      const isEvent = this.posts.items[row] === -1;
      // Which event it was is remembered: another one is not to come back in its place.
      if (notice !== undefined && isEvent) this.notices.set(row, { ...notice, reason: [] });
      else this.notices.delete(row);
      this.posts.setKind(row, PostKind.Gone);
      changes.removed(row);
      const record = this.records.list[this.posts.items[row] ?? -1];
      if (record !== undefined) {
        changes.links(record);
        emptied.add(record);
      }
    }
    for (const record of emptied) this.records.findFirst(record, this.posts);
    for (const record of emptied) if (!this.hasPosts(record)) this.#forget(record, changes);
  }

  /** Nothing of the item is left: what is known of it goes, too. */
  #forget(record: MutableRecord, changes: Changes): void {
    const { records } = this;
    records.setSubject(record, octets``);
    this.#unlink(record, changes);
    records.setContinuedIn(record, -1);
  }

  /** The index no longer shows what an item continues. What their texts say of it, they are asked again. */
  #unlink(record: MutableRecord, changes: Changes): void {
    const { records } = this;
    const previous = records.list[record.continues];
    records.setContinues(record, -1, false);
    this.#askAgain(record, changes);
    if (previous?.continuedIn !== record.index) return;
    records.setContinuedIn(previous, -1);
    this.#askAgain(previous, changes);
  }

  /** The links of an item changed: its text is to tell what the index does not. */
  #askAgain(record: MutableRecord, changes: Changes): void {
    if (!this.hasPosts(record)) return;
    changes.links(record);
    changes.text(record, false);
  }

  #name(record: MutableRecord, at: number, { sighting, whole }: Seen, changes: Changes): void {
    // Replies carry the subject of their time: it is not to replace what the item itself was seen to have.
    if (sighting.onlyReplies[at] && !whole && record.subject !== '') return;
    if (this.records.setSubject(record, sighting.subjects[at] ?? octets``) && record.rows.length > 0)
      changes.links(record);
  }

  #continue(continuation: number, item: number, changes: Changes): void {
    const { records } = this;
    const next = records.list[continuation];
    const previous = records.list[item];
    if (next === undefined || previous === undefined) return;
    if (records.setContinues(next, item, true) && this.hasPosts(next)) changes.links(next);
    if (records.setContinuedIn(previous, continuation)) this.#askAgain(previous, changes);
  }

  /** Takes what the edit log says of an edit that has a row and no notice yet. */
  #note(row: number, log: ReadonlyMap<number, EditLogEntry>, changes: Changes): void {
    const { posts, notices } = this;
    const kind = posts.kinds[row];
    if (kind !== PostKind.Edit && kind !== PostKind.Withdrawal && kind !== PostKind.IndexEdit) return;
    const entry = log.get(posts.sequences[row] ?? 0);
    if (entry === undefined) return;
    const { userid, reason, itemId } = entry;
    // After the cache was lost, the reason is missing.
    const known = notices.get(row);
    if (known !== undefined && (known.reason.length > 0 || reason.length === 0)) return;
    notices.set(row, { userid, reason, itemId });
    changes.noted(row);
  }
}

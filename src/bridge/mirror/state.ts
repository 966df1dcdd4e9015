import type { EditLogEntry } from '../../rgtp/edit-log.ts';
import type { Epoch } from '../../store/permanent.ts';
import { type Octets, octets } from '../../wire/octets.ts';
import { type ItemRecord, type Notice, PostKind } from '../model.ts';
import { isIndexed, PostColumns } from './columns.ts';
import { Epochs, MAX_NUMBER } from './epochs.ts';
import { isSame } from './evidence.ts';
import { generationOf, type MergedRow, merged, numberOf, type Sighting, survey } from './merge.ts';
import { type MutableRecord, Records } from './records.ts';
import { isAfter } from './snapshot.ts';
import { Users } from './users.ts';

/** What applying a sighting did. */
export interface Changes {
  /** the first appended row; `posts.length` if there is none */
  readonly appended: number;
  readonly removed: readonly number[];
  /** rows that were gone and are back, as themselves */
  readonly restored: readonly number[];
  /** items whose subject or links changed, or rows of theirs */
  readonly changed: ReadonlySet<ItemRecord>;
  /** items with new posts, or a new mark: their text is behind */
  readonly grown: ReadonlySet<ItemRecord>;
  /** E rows among the appended */
  readonly edits: readonly number[];
  /** items whose text an editor has changed, whether or not the index still tells of it */
  readonly edited: ReadonlySet<ItemRecord>;
  /** items of which nothing is left */
  readonly withdrawn: readonly ItemRecord[];
  /** rows that could not be given a number: they came in below those given */
  readonly late: number;
}

/** Everything known of a board but the texts: rows, items, notices, numbering. Only `apply` changes it. */
export class BoardState {
  readonly posts = new PostColumns();
  readonly records = new Records();
  readonly users = new Users();
  readonly notices = new Map<number, Notice>();
  epochs: Epochs;

  constructor(epochs: readonly Epoch[]) {
    this.epochs = new Epochs(epochs);
  }

  /** article number of the last row: the high water mark */
  get highest(): number {
    return this.posts.length === 0 ? 0 : (this.posts.numbers[this.posts.length - 1] ?? 0);
  }

  /** the last sequence number that has a row, `undefined` before the first */
  get lastSequence(): number | undefined {
    return this.posts.length === 0 ? undefined : this.posts.sequences[this.posts.length - 1];
  }

  /** The epochs that applying this would need. They must be kept for good before it is applied. */
  plan(sighting: Sighting): Epochs {
    const epochs = this.epochs.copy();
    const rows = merged(sighting, generationOf(sighting, this.posts, this.epochs));
    survey(rows, this.posts, epochs, (known, row) => isSame(this, known, row, sighting.indexEdited), sighting);
    return epochs;
  }

  apply(sighting: Sighting, epochs: Epochs): Changes {
    const generation = generationOf(sighting, this.posts, this.epochs);
    this.epochs = epochs;
    const { posts, records } = this;
    const appended = posts.length;
    const given = this.highest;
    const last = this.lastSequence;
    const removed: number[] = [];
    const restored: number[] = [];
    const changed = new Set<ItemRecord>();
    const grown = new Set<ItemRecord>();
    const edits: number[] = [];
    let late = 0;
    const seen = new Uint8Array(sighting.whole ? appended : 0);
    // At the first sync of a board.
    if (sighting.snapshot.length > 2 * appended) posts.reserve(sighting.snapshot.length);
    for (const row of merged(sighting, generation)) {
      const number = numberOf(row, epochs);
      if (number === undefined || number > MAX_NUMBER) {
        late++;
        continue;
      }
      if (number > given) {
        const index = this.#append(row, number, epochs);
        const record = records.list[row.item];
        if (record !== undefined) grown.add(record);
        if (row.kind === PostKind.Edit) edits.push(index);
        if (row.event?.kind === 'withdrawn') this.#gone(this.#rowsOf(row.event), removed, changed);
        continue;
      }
      const known = posts.rowOf(number);
      if (known < 0 || !isSame(this, known, row, sighting.indexEdited)) {
        if (row.event === undefined) late++;
        continue;
      }
      if (sighting.whole) seen[known] = 1;
      const record = records.list[row.item];
      if (posts.kinds[known] === PostKind.Gone) {
        posts.setKind(known, row.kind);
        restored.push(known);
        if (record !== undefined) {
          if (isFirst(row.kind)) record.first = known;
          grown.add(record);
        }
      }
      if (row.event === undefined && (posts.times[known] !== row.time || posts.users[known] !== row.user)) {
        posts.setDetails(known, row.time, row.user);
        if (record !== undefined) changed.add(record);
      }
    }
    if (sighting.whole) {
      const unseen: number[] = [];
      for (let row = 0; row < appended; row++) {
        const kind = posts.kinds[row];
        if (seen[row] === 0 && (sighting.events === undefined ? isIndexed(kind) : kind !== PostKind.Gone))
          unseen.push(row);
      }
      this.#gone(unseen, removed, changed);
    }
    for (const { item, sequence } of sighting.snapshot.marked) {
      const record = records.list[item];
      if (record !== undefined && (last === undefined || isAfter(sequence, last))) grown.add(record);
    }
    this.#subjectsAndLinks(sighting, changed, grown);
    // With the row of an edit its text may be back; with that of a reply, its text is likely gone.
    for (const row of removed) {
      const record = records.list[posts.items[row] ?? -1];
      if (record !== undefined) grown.add(record);
    }
    const edited = new Set<ItemRecord>();
    for (const { kind, itemId, sequence } of sighting.events ?? []) {
      const record = kind === 'edited' && itemId !== undefined ? records.byId(itemId) : undefined;
      if (record !== undefined && (last === undefined || isAfter(sequence, last))) edited.add(record);
    }
    for (const row of edits) {
      const record = records.list[posts.items[row] ?? -1];
      if (record !== undefined) edited.add(record);
    }
    const withdrawn = this.#emptied(removed, changed, grown);
    for (const record of withdrawn) edited.delete(record);
    return { appended, removed, restored, changed, grown, edits, edited, withdrawn, late };
  }

  /** Takes what ELOG says of edits; returns the rows whose notice is new. */
  note(log: readonly EditLogEntry[]): number[] {
    if (log.length === 0) return [];
    const bySequence = new Map(log.map((entry) => [entry.sequence, entry]));
    const rows: number[] = [];
    for (let row = 0; row < this.posts.length; row++) {
      const kind = this.posts.kinds[row];
      if (kind !== PostKind.Edit && kind !== PostKind.Withdrawal && kind !== PostKind.IndexEdit) continue;
      const entry = bySequence.get(this.posts.sequences[row] ?? 0);
      if (entry === undefined || this.notices.has(row)) continue;
      const { userid, reason, itemId } = entry;
      this.notices.set(row, { userid, reason, itemId });
      rows.push(row);
    }
    return rows;
  }

  /** Posts that are there, and items that have any. */
  count(): { readonly posts: number; readonly items: number } {
    const { kinds, items, length } = this.posts;
    const seen = new Uint8Array(this.records.list.length);
    let posts = 0;
    for (let row = 0; row < length; row++) {
      if (kinds[row] === PostKind.Gone) continue;
      posts++;
      const item = items[row] ?? -1;
      if (item >= 0) seen[item] = 1;
    }
    return { posts, items: seen.reduce((sum, each) => sum + each, 0) };
  }

  /** Everything is to be stored again. */
  touchAll(): void {
    for (const part of [this.posts, this.records, this.users]) part.touchAll();
  }

  /** After `load`s: the items' rows, from the columns. */
  relink(): void {
    const { posts, records } = this;
    const counts = new Uint32Array(records.list.length);
    for (let row = 0; row < posts.length; row++) {
      const item = posts.items[row] ?? -1;
      if (item >= 0) counts[item] = (counts[item] ?? 0) + 1;
    }
    // Arrays of the right length at once: growing ones would keep as much again in reserve.
    const ends = new Uint32Array(counts.length);
    for (const record of records.list) record.rows = new Array<number>(counts[record.index] ?? 0);
    for (let row = 0; row < posts.length; row++) {
      const record = records.list[posts.items[row] ?? -1];
      if (record === undefined) continue;
      const end = ends[record.index] ?? 0;
      record.rows[end] = row;
      ends[record.index] = end + 1;
      if (isFirst(posts.kinds[row])) record.first = row;
    }
  }

  /** The row a sequence number means today, −1 if none. */
  rowOfSequence(sequence: number): number {
    // Before a wrap is a generation back.
    for (let generation = this.epochs.generation; generation >= 0; generation--) {
      const epoch = this.epochs.covering(generation, sequence);
      const row = epoch === undefined ? -1 : this.posts.rowOf(epoch.base + sequence);
      if (row >= 0) return row;
    }
    return -1;
  }

  hasPosts(record: ItemRecord): boolean {
    return record.rows.some((row) => this.posts.kinds[row] !== PostKind.Gone);
  }

  #append(row: MergedRow, number: number, epochs: Epochs): number {
    const epoch = epochs.covering(row.generation, row.sequence)?.number ?? 1;
    const { sequence, time, kind, item, user } = row;
    const index = this.posts.append({ number, sequence, epoch, time, kind, item, user });
    const record = this.records.list[item];
    if (record !== undefined) this.#attach(record, index, kind);
    return index;
  }

  #attach(record: MutableRecord, row: number, kind: number): void {
    record.rows.push(row);
    if (isFirst(kind)) record.first = row;
  }

  #rowsOf(event: EditLogEntry): readonly number[] {
    const record = event.itemId === undefined ? undefined : this.records.byId(event.itemId);
    return record === undefined ? [] : record.rows;
  }

  #gone(rows: readonly number[], removed: number[], changed: Set<ItemRecord>): void {
    for (const row of rows) {
      if (this.posts.kinds[row] === PostKind.Gone) continue;
      this.posts.setKind(row, PostKind.Gone);
      this.notices.delete(row);
      removed.push(row);
      const record = this.records.list[this.posts.items[row] ?? -1];
      if (record !== undefined) changed.add(record);
    }
  }

  #subjectsAndLinks({ snapshot, whole }: Sighting, changed: Set<ItemRecord>, grown: Set<ItemRecord>): void {
    const { records } = this;
    const name = (item: number, subject: Octets) => {
      const record = records.list[item];
      if (record !== undefined && records.setSubject(record, subject)) changed.add(record);
    };
    for (const [item, subject] of snapshot.subjects) name(item, subject);
    for (const [item, subject] of snapshot.replySubjects) {
      if (!snapshot.subjects.has(item) && (whole || records.list[item]?.subject === '')) name(item, subject);
    }
    for (const [continuation, item] of snapshot.links) {
      const next = records.list[continuation];
      const previous = records.list[item];
      if (next === undefined || previous === undefined) continue;
      if (records.setContinues(next, item)) changed.add(next);
      if (records.setContinuedIn(previous, continuation)) {
        changed.add(previous);
        grown.add(previous);
      }
    }
  }

  /** Items that lost rows and have none left: what is known of them goes, too. */
  #emptied(removed: readonly number[], changed: Set<ItemRecord>, grown: Set<ItemRecord>): ItemRecord[] {
    const emptied = new Set<MutableRecord>();
    for (const row of removed) {
      const record = this.records.list[this.posts.items[row] ?? -1];
      if (record !== undefined && !this.hasPosts(record)) emptied.add(record);
    }
    for (const record of emptied) {
      grown.delete(record);
      const previous = this.records.list[record.continues];
      this.records.setSubject(record, octets``);
      this.records.setContinues(record, -1);
      this.records.setContinuedIn(record, -1);
      if (previous?.continuedIn !== record.index || !this.hasPosts(previous)) continue;
      // Withdrawn, it is still named at the end of that item; in a restored backup it never was.
      this.records.setContinuedIn(previous, -1);
      changed.add(previous);
      grown.add(previous);
    }
    return [...emptied];
  }
}

/** Does a post of this kind begin an item? */
function isFirst(kind: number | undefined): boolean {
  return kind === PostKind.Item || kind === PostKind.Continuation;
}

import { latin1, type Octets, owned } from '../../wire/octets.ts';
import type { ItemRecord, Posts } from '../model.ts';
import { isFirst } from '../row-kinds.ts';
import { ItemIds } from './item-ids.ts';
import { Strings } from './strings.ts';

/** Items, or userids, in a block on disk. */
const BLOCK = 256;
/** Rows that are examined in one piece. */
const PIECE = 2048;
/** Stored flags: what the index shows about an item. */
const LINKED = 1;
const MARKED = 2;

/** Knows the rows of each item. */
interface RowsOf {
  of(item: number): readonly number[];
}

/** The facts of all items, by index. */
interface ItemFacts {
  readonly ids: ItemIds;
  readonly subjects: Strings;
  readonly rows: RowsOf;
}

export class MutableRecord implements ItemRecord {
  readonly index: number;
  continues = -1;
  continuedIn = -1;
  /** a C and an F row of the index show what it continues */
  linked = false;
  /** an F row of the index shows that it is continued */
  marked = false;
  first = -1;
  readonly #facts: ItemFacts;

  constructor(index: number, facts: ItemFacts) {
    this.index = index;
    this.#facts = facts;
  }

  get id(): string {
    return this.#facts.ids.at(this.index);
  }

  get subject(): Octets {
    return this.#facts.subjects.at(this.index);
  }

  get rows(): readonly number[] {
    return this.#facts.rows.of(this.index);
  }
}

/** Every item ever mentioned, in order of first mention, and their blocks for the cache. */
export class Records {
  readonly list: MutableRecord[] = [];
  readonly #changed = new Set<number>();
  readonly #facts: ItemFacts;

  constructor(rows: RowsOf) {
    this.#facts = { ids: new ItemIds(), subjects: new Strings(), rows };
  }

  byId(id: string): MutableRecord | undefined {
    const index = this.#facts.ids.indexOf(id);
    return index === undefined ? undefined : this.list[index];
  }

  /** The item with that id, created if there is none. */
  intern(id: string): MutableRecord {
    const known = this.byId(id);
    if (known !== undefined) return known;
    const record = this.#add(id);
    this.#touch(record);
    return record;
  }

  /** Each of these returns whether anything changed. */
  setSubject(record: MutableRecord, subject: Octets): boolean {
    if (record.subject === subject) return false;
    this.#facts.subjects.set(record.index, subject);
    return this.#touch(record);
  }

  setContinuedIn(record: MutableRecord, next: number): boolean {
    if (record.continuedIn === next || record.index === next) return false;
    record.continuedIn = next;
    return this.#touch(record);
  }

  setMarked(record: MutableRecord, marked: boolean): boolean {
    if (record.marked === marked) return false;
    record.marked = marked;
    return this.#touch(record);
  }

  /**
   * Refuses what would make a chain of continuations a cycle.
   *
   * @param linked the index shows the link, not only the item itself
   */
  setContinues(record: MutableRecord, previous: number, linked: boolean): boolean {
    if (record.linked !== linked) {
      record.linked = linked;
      this.#touch(record);
    }
    if (record.continues === previous) return false;
    let steps = 0;
    for (let at = previous; at >= 0; at = this.list[at]?.continues ?? -1) {
      if (at === record.index || ++steps > this.list.length) return false;
    }
    record.continues = previous;
    return this.#touch(record);
  }

  /** Does it have a link that the index does not show, so that only a text reveals it? */
  hasHiddenLink(record: MutableRecord): boolean {
    const { continues, continuedIn, linked } = record;
    return (continues >= 0 && !linked) || (continuedIn >= 0 && !this.isContinuationShown(record));
  }

  /** Does the index show in which item this one is continued? */
  isContinuationShown({ index, continuedIn }: MutableRecord): boolean {
    const next = this.list[continuedIn];
    return next?.linked === true && next.continues === index;
  }

  /** A row is new or restored: of several first posts (one may be made up), the first one that exists counts. */
  mayBeFirst(record: MutableRecord, row: number, { kinds }: Posts): void {
    if (!isFirst(kinds[row])) return;
    const { first } = record;
    if (first < 0 || row < first || !isFirst(kinds[first])) record.first = row;
  }

  /** Rows are gone: finds the first post among those left, or keeps the one that was, if none is. */
  findFirst(record: MutableRecord, { kinds }: Posts): void {
    record.first = record.rows.find((row) => isFirst(kinds[row])) ?? record.first;
  }

  /** After `load`: finds the first posts of all items again; yields now and then. */
  *relink(posts: Posts): Generator<undefined, void> {
    for (let row = 0; row < posts.length; row++) {
      if (row % PIECE === 0) yield;
      const record = isFirst(posts.kinds[row]) ? this.list[posts.items[row] ?? -1] : undefined;
      if (record !== undefined) this.mayBeFirst(record, row, posts);
    }
  }

  *takeChanges(): Iterable<{ readonly number: number; readonly data: Uint8Array }> {
    for (const number of this.#changed) {
      const block = this.list.slice(number * BLOCK, (number + 1) * BLOCK);
      const cells = block.map(({ id, subject, continues, continuedIn, linked, marked }) => [
        ...[id, subject, continues, continuedIn],
        (linked ? LINKED : 0) + (marked ? MARKED : 0),
      ]);
      yield { number, data: Buffer.from(JSON.stringify(cells)) };
    }
    this.#changed.clear();
  }

  /** Yields after each block, as it does for userids. */
  *load(blocks: Iterable<Uint8Array>): Generator<undefined, void> {
    for (const block of blocks) {
      // Written by `takeChanges`; anything else throws below, or is found by the comparison with the board.
      const cells = JSON.parse(Buffer.from(block.buffer, block.byteOffset, block.length).toString()) as [
        string,
        string,
        number,
        number,
        number?,
      ][];
      for (const [id, subject, continues, continuedIn, shown] of cells) {
        const record = this.#add(id);
        this.#facts.subjects.set(record.index, latin1(subject));
        record.continues = continues;
        record.continuedIn = continuedIn;
        // Earlier caches do not say what the index shows.
        record.linked = shown === undefined ? continues >= 0 : (shown & LINKED) !== 0;
        record.marked = shown === undefined ? continuedIn >= 0 : (shown & MARKED) !== 0;
      }
      yield;
    }
  }

  /** Marks everything to be stored again. */
  touchAll(): void {
    for (const record of this.list) this.#touch(record);
  }

  #add(id: string): MutableRecord {
    const record = new MutableRecord(this.list.length, this.#facts);
    this.list.push(record);
    this.#facts.ids.add(id);
    return record;
  }

  #touch(record: MutableRecord): true {
    this.#changed.add(Math.floor(record.index / BLOCK));
    return true;
  }
}

/** Userids, each stored once. */
export class Users {
  readonly list: Octets[] = [];
  readonly #indexes = new Map<Octets, number>();
  #stored = 0;

  /** −1 if it is not there yet */
  indexOf(userid: Octets): number {
    return this.#indexes.get(userid) ?? -1;
  }

  intern(userid: Octets): number {
    const known = this.#indexes.get(userid);
    if (known !== undefined) return known;
    const index = this.list.length;
    const copy = owned(userid);
    this.list.push(copy);
    this.#indexes.set(copy, index);
    return index;
  }

  *takeChanges(): Iterable<{ readonly number: number; readonly data: Uint8Array }> {
    for (let number = Math.floor(this.#stored / BLOCK); number * BLOCK < this.list.length; number++) {
      yield { number, data: Buffer.from(JSON.stringify(this.list.slice(number * BLOCK, (number + 1) * BLOCK))) };
    }
    this.#stored = this.list.length;
  }

  /** Marks everything to be stored again. */
  touchAll(): void {
    this.#stored = 0;
  }

  *load(blocks: Iterable<Uint8Array>): Generator<undefined, void> {
    for (const block of blocks) {
      // Written by `takeChanges`.
      const userids = JSON.parse(Buffer.from(block.buffer, block.byteOffset, block.length).toString()) as string[];
      for (const userid of userids) this.intern(latin1(userid));
      yield;
    }
    this.#stored = this.list.length;
  }
}

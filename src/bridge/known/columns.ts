import { withRoom } from '../growable.ts';
import { PostKind, type Posts } from '../model.ts';
import { isIndexed } from '../row-kinds.ts';
import { Presence } from './presence.ts';

/** One row to be put into the columns. */
export interface PostRow {
  readonly number: number;
  readonly sequence: number;
  readonly epoch: number;
  readonly time: number;
  readonly kind: PostKind;
  /** the kind that a row had before it was gone, if known */
  readonly was?: PostKind | undefined;
  readonly item: number;
  readonly user: number;
  /** unix seconds: when readers could first read it */
  readonly arrival: number;
}

/** Rows of a block on disk: small enough to rewrite the last one after every post. */
const BLOCK = 1024;
const ROW_OCTETS = 23;

/** The posts of a board in columns: 32 octets per post, with blocks for the cache. */
export class PostColumns implements Posts {
  length = 0;
  numbers = new Uint32Array(BLOCK);
  sequences = new Uint32Array(BLOCK);
  times = new Uint32Array(BLOCK);
  items = new Int32Array(BLOCK);
  users = new Uint32Array(BLOCK);
  epochs = new Uint16Array(BLOCK);
  kinds = new Uint8Array(BLOCK);
  arrivals = new Uint32Array(BLOCK);
  /** the kind of a row, even once it is gone; `Gone` if that is not known */
  was = new Uint8Array(BLOCK);
  /**
   * the previous row of its item; −1: it is the first. (An array of rows for each item would take three times as much.)
   */
  #before = new Int32Array(BLOCK);
  /** by item: its last row + 1; 0: none */
  #last = new Uint32Array(BLOCK);
  readonly presence = new Presence();
  /** blocks that have changed since `load` or `takeChanges` */
  readonly #changed = new Set<number>();
  #firstChanged = Number.POSITIVE_INFINITY;
  /** the number of the row last found, minus its index */
  #ahead = 1;

  /** Appends a row; its number must be above the last one. Returns its index. */
  append(post: PostRow): number {
    const row = this.length;
    if (row > 0 && post.number <= (this.numbers[row - 1] ?? 0)) {
      throw new RangeError(`number ${post.number} is not above the last one`);
    }
    this.#reserve(row + 1);
    this.numbers[row] = post.number;
    this.sequences[row] = post.sequence;
    this.times[row] = post.time;
    this.items[row] = post.item;
    this.users[row] = post.user;
    this.epochs[row] = post.epoch;
    this.kinds[row] = post.kind;
    this.arrivals[row] = post.arrival;
    this.was[row] = post.was ?? post.kind;
    this.length = row + 1;
    this.presence.changed(row, post.item, PostKind.Gone, post.kind);
    this.#chain(row, post.item);
    this.touch(row);
    return row;
  }

  /** The rows of an item, ascending. */
  of(item: number): readonly number[] {
    const rows: number[] = [];
    for (let row = (this.#last[item] ?? 0) - 1; row >= 0; row = this.#before[row] ?? -1) rows.push(row);
    return rows.reverse();
  }

  /** Makes room for so many rows and a few more: growing step by step would leave several times as much garbage. */
  reserve(rows: number): void {
    this.#reserve(rows + 16 * BLOCK);
  }

  setKind(row: number, kind: PostKind): void {
    this.presence.changed(row, this.items[row] ?? -1, this.#kindAt(row), kind);
    this.kinds[row] = kind;
    if (kind !== PostKind.Gone) this.was[row] = kind;
    this.touch(row);
  }

  /** A row has been restored, or its kind has become known: to readers it arrives now. */
  setArrival(row: number, arrival: number): void {
    this.arrivals[row] = arrival;
    this.touch(row);
  }

  /** Sets what an edit of the index may change in a post without making it a different one. */
  setDetails(row: number, time: number, user: number): void {
    this.times[row] = time;
    this.users[row] = user;
    this.touch(row);
  }

  /** The row with that number, −1 if none. O(log n). */
  rowOf(number: number): number {
    const row = this.atOrAfter(number);
    return row < this.length && this.numbers[row] === number ? row : -1;
  }

  /** The first row whose number is at least this; `length` if there is none. */
  atOrAfter(number: number): number {
    // Numbers have few gaps, so the distance between a row's index and its number is often the same as at the last
    // look-up: then only one cell of a large column is read.
    const near = number - this.#ahead;
    if (near >= 0 && near < this.length && this.numbers[near] === number) return near;
    const row = this.#search(number);
    if (row < this.length && this.numbers[row] === number) this.#ahead = number - row;
    return row;
  }

  #search(number: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.numbers[middle] ?? 0) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The newest row that is in the board's index, as far as is known; −1 if there is none. */
  lastIndexed(): number {
    for (let row = this.length - 1; row >= 0; row--) if (isIndexed(this.kinds[row])) return row;
    return -1;
  }

  /** The blocks that have changed since the last call, in stored form. */
  *takeChanges(): Iterable<{ readonly number: number; readonly data: Uint8Array; readonly arrivals: Uint8Array }> {
    for (const number of this.#changed) {
      yield {
        number,
        data: this.#encode(number, this.#columns()),
        arrivals: this.#encode(number, [this.arrivals, this.was]),
      };
    }
    this.#changed.clear();
  }

  /** The first row that has changed since the last call; `length` if none has. */
  takeFirstChanged(): number {
    const first = Math.min(this.#firstChanged, this.length);
    this.#firstChanged = Number.POSITIVE_INFINITY;
    return first;
  }

  /** Marks everything to be stored again. */
  touchAll(): void {
    for (let row = 0; row < this.length; row += BLOCK) this.touch(row);
  }

  /**
   * Fills empty columns from stored blocks, of `octets` in total, and yields after each. Throws if they make no sense.
   */
  *load(blocks: Iterable<Uint8Array>, octets: number): Generator<undefined, void> {
    this.reserve(Math.floor(octets / ROW_OCTETS));
    for (const stored of blocks) {
      const count = stored.length / ROW_OCTETS;
      if (!Number.isInteger(count) || count > BLOCK || this.length % BLOCK !== 0) throw new RangeError('bad block');
      const start = this.length;
      this.#reserve(start + count);
      // A copy, because typed arrays must be aligned.
      const { buffer } = new Uint8Array(stored);
      let offset = 0;
      for (const column of this.#columns()) {
        const size = count * column.BYTES_PER_ELEMENT;
        const cells = new Uint8Array(buffer, offset, size);
        new Uint8Array(column.buffer, start * column.BYTES_PER_ELEMENT, size).set(cells);
        offset += size;
      }
      this.length = start + count;
      for (let row = Math.max(start, 1); row < this.length; row++) {
        if ((this.numbers[row] ?? 0) <= (this.numbers[row - 1] ?? 0)) throw new RangeError('numbers out of order');
      }
      yield;
    }
  }

  /**
   * After `load`: reads what earlier versions did not store. Without it, the kinds of rows that are gone are unknown,
   * and arrivals are the times of the index.
   */
  *loadArrivals(blocks: Iterable<Uint8Array>): Generator<undefined, void> {
    this.arrivals.set(this.times.subarray(0, this.length));
    this.was.set(this.kinds.subarray(0, this.length));
    let row = 0;
    for (const stored of blocks) {
      const count = Math.min(BLOCK, this.length - row);
      const arrivals = stored.slice(0, 4 * count);
      const was = stored.subarray(4 * count);
      if (arrivals.length < 4 * count || (was.length !== 0 && was.length !== count)) throw new RangeError('bad block');
      this.arrivals.set(new Uint32Array(arrivals.buffer), row);
      this.was.set(was, row);
      row += BLOCK;
      yield;
    }
  }

  /**
   * After `load`: counts what is there, in total and by item; yields now and then. Throws if a row's item does not
   * exist.
   */
  *count(items: number): Generator<undefined, void> {
    for (let row = 0; row < this.length; row++) {
      const item = this.items[row] ?? -1;
      if (item >= items) throw new RangeError('no such item');
      this.presence.changed(row, item, PostKind.Gone, this.#kindAt(row));
      this.#chain(row, item);
      if (row % BLOCK === 0) yield;
    }
  }

  #chain(row: number, item: number): void {
    if (item < 0) return;
    this.#last = withRoom(this.#last, item + 1, Uint32Array);
    this.#before[row] = (this.#last[item] ?? 0) - 1;
    this.#last[item] = row + 1;
  }

  #kindAt(row: number): PostKind {
    // The column holds only kinds.
    return (this.kinds[row] ?? PostKind.Gone) as PostKind;
  }

  #encode(number: number, columns: readonly (Uint32Array | Int32Array | Uint16Array | Uint8Array)[]): Uint8Array {
    const start = number * BLOCK;
    const count = Math.min(BLOCK, this.length - start);
    const octets = columns.reduce((sum, column) => sum + column.BYTES_PER_ELEMENT, 0);
    const block = new Uint8Array(count * octets);
    let offset = 0;
    for (const column of columns) {
      const size = count * column.BYTES_PER_ELEMENT;
      block.set(new Uint8Array(column.buffer, start * column.BYTES_PER_ELEMENT, size), offset);
      offset += size;
    }
    return block;
  }

  /** Wide cells first, so that each column in a block is aligned. This is the order of the stored blocks. */
  #columns() {
    return [this.numbers, this.sequences, this.times, this.items, this.users, this.epochs, this.kinds];
  }

  /** Marks a row to be stored again. */
  touch(row: number): void {
    this.#changed.add(Math.floor(row / BLOCK));
    this.#firstChanged = Math.min(this.#firstChanged, row);
  }

  #reserve(rows: number): void {
    this.numbers = withRoom(this.numbers, rows, Uint32Array);
    this.sequences = withRoom(this.sequences, rows, Uint32Array);
    this.times = withRoom(this.times, rows, Uint32Array);
    this.items = withRoom(this.items, rows, Int32Array);
    this.users = withRoom(this.users, rows, Uint32Array);
    this.epochs = withRoom(this.epochs, rows, Uint16Array);
    this.kinds = withRoom(this.kinds, rows, Uint8Array);
    this.arrivals = withRoom(this.arrivals, rows, Uint32Array);
    this.was = withRoom(this.was, rows, Uint8Array);
    this.#before = withRoom(this.#before, rows, Int32Array);
  }
}

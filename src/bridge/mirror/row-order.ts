/** The order of an index's rows, and the places among them of what only the edit log reports. */
import { type EditLogEntry, editTime } from '../../rgtp/edit-log.ts';
import { distance, isAfter } from '../../rgtp/sequence.ts';

/** Rows of an index that are examined in one piece, here and elsewhere. */
export const STRETCH = 4096;
/** Sequence numbers may jump by this much between two rows of the index; beyond it, a row must be confirmed. */
export const JUMP = 1024;
/** The beginning of numbers that few boards will ever reach. */
const END = 2 ** 31;

/** What it takes to judge the order of an index. */
export interface Context {
  /** the sequence number before the first row; `undefined` if the index was read from its beginning */
  readonly after?: number | undefined;
  /**
   * Is a row far above the one before it (`below`, if there is one) credible: known, confirmed by an earlier reading, or
   * given by the board?
   */
  readonly isBelievable: (sequence: number, below?: number) => boolean;
}

/** Sequence numbers of rows far above the others. */
export interface Doubt {
  /** the number before them, `undefined` if there is none */
  readonly below: number | undefined;
  readonly lowest: number;
  readonly highest: number;
  /** all of them, in the order of the index */
  readonly rows: readonly number[];
}

/** Rows of an index, as received. */
interface Rows {
  readonly length: number;
  readonly sequences: Uint32Array;
  readonly times: Uint32Array;
  readonly kinds: Uint8Array;
  readonly items: Int32Array;
  /** filled in here: wraps at 2³² between the first row and this one */
  readonly wrapped: Int8Array;
}

interface Order {
  /** rows by sequence number, without those withheld */
  readonly order: Int32Array;
  /** wraps before the newest row */
  readonly wraps: number;
  /** rows left out because their numbers are unconfirmed */
  readonly withheld: number;
  /** unconfirmed rows that another reading would confirm */
  readonly doubted: Doubt | undefined;
  /** the sequence number of the first of the unconfirmed rows above all others */
  readonly firstFar: number | undefined;
  /** rows left out because the numbers after them are far from theirs: made up, or the last ones before a jump */
  readonly beforeJump: readonly number[];
}

/**
 * Tells rows whose numbers continue those before them (`ahead`) from those that come after higher ones (`moved`), and
 * merges the two by number. A number far above the others is believed once the context vouches for it; if lower ones
 * follow, an editor made it up.
 */
export function* orderOf(
  rows: Rows,
  { after, isBelievable }: Context,
  onRepeated: (row: number) => void,
): Generator<undefined, Order> {
  const { sequences, wrapped } = rows;
  const compare = (a: number, b: number) =>
    (wrapped[a] ?? 0) - (wrapped[b] ?? 0) || (sequences[a] ?? 0) - (sequences[b] ?? 0);
  const ahead = new Int32Array(rows.length);
  const moved: number[] = [];
  let length = 0;
  let wraps = 0;
  let far: number[] = [];
  let row = after === undefined ? firstInStep(rows, isBelievable) : 0;
  /** rows far above those that follow them */
  const apart = Array.from({ length: Math.min(row, STRETCH) }, (_, each) => each);
  const leading = apart.length;
  let withheld = row - leading;
  let doubted: Doubt | undefined;
  let top = after;
  const take = (at: number) => {
    const sequence = sequences[at] ?? 0;
    if (top !== undefined && sequence < top) wraps++;
    top = sequence;
    wrapped[at] = wraps;
    ahead[length++] = at;
  };
  for (; row < rows.length; row++) {
    if (row % STRETCH === 0) yield;
    const sequence = sequences[row] ?? 0;
    const step = top === undefined ? 1 : distance(top, sequence);
    const farTop = far.at(-1);
    if (step > JUMP && !isBelievable(sequence, top)) {
      const farStep = farTop === undefined ? 1 : distance(sequences[farTop] ?? 0, sequence);
      if (farStep > 0) far.push(row);
      else withheld++;
      continue;
    }
    if (step > 0) {
      // The board continues below them: earlier rows with numbers far above are not its own, or were moved.
      const kept = far.slice(0, STRETCH - apart.length);
      for (const each of kept) apart.push(each);
      withheld += far.length - kept.length;
      far = [];
      take(row);
    } else {
      wrapped[row] = sequence > (top ?? 0) ? wraps - 1 : wraps;
      // A number from before a wrap that this index does not show.
      if (wrapped[row] === -1 && !isBelievable(sequence)) withheld++;
      else moved.push(row);
    }
  }
  const above = (each: number) => (top === undefined ? 1 : distance(top, sequences[each] ?? 0));
  const stillFar = apart.filter((each) => above(each) > JUMP);
  // The first rows of all may be the board's own, and those after them made up: the board may show more of them, too.
  const beforeJump = apart.filter((each, at) => at < leading || above(each) <= JUMP);
  withheld += apart.length - stillFar.length;
  const upwards = (a: number, b: number) => above(a) - above(b);
  if (stillFar.length > 0) far = Array.from(merge(Int32Array.from(far), stillFar.sort(upwards), upwards));
  const [head] = far;
  const firstFar = head === undefined ? undefined : sequences[head];
  if (firstFar !== undefined) {
    withheld += far.length;
    const highest = sequences[far.at(-1) ?? 0] ?? 0;
    if (far.length > 1) doubted = { below: top, lowest: firstFar, highest, rows: far };
  }
  yield;
  const merged = merge(ahead.subarray(0, length), moved.sort(compare), compare);
  const near = moved.length === 0 ? merged : yield* withoutIslands(merged, rows, new Set(moved), isBelievable);
  withheld += merged.length - near.length;
  const order = yield* withoutRepetitions(near, rows, onRepeated);
  return { order, wraps, withheld, doubted, firstFar, beforeJump };
}

/** Leaves out repeated rows: one after the other, and the same in every field. */
function* withoutRepetitions(
  merged: Int32Array,
  { sequences, wrapped, kinds, items, times }: Rows,
  onRepeated: (row: number) => void,
): Generator<undefined, Int32Array> {
  let length = 0;
  for (const [place, row] of merged.entries()) {
    if (place % STRETCH === 0) yield;
    if (length > 0 && isSame(merged[length - 1] ?? 0, row)) onRepeated(row);
    else merged[length++] = row;
  }
  return merged.subarray(0, length);

  function isSame(a: number, b: number): boolean {
    if (sequences[a] !== sequences[b] || wrapped[a] !== wrapped[b]) return false;
    return kinds[a] === kinds[b] && items[a] === items[b] && times[a] === times[b];
  }
}

/**
 * Leaves out rows that came after higher ones and are far from all others: an editor may move rows, but then their
 * neighbours are there, or they are known.
 */
function* withoutIslands(
  merged: Int32Array,
  { sequences, wrapped }: Rows,
  moved: ReadonlySet<number>,
  isBelievable: (sequence: number) => boolean,
): Generator<undefined, Int32Array> {
  let length = 0;
  for (let start = 0, end = 0; start < merged.length; start = end) {
    let isIsland = true;
    do {
      const row = merged[end] ?? 0;
      isIsland &&= moved.has(row) && !isBelievable(sequences[row] ?? 0);
      if (++end % STRETCH === 0) yield;
    } while (end < merged.length && isNear(merged[end - 1] ?? 0, merged[end] ?? 0));
    if (isIsland) continue;
    merged.copyWithin(length, start, end);
    length += end - start;
  }
  return merged.subarray(0, length);

  function isNear(one: number, next: number): boolean {
    const step = distance(sequences[one] ?? 0, sequences[next] ?? 0);
    return step >= 0 && step <= JUMP && (wrapped[next] ?? 0) - (wrapped[one] ?? 0) <= 1;
  }
}

/**
 * The first row that is not far above the one after it. (A row near the highest possible number is far above,
 * rather than from before a wrap, unless the board gave it; and a wrap is not a jump.)
 */
function firstInStep({ sequences, length }: Rows, isBelievable: (sequence: number) => boolean): number {
  const isFarAbove = (one: number, next: number) => {
    const step = distance(one, next);
    const isAtEnd = one < END && next >= END && !isBelievable(next);
    const isFar = step < -JUMP ? !isAtEnd : step > JUMP && next < one;
    return isFar && !isBelievable(one);
  };
  let first = 0;
  for (let row = 1; row < length; row++) {
    const [one, next] = [sequences[first] ?? 0, sequences[row] ?? 0];
    // A row that is there twice does not vouch for itself.
    if (one === next) continue;
    if (!isFarAbove(one, next)) break;
    first = row;
  }
  return first;
}

function merge(a: Int32Array, b: readonly number[], compare: (a: number, b: number) => number): Int32Array {
  if (b.length === 0) return a;
  const merged = new Int32Array(a.length + b.length);
  let length = 0;
  let from = 0;
  for (const each of b) {
    for (let next = a[from]; next !== undefined && compare(next, each) <= 0; next = a[++from]) merged[length++] = next;
    merged[length++] = each;
  }
  merged.set(a.subarray(from), length);
  return merged;
}

/** A withdrawal or an edit of the index, which only the edit log reports. */
export interface SeenEvent {
  readonly entry: EditLogEntry;
  /** as in `Sighting.wrapped` */
  readonly wraps: number;
  /** unix seconds */
  readonly time: number;
}

/** Rows in order, and what was found on the way. */
interface Ordered extends Pick<Rows, 'sequences' | 'times' | 'wrapped'> {
  readonly order: Int32Array;
  readonly wraps: number;
  readonly events: readonly SeenEvent[];
}

/** Puts what the edit log reports between the rows. */
export function* withEvents(
  rows: Ordered,
  log: readonly EditLogEntry[],
  now: number,
): Generator<undefined, Pick<Ordered, 'order' | 'wraps' | 'events'>> {
  const { sequences, times, wrapped } = rows;
  const told = log.filter(({ kind }) => kind !== 'edited');
  if (told.length === 0) return rows;
  const newestRow = rows.order.at(-1);
  // If no row is left, only the log shows a wrap.
  const wraps = newestRow === undefined ? wrapsAmong(told) : rows.wraps;
  const newest = (newestRow === undefined ? undefined : sequences[newestRow]) ?? told.at(-1)?.sequence ?? 0;
  const entries = told
    .map((entry) => ({ entry, wraps: wrapsOf(entry.sequence, newest, wraps) }))
    .sort((a, b) => a.wraps - b.wraps || a.entry.sequence - b.entry.sequence);
  const events: SeenEvent[] = [];
  const order = new Int32Array(rows.order.length + entries.length);
  let length = 0;
  let next = 0;
  let time = rows.order.length > 0 ? (times[rows.order[0] ?? 0] ?? now) : now;
  for (const { entry, wraps } of entries) {
    const isBefore = (row: number) =>
      (wrapped[row] ?? 0) < wraps || (wrapped[row] === wraps && (sequences[row] ?? 0) < entry.sequence);
    for (let row = rows.order[next]; row !== undefined && isBefore(row); row = rows.order[++next]) {
      time = times[row] ?? time;
      order[length++] = row;
      if (length % STRETCH === 0) yield;
    }
    const following = rows.order[next];
    const last = events.at(-1);
    if (last?.wraps === wraps && last.entry.sequence === entry.sequence) continue;
    const nextTime = following === undefined ? undefined : times[following];
    order[length++] = ~events.length;
    if (length % STRETCH === 0) yield;
    events.push({ entry, wraps, time: editTime(entry.when, time, nextTime) });
  }
  order.set(rows.order.subarray(next), length);
  return { order: order.subarray(0, length + rows.order.length - next), events, wraps };
}

/**
 * An event older than a wrap belongs before it: its number is above all since. An event newer than a wrap belongs after
 * it. (The index may show neither the wrap nor what came before or after it.)
 */
function wrapsOf(sequence: number, newest: number, wraps: number): number {
  if (sequence > newest) return distance(newest, sequence) < 0 ? wraps - 1 : wraps;
  return isAfter(sequence, newest) ? wraps + 1 : wraps;
}

/** The number of wraps between the first and the last of these. */
function wrapsAmong(log: readonly EditLogEntry[]): number {
  const isWrap = (from: EditLogEntry | undefined, to: EditLogEntry) =>
    from !== undefined && to.sequence < from.sequence && isAfter(to.sequence, from.sequence);
  return log.filter((entry, at) => isWrap(log[at - 1], entry)).length;
}

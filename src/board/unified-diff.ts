/**
 * Unified diffs in GNU diff's form, with three lines of context (RGTP 2.2.22). Not by jsdiff (the package diff): with
 * the same bound, 10,000 lines that all differ keep it busy for 55 to 70 ms without a pause, and this code for 13, with
 * pauses. With a callback, jsdiff waits for a timer at each of a thousand steps.
 */
import { join, type Octets, octets, octetsFrom } from '../wire/octets.ts';

/** lines around a change */
export const CONTEXT = 3;
/**
 * Bounds the work, which grows with its square: if more lines differ, everything between the first and the last counts
 * as changed.
 */
const MAX_DIFFERENCES = 1000;
const LF = 0x0a;
/** steps between two yields: a step may compare two rows that have to be read */
const STRETCH = 512;

/** Lines by their numbers: an array, or what takes less memory than a string for each. */
export interface Lines {
  readonly length: number;
  at(number: number): Octets | undefined;
}

/** A place where two files differ: what the old one has from `oldAt` on, and the new one from `newAt` on, counted from 0. */
export interface Difference {
  readonly oldAt: number;
  readonly removed: number;
  readonly newAt: number;
  readonly added: number;
}

/** Lines that are in both files, in the old one, or in the new one: one after the other, in `file`. */
export interface Stretch {
  readonly sign: ' ' | '-' | '+';
  readonly file: Lines;
  readonly from: number;
  readonly to: number;
}

/** Lines shown together, and where they begin in both files (counted from 1). */
export interface Hunk {
  readonly oldStart: number;
  readonly newStart: number;
  readonly stretches: readonly Stretch[];
}

/** The diff of two files, as `formatting` makes it. Yields now and then. */
export function* diffing(before: readonly Octets[], after: readonly Octets[]): Generator<undefined, Octets> {
  const same = (old: number, present: number) => before[old] === after[present];
  const differences = yield* differing(before.length, after.length, same);
  return yield* formatting(hunksOf(differences, before, after));
}

/**
 * Where files of any length differ, in order; between two differences there are common lines. Yields now and then.
 * @param same whether a line of the old file is that of the new one
 * @param giveUp called for the answer if over a thousand lines differ
 */
export function* differing(
  oldLength: number,
  newLength: number,
  same: (old: number, present: number) => boolean,
  giveUp: (all: Difference) => Difference[] = (all) => [all],
): Generator<undefined, Difference[]> {
  const shorter = Math.min(oldLength, newLength);
  let head = 0;
  while (head < shorter && same(head, head)) if (++head % STRETCH === 0) yield;
  let tail = 0;
  while (tail < shorter - head && same(oldLength - 1 - tail, newLength - 1 - tail)) if (++tail % STRETCH === 0) yield;
  const [removed, added] = [oldLength - head - tail, newLength - head - tail];
  const all = { oldAt: head, removed, newAt: head, added };
  if (removed === 0 && added === 0) return [];
  if (removed === 0 || added === 0) return [all];
  const steps = yield* shortestEdit(all, same);
  return steps === undefined ? giveUp(all) : backtrack(all, steps);
}

/** What each step reached. `undefined`: that would be too many. E. W. Myers, An O(ND) Difference Algorithm (1986). */
function* shortestEdit(
  { oldAt, removed, newAt, added }: Difference,
  same: (old: number, present: number) => boolean,
): Generator<undefined, Int32Array[] | undefined> {
  let steps = 0;
  const most = Math.min(removed + added, MAX_DIFFERENCES);
  const reached: Int32Array[] = [];
  const furthest = new Int32Array(2 * most + 3);
  for (let d = 0; d <= most; d++) {
    reached.push(furthest.slice(most + 1 - d - 1, most + 1 + d + 2));
    for (let k = -d; k <= d; k += 2) {
      const at = most + 1 + k;
      const down = k === -d || (k !== d && (furthest[at - 1] ?? 0) < (furthest[at + 1] ?? 0));
      let x = down ? (furthest[at + 1] ?? 0) : (furthest[at - 1] ?? 0) + 1;
      if (++steps % STRETCH === 0) yield;
      while (x < removed && x - k < added && same(oldAt + x, newAt + x - k)) {
        x++;
        if (++steps % STRETCH === 0) yield;
      }
      furthest[at] = x;
      if (x >= removed && x - k >= added) return reached;
    }
  }
  return undefined;
}

/** The differences, found from the last to the first. */
function backtrack({ oldAt, removed, newAt, added }: Difference, reached: readonly Int32Array[]): Difference[] {
  const found: Difference[] = [];
  let x = removed;
  let y = added;
  for (let d = reached.length - 1; d > 0; d--) {
    // reached[d] holds what step d − 1 reached, diagonals −d−1 to d+1.
    const step = reached[d] ?? new Int32Array(0);
    const on = (k: number) => step[k + d + 1] ?? 0;
    const k = x - y;
    const down = k === -d || (k !== d && on(k - 1) < on(k + 1));
    x = down ? on(k + 1) : on(k - 1);
    y = x - (down ? k + 1 : k - 1);
    const one = { oldAt: oldAt + x, removed: down ? 0 : 1, newAt: newAt + y, added: down ? 1 : 0 };
    const next = found.at(-1);
    // No common line is between the two.
    if (next?.oldAt === one.oldAt + one.removed && next.newAt === one.newAt + one.added) {
      found[found.length - 1] = { ...one, removed: one.removed + next.removed, added: one.added + next.added };
    } else found.push(one);
  }
  return found.reverse();
}

/**
 * The differences with their context.
 * @param first number of the first line, in both files
 */
export function hunksOf(differences: readonly Difference[], before: Lines, after: Lines, first = 1): Hunk[] {
  const hunks: Hunk[] = [];
  let stretches: Stretch[] = [];
  /** line of the old file up to which all is shown */
  let shown = 0;
  const show = (sign: Stretch['sign'], file: Lines, from: number, to: number) => {
    if (to > from) stretches.push({ sign, file, from, to });
  };
  const close = () => show(' ', before, shown, Math.min(shown + CONTEXT, before.length));
  for (const { oldAt, removed, newAt, added } of differences) {
    if (stretches.length === 0 || oldAt - shown > 2 * CONTEXT) {
      if (stretches.length > 0) close();
      stretches = [];
      const above = Math.min(CONTEXT, oldAt);
      shown = oldAt - above;
      hunks.push({ oldStart: first + shown, newStart: first + newAt - above, stretches });
    }
    show(' ', before, shown, oldAt);
    show('-', before, oldAt, oldAt + removed);
    show('+', after, newAt, newAt + added);
    shown = oldAt + removed;
  }
  if (stretches.length > 0) close();
  return hunks;
}

/** A diff without its labels, lines ended by LF. Empty if nothing changed. Yields now and then. */
export function* formatting(hunks: readonly Hunk[]): Generator<undefined, Octets> {
  const pieces: Octets[] = [];
  for (const { oldStart, newStart, stretches } of hunks) {
    const [old, present] = [range(oldStart, countOf(stretches, '+')), range(newStart, countOf(stretches, '-'))];
    pieces.push(octets`@@ -${old} +${present} @@\n`);
    for (const { sign, file, from, to } of stretches) {
      for (let at = from; at < to; at += STRETCH) {
        pieces.push(signed(sign, file, at, Math.min(at + STRETCH, to)));
        yield;
      }
    }
  }
  return join(pieces, octets``);
}

/** The diff with its labels. Empty if nothing changed. */
export function labelled(labels: { readonly before: Octets; readonly after: Octets }, diff: Octets): Octets {
  return diff === '' ? diff : octets`--- ${labels.before}\n+++ ${labels.after}\n${diff}`;
}

/** The lines that are not only in the other file. @param other their sign */
function countOf(stretches: readonly Stretch[], other: Stretch['sign']): number {
  return stretches.reduce((count, { sign, from, to }) => (sign === other ? count : count + to - from), 0);
}

/** Written into one Buffer: joined one after the other, thousands of lines make three strings each. */
function signed(sign: Stretch['sign'], file: Lines, from: number, to: number): Octets {
  const lines: Octets[] = [];
  for (let n = from; n < to; n++) lines.push(file.at(n) ?? octets``);
  const text = Buffer.allocUnsafe(lines.reduce((size, line) => size + line.length + 2, 0));
  lines.reduce((at, line) => {
    text[at] = sign.charCodeAt(0);
    const end = at + 1 + text.write(line, at + 1, 'latin1');
    text[end] = LF;
    return end + 1;
  }, 0);
  return octetsFrom(text);
}

/** GNU's form: a single line has no count; an empty range names the line before it. */
function range(start: number, count: number): Octets {
  if (count === 1) return octets`${start}`;
  return octets`${count === 0 ? start - 1 : start},${count}`;
}

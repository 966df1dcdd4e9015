/**
 * Unified diffs in GNU diff's form, with three lines of context (RGTP 2.2.22). Not by jsdiff (the package diff): with
 * the same bound, 10,000 lines that all differ keep it busy for 55 to 70 ms without a pause, and this code for 13, with
 * pauses. With a callback, jsdiff waits for a timer at each of a thousand steps.
 */
import { atOnce } from '../wire/fair-share.ts';
import { type Octets, octets, octetsFrom } from '../wire/octets.ts';

/** lines around a change */
export const CONTEXT = 3;
/**
 * Bounds the work, which grows with its square: if more lines differ, everything between the first and the last counts
 * as changed.
 */
const MAX_DIFFERENCES = 1000;
const LF = 0x0a;
/** steps between two yields */
const STRETCH = 4096;

/** A line of both files, of the old one, or of the new one. */
export interface DiffLine {
  readonly sign: ' ' | '-' | '+';
  readonly line: Octets;
}

/** Lines shown together, and where they begin in both files (counted from 1). */
export interface Hunk {
  readonly oldStart: number;
  readonly newStart: number;
  readonly lines: readonly DiffLine[];
}

/** What changed between two files of bounded length, with its context. */
export function hunksBetween(before: readonly Octets[], after: readonly Octets[]): Hunk[] {
  const { head, middle, tail } = atOnce(comparing(before, after, replaced));
  // Of thousands of lines that are the same, only those beside a change are made objects.
  const above = before.slice(Math.max(0, head - CONTEXT), head);
  const below = before.slice(before.length - tail, before.length - tail + CONTEXT);
  middle.unshift(...signed(' ', above));
  middle.push(...signed(' ', below));
  return atOnce(findingHunks(middle, head - above.length + 1));
}

/**
 * Every line of both files, of any length, in the order of a diff. Yields now and then.
 * @param giveUp called for the answer if over a thousand lines differ
 */
export function* diffing(
  before: readonly Octets[],
  after: readonly Octets[],
  giveUp: GiveUp = replaced,
): Generator<undefined, DiffLine[]> {
  const { head, middle, tail } = yield* comparing(before, after, giveUp);
  yield;
  // For a million lines, `concat` is ten times as fast as spreading.
  return signed(' ', before.slice(0, head)).concat(middle, signed(' ', before.slice(before.length - tail)));
}

/** How many lines are the same at the beginning and at the end, and those between them. */
interface Compared {
  readonly head: number;
  readonly middle: DiffLine[];
  readonly tail: number;
}

function* comparing(
  before: readonly Octets[],
  after: readonly Octets[],
  giveUp: GiveUp,
): Generator<undefined, Compared> {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shorter - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  const [old, present] = [before.slice(head, before.length - tail), after.slice(head, after.length - tail)];
  return { head, middle: yield* differing(old, present, giveUp), tail };
}

/**
 * The changed lines with their context, of any number of lines. Yields now and then.
 * @param first number of the first line, in both files
 */
export function* findingHunks(lines: readonly DiffLine[], first: number): Generator<undefined, Hunk[]> {
  const hunks: Hunk[] = [];
  let oldLine = first;
  let newLine = first;
  let open: { oldStart: number; newStart: number; from: number; lastChange: number } | undefined;
  const close = (end: number) => {
    if (open === undefined) return;
    const { oldStart, newStart, from } = open;
    hunks.push({ oldStart, newStart, lines: lines.slice(from, Math.min(end, open.lastChange + 1 + CONTEXT)) });
    open = undefined;
  };
  // (By number: in a generator, an iterator makes an object for each line.)
  for (let i = 0; i < lines.length; i++) {
    if (i % STRETCH === 0) yield;
    const sign = lines[i]?.sign ?? ' ';
    if (sign !== ' ') {
      if (open !== undefined && i - open.lastChange > 2 * CONTEXT + 1) close(i);
      if (open === undefined) {
        // Lines since the last change are common to both files.
        const from = Math.max(0, i - CONTEXT);
        open = { oldStart: oldLine - (i - from), newStart: newLine - (i - from), from, lastChange: i };
      }
      open.lastChange = i;
    }
    if (sign !== '+') oldLine++;
    if (sign !== '-') newLine++;
  }
  close(lines.length);
  return hunks;
}

/** The diff with its labels, lines ended by LF. Empty if nothing changed. */
export function formatDiff(
  labels: { readonly before: Octets; readonly after: Octets },
  hunks: readonly Hunk[],
): Octets {
  if (hunks.length === 0) return octets``;
  let text = octets`--- ${labels.before}\n+++ ${labels.after}\n`;
  for (const { oldStart, newStart, lines } of hunks) {
    const old = range(oldStart, lines.length - countOf('+', lines));
    const present = range(newStart, lines.length - countOf('-', lines));
    text = octets`${text}@@ -${old} +${present} @@\n${signedLines(lines)}`;
  }
  return text;
}

function countOf(sign: DiffLine['sign'], lines: readonly DiffLine[]): number {
  return lines.reduce((count, line) => count + Number(line.sign === sign), 0);
}

/** Written into one Buffer: joined one after the other, thousands of lines make three strings each. */
function signedLines(lines: readonly DiffLine[]): Octets {
  const text = Buffer.allocUnsafe(lines.reduce((size, { line }) => size + line.length + 2, 0));
  lines.reduce((at, { sign, line }) => {
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

function signed(sign: DiffLine['sign'], lines: readonly Octets[]): DiffLine[] {
  return lines.map((line) => ({ sign, line }));
}

type GiveUp = (before: readonly Octets[], after: readonly Octets[]) => DiffLine[];

function replaced(before: readonly Octets[], after: readonly Octets[]): DiffLine[] {
  return signed('-', before).concat(signed('+', after));
}

/** The shortest edit script: E. W. Myers, An O(ND) Difference Algorithm and Its Variations (1986). */
function* differing(
  before: readonly Octets[],
  after: readonly Octets[],
  giveUp: GiveUp,
): Generator<undefined, DiffLine[]> {
  if (before.length === 0 || after.length === 0) return replaced(before, after);
  let steps = 0;
  const most = Math.min(before.length + after.length, MAX_DIFFERENCES);
  const reached: Int32Array[] = [];
  const furthest = new Int32Array(2 * most + 3);
  for (let d = 0; d <= most; d++) {
    reached.push(furthest.slice(most + 1 - d - 1, most + 1 + d + 2));
    for (let k = -d; k <= d; k += 2) {
      const at = most + 1 + k;
      const down = k === -d || (k !== d && (furthest[at - 1] ?? 0) < (furthest[at + 1] ?? 0));
      let x = down ? (furthest[at + 1] ?? 0) : (furthest[at - 1] ?? 0) + 1;
      if (++steps % STRETCH === 0) yield;
      while (x < before.length && x - k < after.length && before[x] === after[x - k]) {
        x++;
        if (++steps % STRETCH === 0) yield;
      }
      furthest[at] = x;
      if (x >= before.length && x - k >= after.length) return yield* backtrack(before, after, reached);
    }
  }
  return giveUp(before, after);
}

function* backtrack(
  before: readonly Octets[],
  after: readonly Octets[],
  reached: readonly Int32Array[],
): Generator<undefined, DiffLine[]> {
  const lines: DiffLine[] = [];
  let x = before.length;
  let y = after.length;
  for (let d = reached.length - 1; d >= 0; d--) {
    // reached[d] holds what step d − 1 reached, diagonals −d−1 to d+1.
    const step = reached[d] ?? new Int32Array(0);
    const on = (k: number) => step[k + d + 1] ?? 0;
    const k = x - y;
    const down = k === -d || (k !== d && on(k - 1) < on(k + 1));
    const fromX = d === 0 ? 0 : down ? on(k + 1) : on(k - 1);
    const fromY = d === 0 ? 0 : fromX - (down ? k + 1 : k - 1);
    while (x > fromX && y > fromY && (d === 0 || x > fromX + (down ? 0 : 1) || y > fromY + (down ? 1 : 0))) {
      x--;
      y--;
      lines.push({ sign: ' ', line: before[x] ?? octets`` });
      if (lines.length % STRETCH === 0) yield;
    }
    if (d === 0) break;
    if (down) lines.push({ sign: '+', line: after[--y] ?? octets`` });
    else lines.push({ sign: '-', line: before[--x] ?? octets`` });
  }
  return lines.reverse();
}

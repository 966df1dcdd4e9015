/**
 * Unified diffs in GNU diff's form, with three lines of context (RGTP 2.2.22). Not by jsdiff (the package diff): with
 * the same bound, 10,000 lines that all differ keep it busy for 55 to 70 ms without a pause, and this code for 13, with
 * pauses. With a callback, jsdiff waits for a timer at each of a thousand steps.
 */
import { join, type Octets, octets, octetsFrom } from '../wire/octets.ts';
import { type Difference, differing } from './differences.ts';

/** lines around a change */
export const CONTEXT = 3;
const LF = 0x0a;
/** lines between two yields: they may have to be read */
const STRETCH = 512;

/** Lines by their numbers: an array, or what takes less memory than a string for each. */
export interface Lines {
  readonly length: number;
  at(number: number): Octets | undefined;
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

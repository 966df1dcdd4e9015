/** Where two files differ: E. W. Myers, An O(ND) Difference Algorithm (1986). */

/**
 * Bounds the work, which grows with its square: if more lines differ, everything between the first and the last counts
 * as changed.
 */
const MAX_DIFFERENCES = 1000;
/** steps between two yields: a step may compare two rows that have to be read */
const STRETCH = 512;

/** A place where two files differ: what the old one has from `oldAt` on, and the new one from `newAt` on, counted from 0. */
export interface Difference {
  readonly oldAt: number;
  readonly removed: number;
  readonly newAt: number;
  readonly added: number;
}

/** Whether a line of the old file is that of the new one. */
type Same = (old: number, present: number) => boolean;

/**
 * Where files of any length differ, in order; between two differences there are common lines. Yields now and then.
 * @param giveUp called for the answer if over a thousand lines differ
 */
export function* differing(
  oldLength: number,
  newLength: number,
  same: Same,
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

/** What each step reached. `undefined`: that would be too many. */
function* shortestEdit(between: Difference, same: Same): Generator<undefined, Int32Array[] | undefined> {
  const most = Math.min(between.removed + between.added, MAX_DIFFERENCES);
  const step = new Step(between, same, most);
  const reached: Int32Array[] = [];
  for (let d = 0; d <= most; d++) {
    reached.push(step.begin(d));
    while (!step.goOn()) yield;
    if (step.foundEnd) return reached;
  }
  return undefined;
}

/** The step that allows one more difference. (Within the generator, its loop would take two to three times as long.) */
class Step {
  foundEnd = false;
  readonly #between: Difference;
  readonly #same: Same;
  readonly #most: number;
  /** lines of the old file up to which the files are known to agree, by diagonal */
  readonly #furthest: Int32Array;
  #d = 0;
  /** the diagonal that comes next, and where on it, if it has been begun */
  #k = 0;
  #x = -1;

  constructor(between: Difference, same: Same, most: number) {
    this.#between = between;
    this.#same = same;
    this.#most = most;
    this.#furthest = new Int32Array(2 * most + 3);
  }

  /** What the step before reached, on diagonals −d−1 to d+1. */
  begin(d: number): Int32Array {
    this.#d = d;
    this.#k = -d;
    this.#x = -1;
    return this.#furthest.slice(this.#most - d, this.#most + d + 3);
  }

  /** Takes a stretch of it. Returns true once all is done, or the end is found. */
  goOn(): boolean {
    const { removed, added, oldAt, newAt } = this.#between;
    const [d, same, furthest] = [this.#d, this.#same, this.#furthest];
    let x = this.#x;
    let left = STRETCH;
    for (let k = this.#k; k <= d; k += 2) {
      const at = this.#most + 1 + k;
      if (x < 0) {
        const above = furthest[at + 1] ?? 0;
        const below = furthest[at - 1] ?? 0;
        x = k === -d || (k !== d && below < above) ? above : below + 1;
        left--;
      }
      for (; left > 0 && x < removed && x - k < added && same(oldAt + x, newAt + x - k); left--) x++;
      if (left <= 0) {
        this.#k = k;
        this.#x = x;
        return false;
      }
      furthest[at] = x;
      this.foundEnd = x >= removed && x - k >= added;
      if (this.foundEnd) return true;
      x = -1;
    }
    return true;
  }
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

/**
 * How a board's sequence numbers become article numbers. They wrap at 2³²; a *generation* lies between two wraps. When
 * the board's numbering begins again, an *epoch* begins, above the highest number ever given. Within a generation a
 * sequence number belongs to the newest epoch that begins at or before it; its article number is that epoch's base plus
 * the sequence number.
 */
import type { Cache } from '../../store/cache.ts';
import type { Permanent } from '../../store/permanent.ts';
import type { Epoch } from '../../store/permanent-records.ts';
import { type Log, silent } from '../../wire/log.ts';
import type { PostColumns } from './columns.ts';

/** The highest possible article number (RFC 3977 §6). */
export const MAX_NUMBER = 2 ** 31 - 1;

const FIRST: Epoch = { number: 1, generation: 0, first: 0, base: 0 };
/** 0 is not an article number: if a board numbers from 0, all article numbers are one higher. */
const FIRST_FROM_ZERO: Epoch = { ...FIRST, base: 1 };

/** A place in a board's numbering. */
export interface Position {
  readonly generation: number;
  readonly sequence: number;
}

/** Rows with their numbers. */
export interface Numbered {
  readonly posts: PostColumns;
  readonly epochs: Epochs;
}

export class Epochs {
  readonly #all: Epoch[];

  /** The epochs of a board seen for the first time. */
  static first(isFromZero: boolean): Epochs {
    return new Epochs([isFromZero ? FIRST_FROM_ZERO : FIRST]);
  }

  constructor(known: readonly Epoch[]) {
    const first = known.find(({ number }) => number === 1) ?? FIRST;
    this.#all = [first, ...known.filter(({ number }) => number > 1)].sort((a, b) => a.number - b.number);
  }

  get all(): readonly Epoch[] {
    return this.#all;
  }

  /** the number of times that the numbering has wrapped */
  get generation(): number {
    return this.#all.reduce((most, epoch) => Math.max(most, epoch.generation), 0);
  }

  covering(generation: number, sequence: number): Epoch | undefined {
    return this.#all.findLast((epoch) => epoch.generation === generation && epoch.first <= sequence);
  }

  /** The article number of a row, `undefined` if no epoch covers it yet. */
  numberOf({ generation, sequence }: Position): number | undefined {
    const epoch = this.covering(generation, sequence);
    return epoch === undefined ? undefined : epoch.base + sequence;
  }

  /** The epoch in which a row of the same generation had its number, if it had one before this epoch began. */
  before({ number, base, first }: Epoch, { generation, sequence }: Position): Epoch | undefined {
    const isEarlier = (epoch: Epoch) =>
      epoch.number < number && epoch.generation === generation && epoch.first <= sequence;
    const earlier = this.#all.findLast(isEarlier);
    return earlier !== undefined && earlier.base + sequence < base + first ? earlier : undefined;
  }

  /** The epoch that gave a row this article number. */
  of({ generation, sequence }: Position, number: number): number {
    const isOf = (epoch: Epoch) => epoch.generation === generation && epoch.base + sequence === number;
    return this.#all.findLast(isOf)?.number ?? 1;
  }

  /** Begins an epoch at a sequence number, which becomes the first article number above `highest`. */
  begin(generation: number, first: number, highest: number): void {
    this.#all.push({ number: this.#all.length + 1, generation, first, base: highest + 1 - first });
  }

  copy(): Epochs {
    return new Epochs(this.#all);
  }
}

/** The generation of a row. */
export function generationAt(row: number, { posts, epochs }: Numbered): number {
  return epochs.all[(posts.epochs[row] ?? 1) - 1]?.generation ?? 0;
}

/** The place of the newest row with a number, `undefined` before the first. */
export function newestOf({ posts, epochs }: Numbered): Position | undefined {
  const last = posts.length - 1;
  if (last < 0) return undefined;
  return { generation: generationAt(last, { posts, epochs }), sequence: posts.sequences[last] ?? 0 };
}

/**
 * Would a row come in below the numbers given, by article number or in the board's own order? (An epoch that ends at a
 * wrap leaves numbers that nothing may take any more.)
 */
export function isBelow(
  one: Position,
  number: number | undefined,
  highest: number,
  newest: Position | undefined,
): boolean {
  if (number !== undefined && number <= highest) return true;
  if (newest === undefined) return false;
  return (
    one.generation < newest.generation || (one.generation === newest.generation && one.sequence <= newest.sequence)
  );
}

/** Stores the epochs that begin, before any of their numbers is given. */
export async function keepBegun(permanent: Permanent, begun: readonly Epoch[], log: Log): Promise<void> {
  if (begun.length > 0) await permanent.addEpochs(begun);
  for (const epoch of begun.filter(({ number }) => number > 1)) {
    log.warn({ epoch }, 'the board restarted its numbering: a new epoch begins');
  }
}

/**
 * The epochs in the permanent store. Version 0.1 could begin one with every poll, beyond the last possible number, in
 * which no article ever had a number. These are removed, and own posts in them move to the epoch before.
 */
export async function soundEpochs({
  permanent,
  cache,
  log = silent,
  newsgroup,
}: {
  readonly permanent: Permanent;
  readonly cache: Cache;
  readonly log?: Log;
  readonly newsgroup: string;
}): Promise<readonly Epoch[]> {
  const known = await permanent.epochs();
  const unsound = known.findIndex(({ base, first }) => base + first > MAX_NUMBER);
  if (unsound < 0) return known;
  const sound = known.slice(0, unsound);
  const kept = new Epochs(sound);
  const moved = (await permanent.ownPosts())
    .filter(({ epoch }) => epoch > sound.length)
    .map((post) => ({ ...post, epoch: kept.covering(kept.generation, post.sequence)?.number ?? 1 }));
  await permanent.replaceEpochs(sound, moved);
  cache.rebuild();
  const shown = { newsgroup, epochs: known.length - sound.length, posts: moved.length };
  log.warn(shown, 'the numbering was damaged by an earlier version: it is repaired, and the index is read again');
  return sound;
}

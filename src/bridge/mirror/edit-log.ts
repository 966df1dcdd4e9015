/** The board's edit log: what polls read of it, and how that compares with what is known. */
import { NotAskedError } from '../../rgtp/client/shared-connection.ts';
import { type EditLogEntry, mayBeAt } from '../../rgtp/edit-log.ts';
import { RgtpError } from '../../rgtp/errors.ts';
import { isAfter, isNewer } from '../../rgtp/sequence.ts';
import type { Cache } from '../../store/cache.ts';
import { eventLoop } from '../../wire/fair-share.ts';
import type { Log } from '../../wire/log.ts';
import type { BoardConnection, BoardLine } from '../board-line.ts';
import type { BoardState } from '../known/state.ts';
import { PostKind } from '../model.ts';
import { STRETCH } from './row-order.ts';
import type { Sighting } from './sighting.ts';

/** The most polls after a failure to read the edit log before it is asked for again. */
const MAX_PAUSE = 64;
/** In the cache, while the log can't be read: the sequence number up to which it had reported everything; '': none. */
const UNTOLD = 'untold';
/** In the cache: the newest edits of items that the log has reported. */
const EDITS = 'edits';
/** How many of them. A board restored to what it was before them can't be recognised. */
const MAX_EDITS = 1000;

/** entries that are examined in one piece: each is looked for by its number */
const ENTRIES = 256;

type Edit = readonly [sequence: number, itemId: string];

export interface EditLogOptions {
  readonly line: BoardLine;
  readonly cache: Cache;
  readonly log: Log;
}

/** The board's edit log, which may be endless or broken: what the index shows does not wait for it. */
export class EditLog {
  readonly #line: BoardLine;
  readonly #log: Log;
  readonly #cache: Cache;
  #untold: string | undefined;
  /** the newest edits reported, as committed */
  #edits: readonly Edit[];
  /** … and as last read */
  #read: readonly Edit[] = [];
  readonly #takenBack = new Set<string>();
  readonly #firstTold = new Set<string>();
  #failures = 0;
  /** polls left before it is asked for again */
  #pause = 0;
  #isDue = true;
  /** it could not be read in this poll */
  #hasFailed = false;

  constructor({ line, log, cache }: EditLogOptions) {
    this.#line = line;
    this.#log = log;
    this.#cache = cache;
    this.#untold = cache.fact(UNTOLD);
    // Written by `taken`.
    this.#edits = JSON.parse(cache.fact(EDITS) ?? '[]') as readonly Edit[];
  }

  /** The log was needed but could not be read, and nothing from it has been committed since. */
  get isOverdue(): boolean {
    return this.#untold !== undefined;
  }

  /**
   * Items whose edits the log no longer reports, because the board was restored. If the row of such an edit was never
   * shown, nothing else reveals that the text has changed.
   */
  get takenBack(): ReadonlySet<string> {
    return this.#takenBack;
  }

  /**
   * Items of which it reports an edit for the first time. Its number need not be a new one: on a restored board it may
   * have been another post's.
   */
  get firstTold(): ReadonlySet<string> {
    return this.#firstTold;
  }

  /** What the log reported has been committed. */
  taken(): void {
    this.#takenBack.clear();
    this.#firstTold.clear();
    const edits = JSON.stringify(this.#read);
    if (edits !== JSON.stringify(this.#edits)) this.#cache.setFact(EDITS, edits);
    this.#edits = this.#read;
    if (this.#untold === undefined) return;
    this.#untold = undefined;
    this.#cache.deleteFact(UNTOLD);
  }

  /** It is to be asked for in this poll, where it is needed. */
  get isDue(): boolean {
    return this.#isDue;
  }

  /** A poll begins. One that fails counts once, however often it needs the log. */
  begin(): void {
    this.#isDue = !this.isOverdue || this.#pause-- <= 0;
    this.#hasFailed = false;
  }

  /**
   * `undefined` if the board does not let us read it, or it can't be read now: then it is asked for less and less
   * often.
   *
   * @param last the newest sequence number known
   * @param isUrgent what it says now could not be shown later, because no number would be left for it
   */
  async read(last: number | undefined, isUrgent = false): Promise<readonly EditLogEntry[] | undefined> {
    if (this.#hasFailed || !(this.#isDue || isUrgent)) return undefined;
    try {
      const entries = await this.#line.run((board: BoardConnection) => board.editLog(), { anyway: true });
      this.#failures = 0;
      await eventLoop.inTurns(this.#compare(entries, last));
      return entries;
    } catch (err) {
      const kind = err instanceof RgtpError ? err.kind : undefined;
      if (kind === 'unsupported' || kind === 'no-access') return undefined;
      if (kind === 'no-such-item') {
        await eventLoop.inTurns(this.#compare([], last));
        return [];
      }
      if (kind === undefined || err instanceof NotAskedError) throw err;
      if (this.#failures === 0) this.#log.warn({ err }, 'the edit log cannot be read: its notices will come later');
      this.#hasFailed = true;
      this.#pause = Math.min(2 ** this.#failures++, MAX_PAUSE) - 1;
      if (!this.isOverdue) this.#overdue(String(last ?? ''));
      return undefined;
    }
  }

  /**
   * Yields now and then: the log of a large board has tens of thousands of entries.
   * @param last the newest sequence number known
   */
  *#compare(entries: readonly EditLogEntry[], last: number | undefined): Generator<undefined, void> {
    const edits: Edit[] = [];
    const told = new Set<string>();
    for (const [n, { kind, sequence, itemId }] of entries.entries()) {
      if (n % ENTRIES === 0) yield;
      if (kind !== 'edited' || itemId === undefined) continue;
      const edit: Edit = [sequence, itemId];
      edits.push(edit);
      told.add(String(edit));
    }
    for (const edit of this.#edits) if (!told.has(String(edit))) this.#takenBack.add(edit[1]);
    this.#read = edits.slice(-MAX_EDITS);
    const before = new Set(this.#edits.map(String));
    for (const edit of this.#read) if (!before.has(String(edit))) this.#firstTold.add(edit[1]);
    // Whether older ones were reported before is not remembered.
    const upTo = this.#toldUpTo(last);
    for (const [sequence, item] of edits.slice(0, -MAX_EDITS)) if (isNewer(sequence, upTo)) this.#firstTold.add(item);
  }

  /** The sequence number up to which it had reported everything before this reading; `undefined`: nothing. */
  #toldUpTo(last: number | undefined): number | undefined {
    if (this.#untold === undefined) return last;
    return this.#untold === '' ? undefined : Number(this.#untold);
  }

  #overdue(untold: string): void {
    this.#untold = untold;
    this.#cache.setFact(UNTOLD, untold);
  }
}

/** Merges earlier entries into the current ones: each once, in the log's order. If no row is left, only that shows a wrap. */
export function together(before: readonly EditLogEntry[], now: readonly EditLogEntry[]): readonly EditLogEntry[] {
  if (before.length === 0) return now;
  const said = new Set(now.map(({ sequence }) => sequence));
  const forgotten = before.filter(({ sequence }) => !said.has(sequence));
  const entries: EditLogEntry[] = [];
  let next = 0;
  for (const entry of now) {
    for (let one = forgotten[next]; one !== undefined && isAfter(entry.sequence, one.sequence); one = forgotten[++next])
      entries.push(one);
    entries.push(entry);
  }
  return [...entries, ...forgotten.slice(next)];
}

/** Does the log report something at a number that we know as something else? */
export function* contradicts(state: BoardState, log: readonly EditLogEntry[]): Generator<undefined, boolean> {
  for (const [at, event] of log.entries()) {
    if (at % ENTRIES === 0) yield;
    if (event.kind === 'edited') continue;
    const known = state.rowOfSequence(event.sequence);
    if (known >= 0 && !isSameEvent(state, known, event)) return true;
  }
  return false;
}

/** Does the log lack something that it reported before? */
export function* isForgetful(state: BoardState, log: readonly EditLogEntry[]): Generator<undefined, boolean> {
  const { kinds, sequences, length } = state.posts;
  const logged = new Set(log.map(({ sequence }) => sequence));
  for (let row = 0; row < length; row++) {
    if (row % STRETCH === 0) yield;
    const kind = kinds[row];
    const isEvent = kind === PostKind.Withdrawal || kind === PostKind.IndexEdit;
    if (isEvent && !logged.has(sequences[row] ?? 0)) return true;
  }
  return false;
}

/** Does the log say that an edit was made at the time in its row, and not at that of the edit known by its number? */
export function isOtherEdit(state: BoardState, sighting: Sighting, row: number, log: readonly EditLogEntry[]): boolean {
  const sequence = sighting.sequences[row] ?? 0;
  const entry = log.find((one) => one.kind === 'edited' && one.sequence === sequence);
  if (entry === undefined) return false;
  const known = state.posts.times[state.rowOfSequence(sequence)] ?? 0;
  return mayBeAt(entry.when, sighting.times[row] ?? 0) && !mayBeAt(entry.when, known);
}

/** Is what we know under that number the event that the log reports? */
export function isSameEvent(state: BoardState, known: number, { kind, itemId, userid, when }: EditLogEntry): boolean {
  const { posts } = state;
  const was = posts.was[known];
  const notice = state.notices.get(known);
  // Gone and unknown: its number was reserved for what the log might say.
  if (was === PostKind.Gone && notice === undefined) return posts.items[known] === -1;
  if (was !== PostKind.Gone && was !== (kind === 'index' ? PostKind.IndexEdit : PostKind.Withdrawal)) return false;
  // On a restored board an editor may do the same again, under the same number.
  if (was !== PostKind.Gone && !mayBeAt(when, posts.times[known] ?? 0)) return false;
  return notice === undefined || (notice.itemId === itemId && notice.userid === userid);
}

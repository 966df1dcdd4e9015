import { type EditLogEntry, parseEditLog } from '../../rgtp/edit-log.ts';
import { printable, RgtpError } from '../../rgtp/errors.ts';
import { parseIndexEntry } from '../../rgtp/index-entry.ts';
import { motdFieldOrder, parseMotd } from '../../rgtp/motd.ts';
import { type Octets, octets, octetsFrom } from '../../wire/octets.ts';
import { Trouble } from '../../wire/trouble.ts';
import { ROW_OCTETS } from '../index-log.ts';
import type { Skipped } from '../spool/source.ts';
import type { BoardStore } from '../store.ts';
import { BoardNotEmptyError, beginImport, mayImport } from '../unfinished.ts';
import { CopiedIndex } from './copied-index.ts';
import { Copying, interruptedCopy, MOST_NAMED, noteCopying, type Origin } from './copying.ts';
import { type Copied, finishCopy } from './finish.ts';
import { OriginBoard, type OriginOptions } from './origin.ts';
import { CopiedTexts, doubledCarets, type Reformed } from './texts.ts';
import { TooLargeError, wholeText } from './whole-text.ts';

export interface CopyProgress {
  readonly phase: 'index' | 'items';
  readonly done: number;
  /** 0: unknown */
  readonly total: number;
}

export interface CopyOptions extends OriginOptions, Origin {
  readonly onProgress?: (progress: CopyProgress) => void;
  /** readings of the index before giving up on a board that never stops changing. Default 100 */
  readonly readings?: number;
  /** octets of an index. Default 1 GiB */
  readonly largestIndex?: number;
}

export interface CopySummary extends Copied {
  readonly rows: number;
  /** it continued an interrupted copy */
  readonly resumed: boolean;
  /** what could not be copied, and why; if there is much, the first of each kind */
  readonly skipped: readonly Skipped[];
  /** how much more could not be copied */
  readonly unnamed: number;
  /** what differs from the original, in sentences */
  readonly remarks: readonly string[];
}

/** octets of an index: far more than any board has, and far less than a disk holds */
const LARGEST_INDEX = 1024 ** 3;
const READINGS = 100;
/** rows between reports of progress */
const ROWS_AT_ONCE = 1000;

/** The board changed each time it was read. */
export class UnsteadyBoardError extends Trouble {}

/**
 * Fills an empty board from another one over RGTP, while that one stays in use: index, items, message of the day, edit
 * log, and diffs if the login may read them; no users. The index is read again until it no longer changes, and what has
 * changed is fetched again, so that everything copied is from one moment.
 *
 * After an interruption the board stays marked as unfinished and is not served; the next run continues.
 *
 * @throws BoardNotEmptyError, RgtpError, UnsteadyBoardError, StoreError; the signal's reason
 */
export async function copyBoard(store: BoardStore, options: CopyOptions): Promise<CopySummary> {
  if (!mayImport(store)) throw new BoardNotEmptyError(store.path);
  using board = new OriginBoard(options);
  // Before the board is touched: the address or the login may be wrong.
  const { level } = await board.connection();
  if (level < 1) throw new RgtpError('no-access', 'this login may not read that board', { code: 531 });
  const resumed = isSame(interruptedCopy(store.db), options);
  if (!resumed) await beginImport(store, () => noteCopying(store.db, options));
  return { ...(await new Copy(store, board, options).run()), resumed };
}

function isSame(origin: Origin | undefined, { address, user }: Origin): boolean {
  return origin !== undefined && origin.address === address && origin.user === user;
}

class Copy {
  readonly #store: BoardStore;
  readonly #board: OriginBoard;
  readonly #options: CopyOptions;
  readonly #copying: Copying;
  readonly #index: CopiedIndex;
  readonly #texts: CopiedTexts;
  readonly #reformed: Reformed = { status: false, carets: false };
  /** in the last reading */
  #badRows: Skipped[] = [];
  #badRowCount = 0;
  #reformedRows = false;
  readonly #withheld = new Map<'ELOG' | 'MOTD', string>();
  #diffsWithheld = false;

  constructor(store: BoardStore, board: OriginBoard, options: CopyOptions) {
    this.#store = store;
    this.#board = board;
    this.#options = options;
    this.#copying = new Copying(store.db);
    this.#index = new CopiedIndex(store.db, store.index);
    this.#texts = new CopiedTexts(store, board, this.#copying, this.#reformed);
  }

  async run(): Promise<Omit<CopySummary, 'resumed'>> {
    const { readings = READINGS, onProgress } = this.#options;
    await this.#store.commit(() => this.#copying.wantLeftOut());
    for (let reading = 1; ; reading++) {
      const moved = [await this.#readIndex(), await this.#readEditLog(), await this.#readMotd()].includes(true);
      const wanted = this.#copying.count('ITEM') + this.#copying.count('DIFF');
      if (!moved && wanted === 0) break;
      if (reading > readings) {
        throw new UnsteadyBoardError(`the board has changed each of the ${readings} times that its index was read`);
      }
      await this.#texts.fetch((done, total) => onProgress?.({ phase: 'items', done, total }));
    }
    const { leftOut, leftOutCount, ...finished } = await finishCopy(this.#store);
    return {
      ...finished,
      rows: this.#index.rows,
      skipped: this.#skipped(leftOut),
      unnamed: this.#badRowCount - this.#badRows.length + leftOutCount - leftOut.length,
      remarks: this.#remarks(),
    };
  }

  /** Returns whether it has changed. */
  #readIndex(): Promise<boolean> {
    const { onProgress, largestIndex = LARGEST_INDEX } = this.#options;
    return this.#board.ask(async (connection) => {
      this.#index.begin();
      this.#badRows = [];
      this.#badRowCount = 0;
      this.#reformedRows = false;
      let seen = 0;
      let failure: unknown;
      await connection
        .verbatim('INDX', octets``, largestIndex, (line) => {
          try {
            this.#takeRow(line, ++seen);
          } catch (error) {
            // A full disk, say: the rest is not needed any more.
            failure ??= error;
            connection.destroy();
          }
          if (seen % ROWS_AT_ONCE === 0) onProgress?.({ phase: 'index', done: seen, total: 0 });
        })
        .catch((error: unknown) => {
          throw failure ?? error;
        });
      const moved = this.#index.end();
      onProgress?.({ phase: 'index', done: seen, total: seen });
      return moved;
    });
  }

  #takeRow(line: Buffer, number: number): void {
    const row = octetsFrom(line);
    const form = row.slice(0, ROW_OCTETS).padEnd(ROW_OCTETS);
    try {
      parseIndexEntry(row);
    } catch {
      this.#badRowCount++;
      if (this.#badRows.length < MOST_NAMED) {
        this.#badRows.push({ file: `index, row ${number}`, reason: `is not a row: ${printable(row)}` });
      }
      return;
    }
    if (form !== row) this.#reformedRows = true;
    this.#index.take(form);
  }

  async #readEditLog(): Promise<boolean> {
    const text = (await this.#optional('ELOG')) ?? octets``;
    const { editLog, db } = this.#store;
    const before = editLog.text();
    if (text === before) return false;
    const fresh = text.startsWith(before) ? text.slice(before.length) : text;
    const { level } = await this.#board.connection();
    await this.#store.commit(() => {
      for (const entry of parseEditLog(fresh.split('\n'))) this.#want(entry, level);
      db.exec('DELETE FROM edit_log');
      editLog.append(undefined, text);
    });
    return true;
  }

  /** Within a commit: asks for what an edit has changed. */
  #want({ kind, itemId }: EditLogEntry, level: number): void {
    if (itemId !== undefined) this.#copying.want('ITEM', itemId);
    // RGTP 2.2.22: only editors read diffs.
    this.#diffsWithheld = level < 3;
    if (this.#diffsWithheld) return;
    if (itemId !== undefined) this.#copying.want('DIFF', itemId);
    if (kind !== 'edited') this.#copying.want('DIFF');
  }

  async #readMotd(): Promise<boolean> {
    const { state } = this.#store;
    const text = await this.#optional('MOTD');
    const { banner, dialect } = await this.#board.connection();
    const motd = text === undefined ? undefined : this.#motdFrom(text, banner, dialect === 'spurge');
    if (JSON.stringify(motd) === JSON.stringify(state.motd)) return false;
    await this.#store.commit(() => {
      state.motd = motd;
    });
    return true;
  }

  #motdFrom(text: Octets, banner: Octets, isSpurge: boolean) {
    const end = text.indexOf('\n') + 1;
    try {
      const { sequence, time } = parseMotd([text.slice(0, Math.max(0, end - 1))], motdFieldOrder(banner));
      const rest = text.slice(end);
      return { sequence, time, text: isSpurge ? doubledCarets(rest) : rest };
    } catch (error) {
      if (!(error instanceof RgtpError)) throw error;
      this.#withheld.set('MOTD', error.message);
      return undefined;
    }
  }

  /** `undefined`: the board has none, or refuses. */
  async #optional(question: 'ELOG' | 'MOTD'): Promise<Octets | undefined> {
    this.#withheld.delete(question);
    try {
      return await this.#board.ask((connection) => wholeText(connection, question));
    } catch (error) {
      const known = error instanceof TooLargeError || (error instanceof RgtpError && error.kind !== 'unavailable');
      if (!known) throw error;
      if (!(error instanceof RgtpError) || error.kind !== 'no-such-item') this.#withheld.set(question, error.message);
      return undefined;
    }
  }

  #skipped(leftOut: readonly Skipped[]): Skipped[] {
    const answers = Array.from(this.#withheld, ([question, reason]) => ({
      file: question === 'ELOG' ? 'the edit log' : 'the message of the day',
      reason,
    }));
    return [...this.#badRows, ...answers, ...leftOut];
  }

  #remarks(): string[] {
    const { status, carets } = this.#reformed;
    return [
      ...(this.#diffsWithheld ? ["The diffs of edits are left out: only an editor's login may read them."] : []),
      ...(this.#reformedRows ? ['Rows of another length were given the 199 octets of the protocol.'] : []),
      ...(status ? ["Items' first lines in another form were brought into that of the protocol."] : []),
      ...(carets ? ['Carets at the beginning of a line of text were doubled, as the protocol requires.'] : []),
    ];
  }
}

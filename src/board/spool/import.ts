import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseHex32 } from '../../rgtp/hex.ts';
import { parseIndexEntry } from '../../rgtp/index-entry.ts';
import { parseItemId } from '../../rgtp/item-id.ts';
import { formatItemStatus, parseItemStatus } from '../../rgtp/item-status.ts';
import { motdFieldOrder, parseMotd } from '../../rgtp/motd.ts';
import { type Octets, octets, octetsFrom } from '../../wire/octets.ts';
import { ROW_OCTETS } from '../index-log.ts';
import { STATUS_OCTETS, type StoredItem, subjectOf } from '../items.ts';
import type { BoardStore } from '../store.ts';
import { checkUserid } from '../users.ts';
import { parseUserDatabase } from './user-database.ts';

export interface ImportProgress {
  readonly phase: 'index' | 'items';
  readonly done: number;
  readonly total: number;
}

export interface ImportSummary {
  readonly rows: number;
  readonly items: number;
  readonly users: number;
  readonly edits: number;
  readonly diffs: number;
  readonly motd: boolean;
  /** the sequence number the next change will get */
  readonly nextSequence: number;
  /** what was left out, and why */
  readonly skipped: readonly { readonly file: string; readonly reason: string }[];
}

export interface ImportOptions {
  readonly onProgress?: (progress: ImportProgress) => void;
}

const LF = 0x0a;
/** rows a transaction: one sync for each row would take minutes */
const BATCH = 1000;
const ITEMS_AT_ONCE = 200;
/** groggsd's status line is 35 octets and LF; nothing a board sent could be larger than this. */
const LARGEST_ITEM = 16 * 1024 * 1024;

/** The board is not empty. */
export class BoardNotEmptyError extends Error {
  constructor(path: string) {
    super(`${path}: the board is not empty; a spool goes into a new one`);
    this.name = 'BoardNotEmptyError';
  }
}

/**
 * Fills an empty board from a groggsd data directory. Leaves out damaged files, rows and users; the summary names them.
 *
 * @throws BoardNotEmptyError; Error where `dir` holds no `index`
 */
export async function importSpool(dir: string, store: BoardStore, options: ImportOptions = {}): Promise<ImportSummary> {
  if (store.index.end > 0) throw new BoardNotEmptyError(store.path);
  return new SpoolImport(dir, store, options).run();
}

class SpoolImport {
  readonly #dir: string;
  readonly #store: BoardStore;
  readonly #onProgress: (progress: ImportProgress) => void;
  readonly #skipped: { file: string; reason: string }[] = [];
  /** the next sequence number: above every one seen, whatever the file `sequence` says */
  #next: number | undefined;

  constructor(dir: string, store: BoardStore, { onProgress }: ImportOptions) {
    this.#dir = dir;
    this.#store = store;
    this.#onProgress = onProgress ?? (() => {});
  }

  async run(): Promise<ImportSummary> {
    const index = await this.#read('index');
    if (index === undefined) throw new Error(`${this.#dir}: no groggsd data directory (it has no file index)`);
    this.#next = await this.#number('sequence');
    const rows = await this.#index(index);
    const { items, diffs } = await this.#items();
    const indexDiffs = await this.#diff(undefined, 'index.edited');
    const users = await this.#users();
    const edits = await this.#editLog();
    const motd = await this.#motd();
    const nextSequence = await this.#counters();
    return { rows, items, users, edits, diffs: diffs + indexDiffs, motd, nextSequence, skipped: this.#skipped };
  }

  async #index(file: Buffer): Promise<number> {
    // Line by line, not by offset: a row that lost an octet does not damage the rest.
    const ends: number[] = [];
    for (let at = file.indexOf(LF); at >= 0; at = file.indexOf(LF, at + 1)) ends.push(at);
    if (ends.at(-1) !== file.length - 1 && file.length > 0) ends.push(file.length);
    let kept = 0;
    for (let first = 0; first < ends.length; first += BATCH) {
      const last = Math.min(first + BATCH, ends.length);
      await this.#store.commit(() => {
        for (let i = first; i < last; i++) {
          const start = i === 0 ? 0 : (ends[i - 1] ?? 0) + 1;
          if (this.#row(file.subarray(start, ends[i]), i)) kept++;
        }
      });
      this.#onProgress({ phase: 'index', done: last, total: ends.length });
    }
    return kept;
  }

  #row(bytes: Buffer, number: number): boolean {
    try {
      const row = octetsFrom(bytes);
      if (row.length !== ROW_OCTETS) throw new Error(`${row.length} octets are no row`);
      this.#seen(parseIndexEntry(row).sequence);
      this.#store.index.append(row);
      return true;
    } catch (error) {
      this.#skip(`index, row ${number + 1}`, error);
      return false;
    }
  }

  async #items(): Promise<{ items: number; diffs: number }> {
    const names = (await this.#list('item')).sort();
    const counts = { items: 0, diffs: 0 };
    for (let first = 0; first < names.length; first += ITEMS_AT_ONCE) {
      const batch = names.slice(first, first + ITEMS_AT_ONCE);
      const items: StoredItem[] = [];
      for (const name of batch) {
        const path = join('item', name);
        const base = name.replace(/\.edited$/, '');
        const id = parseItemId(base);
        if (id === undefined) this.#skip(path, 'not the name of an item');
        else if (base !== name) counts.diffs += await this.#diff(id, path);
        else items.push(...(await this.#item(id, path)));
      }
      await this.#store.commit(() => {
        for (const item of items) this.#store.items.write(item);
      });
      counts.items += items.length;
      this.#onProgress({ phase: 'items', done: first + batch.length, total: names.length });
    }
    return counts;
  }

  /** The item; empty where its file is damaged. */
  async #item(id: string, path: string): Promise<StoredItem[]> {
    const file = await this.#read(path);
    if (file === undefined) return [];
    try {
      if (file.length > LARGEST_ITEM) throw new Error(`${file.length} octets are no item`);
      return [parseItemFile(id, octetsFrom(file))];
    } catch (error) {
      this.#skip(path, error);
      return [];
    }
  }

  async #diff(item: string | undefined, path: string): Promise<number> {
    const file = await this.#read(path, { optional: true });
    if (file === undefined || file.length === 0) return 0;
    await this.#store.commit(() => this.#store.diffs.append(item, undefined, octetsFrom(file)));
    return 1;
  }

  async #users(): Promise<number> {
    const file = await this.#read('userdatabase', { optional: true });
    if (file === undefined) return 0;
    const accounts = parseUserDatabase(file, (reason) => this.#skip('userdatabase', reason));
    await this.#store.commit(() => {
      for (const account of accounts) {
        const checked = checkUserid(account.userid);
        this.#store.users.put('userid' in checked ? { ...account, userid: checked.userid } : account);
      }
    });
    return accounts.length;
  }

  async #editLog(): Promise<number> {
    const file = await this.#read('editlog', { optional: true });
    if (file === undefined) return 0;
    // An empty line ends each entry.
    const entries = octetsFrom(file).match(/.+?(?:\n\n|$)/gs) ?? [];
    for (const [, hex = ''] of octetsFrom(file).matchAll(/\(#([0-9A-Fa-f]{8})\):$/gm)) {
      this.#seen(parseHex32(hex) ?? 0);
    }
    await this.#store.commit(() => {
      for (const entry of entries) this.#store.editLog.append(undefined, entry);
    });
    return entries.length;
  }

  async #motd(): Promise<boolean> {
    const file = await this.#read('motd', { optional: true });
    if (file === undefined) return false;
    try {
      const text = octetsFrom(file);
      const end = text.indexOf('\n') + 1;
      const { sequence, time } = parseMotd(
        [text.slice(0, end).replace(/\s+$/, octets``)],
        motdFieldOrder('GROGGS system'),
      );
      this.#seen(sequence);
      await this.#store.commit(() => {
        this.#store.state.motd = { sequence, time, text: text.slice(end) };
      });
      return true;
    } catch (error) {
      this.#skip('motd', error);
      return false;
    }
  }

  async #counters(): Promise<number> {
    const lastItemTime = (await this.#number('idarbiter')) ?? 0;
    const next = this.#next ?? 1;
    await this.#store.commit(() => {
      this.#store.state.nextSequence = next;
      this.#store.state.lastItemTime = lastItemTime;
    });
    return next;
  }

  /** Numbers wrap: those within half the range ahead are later. */
  #seen(sequence: number): void {
    if (this.#next === undefined || (sequence - this.#next) >>> 0 < 0x80000000) this.#next = (sequence + 1) >>> 0;
  }

  /** The number in a file. Where it is missing or damaged, the caller derives it. */
  async #number(name: string): Promise<number | undefined> {
    const file = await this.#read(name);
    const number = file === undefined ? undefined : parseHex32(octetsFrom(file).trim());
    if (file !== undefined && number === undefined) this.#skip(name, 'not eight hexadecimal digits');
    return number;
  }

  async #read(name: string, { optional = false } = {}): Promise<Buffer | undefined> {
    try {
      return await readFile(join(this.#dir, name));
    } catch (error) {
      const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (!(missing && (optional || name === 'index'))) this.#skip(name, error);
      return undefined;
    }
  }

  async #list(name: string): Promise<string[]> {
    try {
      return await readdir(join(this.#dir, name));
    } catch (error) {
      this.#skip(name, error);
      return [];
    }
  }

  #skip(file: string, error: unknown): void {
    this.#skipped.push({ file, reason: error instanceof Error ? error.message : String(error) });
  }
}

function parseItemFile(id: string, file: Octets): StoredItem {
  const line = file.slice(0, STATUS_OCTETS - 1);
  const status = parseItemStatus(line);
  if (file[STATUS_OCTETS - 1] !== '\n' || formatItemStatus(status) !== line) throw new Error('damaged status line');
  const text = file.slice(STATUS_OCTETS);
  if (!/^\^[0-9A-Fa-f]{8} [0-9A-Fa-f]{8}\n/.test(text)) throw new Error('does not begin with a cookie');
  if (!text.endsWith('\n')) throw new Error('ends within a line');
  const { continuedFrom, continuedIn, lastEdit, lastReply } = status;
  return { id, continuedFrom, continuedIn, lastEdit, lastReply, subject: subjectOf(text), text };
}

import { join } from 'node:path';
import { parseHex32 } from '../../rgtp/hex.ts';
import { parseIndexEntry } from '../../rgtp/index-entry.ts';
import { parseItemId } from '../../rgtp/item-id.ts';
import { formatItemStatus, parseItemStatus } from '../../rgtp/item-status.ts';
import { motdFieldOrder, parseMotd } from '../../rgtp/motd.ts';
import { type Octets, octetsFrom, trimmedEnd } from '../../wire/octets.ts';
import { ROW_OCTETS } from '../index-log.ts';
import { itemFromElsewhere, STATUS_OCTETS, type StoredItem } from '../items.ts';
import { NextSequence } from '../next-sequence.ts';
import type { BoardStore } from '../store.ts';
import { BoardNotEmptyError, beginImport, endImport, mayImport } from '../unfinished.ts';
import { checkUserid } from '../users.ts';
import { type Skipped, SpoolSource } from './source.ts';
import type { LineGroup } from './spool-folder.ts';
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
  readonly skipped: readonly Skipped[];
}

export interface ImportOptions {
  readonly onProgress?: (progress: ImportProgress) => void;
}

/** rows per transaction: one sync for each row would take minutes */
const BATCH = 1000;
/** more than any board has items; what bounds the memory for a made-up index */
const MOST_NAMED = 1_000_000;
const ITEMS_AT_ONCE = 200;

/**
 * Fills an empty board from a groggsd data directory. Leaves out damaged files, rows and users; the summary names them.
 * After an interruption the board stays marked as unfinished and is not served; the import can be started again.
 *
 * @throws BoardNotEmptyError, NoSpoolError
 */
export async function importSpool(dir: string, store: BoardStore, options: ImportOptions = {}): Promise<ImportSummary> {
  if (!mayImport(store)) throw new BoardNotEmptyError(store.path);
  return new SpoolImport(dir, store, options).run();
}

class SpoolImport {
  readonly #source: SpoolSource;
  readonly #store: BoardStore;
  readonly #onProgress: (progress: ImportProgress) => void;
  /** after every number seen, whatever the file `sequence` says */
  readonly #next = new NextSequence();
  /** the items that rows name, as long as their texts have not come */
  readonly #named = new Set<string>();

  constructor(dir: string, store: BoardStore, { onProgress }: ImportOptions) {
    this.#source = new SpoolSource(dir);
    this.#store = store;
    this.#onProgress = onProgress ?? (() => {});
  }

  async run(): Promise<ImportSummary> {
    const batches = this.#source.rows();
    const first = await batches.next();
    await beginImport(this.#store);
    const next = await this.#source.number('sequence');
    if (next !== undefined) this.#next.seen(next - 1);
    const rows = await this.#index(first, batches);
    const { items, diffs } = await this.#items();
    const indexDiffs = await this.#diff(undefined, 'index.edited');
    const users = await this.#users();
    const edits = await this.#editLog();
    const motd = await this.#motd();
    const nextSequence = await this.#counters();
    return { rows, items, users, edits, diffs: diffs + indexDiffs, motd, nextSequence, skipped: this.#source.skipped };
  }

  async #index(first: IteratorResult<LineGroup>, rest: AsyncGenerator<LineGroup>): Promise<number> {
    let kept = 0;
    let seen = 0;
    for (let next = first; next.done !== true; next = await rest.next()) {
      const { lines, total } = next.value;
      for (let from = 0; from < lines.length; from += BATCH) {
        const batch = lines.slice(from, from + BATCH);
        await this.#store.commit(() => {
          for (const line of batch) if (this.#row(line, seen++)) kept++;
        });
      }
      this.#onProgress({ phase: 'index', done: seen, total: Math.max(seen, Math.ceil(total / (ROW_OCTETS + 1))) });
    }
    return kept;
  }

  #row(bytes: Buffer, number: number): boolean {
    try {
      const row = octetsFrom(bytes);
      if (row.length !== ROW_OCTETS) throw new Error(`${row.length} octets are not a row`);
      const { sequence, itemId } = parseIndexEntry(row);
      this.#next.seen(sequence);
      if (itemId !== undefined && this.#named.size < MOST_NAMED) this.#named.add(itemId);
      this.#store.index.append(row);
      return true;
    } catch (error) {
      this.#source.skip(`index, row ${number + 1}`, error);
      return false;
    }
  }

  async #items(): Promise<{ items: number; diffs: number }> {
    const names = (await this.#source.list('item')).sort();
    for (const name of names) this.#named.delete(name);
    if (this.#named.size > 0) {
      const [one] = this.#named;
      this.#source.skip('index', `${this.#named.size} of its items are not there (${one}, …): archived, or not copied`);
    }
    const counts = { items: 0, diffs: 0 };
    for (let first = 0; first < names.length; first += ITEMS_AT_ONCE) {
      const batch = names.slice(first, first + ITEMS_AT_ONCE);
      const items: StoredItem[] = [];
      for (const name of batch) {
        const path = join('item', name);
        const base = name.replace(/\.edited$/, '');
        const id = parseItemId(base);
        if (id === undefined) this.#source.skip(path, 'not the name of an item');
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

  /** The item; empty if its file is damaged. */
  async #item(id: string, path: string): Promise<StoredItem[]> {
    const file = await this.#source.read(path, 'item');
    if (file === undefined) return [];
    try {
      return [parseItemFile(id, octetsFrom(file))];
    } catch (error) {
      this.#source.skip(path, error);
      return [];
    }
  }

  async #diff(item: string | undefined, path: string): Promise<number> {
    const file = await this.#source.read(path, 'diff', { optional: true });
    if (file === undefined || file.length === 0) return 0;
    await this.#store.commit(() => this.#store.diffs.append(item, undefined, octetsFrom(file)));
    return 1;
  }

  async #users(): Promise<number> {
    const file = await this.#source.read('userdatabase', 'userdatabase', { optional: true });
    if (file === undefined) return 0;
    const accounts = parseUserDatabase(file, (reason) => this.#source.skip('userdatabase', reason));
    await this.#store.commit(() => {
      for (const account of accounts) {
        const checked = checkUserid(account.userid);
        this.#store.users.put('userid' in checked ? { ...account, userid: checked.userid } : account);
      }
    });
    return accounts.length;
  }

  async #editLog(): Promise<number> {
    const file = await this.#source.read('editlog', 'editlog', { optional: true });
    if (file === undefined) return 0;
    // An empty line ends each entry.
    const entries = octetsFrom(file).match(/.+?(?:\n\n|$)/gs) ?? [];
    for (const [, hex = ''] of octetsFrom(file).matchAll(/\(#([0-9A-Fa-f]{8})\):$/gm)) {
      this.#next.seen(parseHex32(hex) ?? 0);
    }
    await this.#store.commit(() => {
      for (const entry of entries) this.#store.editLog.append(undefined, entry);
    });
    return entries.length;
  }

  async #motd(): Promise<boolean> {
    const file = await this.#source.read('motd', 'motd', { optional: true });
    if (file === undefined) return false;
    try {
      const text = octetsFrom(file);
      const end = text.indexOf('\n') + 1;
      const { sequence, time } = parseMotd([trimmedEnd(text.slice(0, end))], motdFieldOrder('GROGGS system'));
      this.#next.seen(sequence);
      await this.#store.commit(() => {
        this.#store.state.motd = { sequence, time, text: text.slice(end) };
      });
      return true;
    } catch (error) {
      this.#source.skip('motd', error);
      return false;
    }
  }

  async #counters(): Promise<number> {
    const lastItemTime = (await this.#source.number('idarbiter')) ?? 0;
    const next = this.#next.value;
    await this.#store.commit(() => {
      this.#store.state.nextSequence = next;
      this.#store.state.lastItemTime = lastItemTime;
      endImport(this.#store);
    });
    return next;
  }
}

function parseItemFile(id: string, file: Octets): StoredItem {
  const line = file.slice(0, STATUS_OCTETS - 1);
  const status = parseItemStatus(line);
  if (file[STATUS_OCTETS - 1] !== '\n' || formatItemStatus(status) !== line) throw new Error('damaged status line');
  return itemFromElsewhere(id, status, file.slice(STATUS_OCTETS));
}

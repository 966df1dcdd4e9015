import { formatHex32 } from '../../rgtp/hex.ts';
import { type IndexEntry, parseIndexEntry } from '../../rgtp/index-entry.ts';
import { parseItem } from '../../rgtp/item.ts';
import { formatItemStatus } from '../../rgtp/item-status.ts';
import { octetsFrom } from '../../wire/octets.ts';
import { messageOf } from '../../wire/trouble.ts';
import { type StoredItem, subjectOf } from '../items.ts';
import type { BoardStore } from '../store.ts';

export interface VerifyReport {
  readonly rows: number;
  readonly items: number;
  readonly users: number;
  /** damage, to be repaired from a backup or by an edit */
  readonly problems: readonly string[];
  /** common on old boards, and harmless: dangling links, items without rows */
  readonly oddities: readonly string[];
}

/** findings reported one by one; the rest are only counted */
const MOST_NAMED = 1000;

/** Reads the whole board and reports what is wrong with it. Changes nothing. */
export function verifyBoard(store: BoardStore): VerifyReport {
  const problems: string[] = [];
  const oddities: string[] = [];
  attempt(problems, 'database', undefined, () => checkPages(store, problems));
  const none = { entries: new Map(), rows: 0 };
  const { entries, rows } = attempt(problems, 'index', none, () => readIndex(store, problems, oddities));
  const items = attempt(problems, 'items', 0, () => readItems(store, entries, problems, oddities));
  const users = attempt(problems, 'users', 0, () => readUsers(store, problems));
  return { rows, items, users, problems: shortened(problems), oddities: shortened(oddities) };
}

/** Runs `task`. An error becomes a problem. */
function attempt<T>(problems: string[], what: string, otherwise: T, task: () => T): T {
  try {
    return task();
  } catch (error) {
    problems.push(`${what}: ${messageOf(error)}`);
    return otherwise;
  }
}

function checkPages(store: BoardStore, problems: string[]): void {
  for (const row of store.db.prepare('PRAGMA integrity_check').all()) {
    const found = String(row['integrity_check']);
    if (found !== 'ok') problems.push(`database: ${found}`);
  }
}

/** the sequence numbers in the index, by item */
type Entries = Map<string, Set<number>>;

function readIndex(store: BoardStore, problems: string[], oddities: string[]): { entries: Entries; rows: number } {
  const entries: Entries = new Map();
  const next = store.state.nextSequence;
  let rows = 0;
  let previous: IndexEntry | undefined;
  for (const block of store.index.wire(store.index.start, store.index.end)) {
    for (const line of octetsFrom(block).split('\r\n').slice(0, -1)) {
      rows++;
      const where = `index, row ${rows}`;
      try {
        const entry = parseIndexEntry(line);
        // Serial number arithmetic: numbers wrap.
        if ((next - entry.sequence - 1) >>> 0 > 0x7fffffff)
          problems.push(`${where}: number ${formatHex32(entry.sequence)} has not been given yet`);
        if (previous !== undefined && outOfOrder(previous, entry)) oddities.push(`${where}: out of order`);
        if (entry.itemId !== undefined) {
          const known = entries.get(entry.itemId) ?? new Set();
          entries.set(entry.itemId, known.add(entry.sequence));
        }
        previous = entry;
      } catch (error) {
        problems.push(`${where}: ${messageOf(error)}`);
      }
    }
  }
  return { entries, rows };
}

/** C and F share a number, C first (RGTP 2.2.7). */
function outOfOrder(before: IndexEntry, entry: IndexEntry): boolean {
  const step = (entry.sequence - before.sequence) >>> 0;
  if (step === 0) return !(before.type === 'C' && entry.type === 'F');
  return step > 0x7fffffff;
}

function readItems(store: BoardStore, entries: Entries, problems: string[], oddities: string[]): number {
  let items = 0;
  const ids = new Set<string>();
  for (const item of store.items.all()) {
    items++;
    ids.add(item.id);
    checkItem(store, item, entries.get(item.id), problems, oddities);
  }
  for (const id of entries.keys()) {
    if (!ids.has(id)) oddities.push(`${id}: is in the index but does not exist`);
  }
  return items;
}

function checkItem(
  store: BoardStore,
  item: StoredItem,
  numbers: ReadonlySet<number> | undefined,
  problems: string[],
  oddities: string[],
): void {
  const { id } = item;
  try {
    const lines = [formatItemStatus(item), ...item.text.split('\n').slice(0, -1)];
    const { contributions } = parseItem(id, lines);
    if (!item.text.endsWith('\n')) problems.push(`${id}: ends within a line`);
    for (const { sequence } of contributions) {
      if (numbers?.has(sequence) !== true) oddities.push(`${id}: ${formatHex32(sequence)} has no row in the index`);
    }
  } catch (error) {
    problems.push(`${id}: ${messageOf(error)}`);
  }
  if (item.subject !== subjectOf(item.text)) problems.push(`${id}: its subject is not the one in its header`);
  const before = item.continuedFrom === undefined ? undefined : store.items.summary(item.continuedFrom);
  if (item.continuedFrom !== undefined && before?.continuedIn !== id) {
    oddities.push(`${id}: says it continues ${item.continuedFrom}, which does not say so`);
  }
  if (item.continuedIn !== undefined && store.items.summary(item.continuedIn) === undefined) {
    oddities.push(`${id}: is continued in ${item.continuedIn}, which does not exist`);
  }
}

function readUsers({ users }: BoardStore, problems: string[]): number {
  let count = 0;
  for (const account of users.all()) {
    count++;
    if (users.isUnopened(account))
      problems.push(`users: the secret of ${account.userid} can't be read; renew it with \`board user secret\``);
  }
  return count;
}

function shortened(found: readonly string[]): readonly string[] {
  if (found.length <= MOST_NAMED) return found;
  return [...found.slice(0, MOST_NAMED), `… and ${found.length - MOST_NAMED} more`];
}

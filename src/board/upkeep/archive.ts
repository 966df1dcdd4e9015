import { eventLoop } from '../../wire/fair-share.ts';
import { MOST_ROWS } from '../index-edit.ts';
import type { BoardStore } from '../store.ts';

/** items examined together */
const PAGE = 50;
/** rows moved in one transaction; few, so that posts don't wait long */
const BATCH = 500;

/**
 * Archives items without recent posts, with their index rows: ITEM then answers 410 (RGTP 2.2.8). They stay in the
 * database, in `archived_items`. The newest row of the index always stays, because clients resume from it; so do items
 * with more rows than one transaction may change.
 *
 * @param before unix seconds: items whose last row is older
 * @returns how many were moved
 */
export async function archiveItems(store: BoardStore, before: number): Promise<number> {
  const page = store.db.prepare('SELECT id FROM items WHERE id > ? ORDER BY id LIMIT ?');
  const rowsOf = store.db.prepare(
    `SELECT count(*) AS rows, max(time) AS time, max(position) AS position
     FROM (SELECT time, position FROM index_rows WHERE item = ? LIMIT ${MOST_ROWS + 1})`,
  );
  let moved = 0;
  let last = '';
  let batch: string[] = [];
  let size = 0;
  const move = async () => {
    const ids = batch;
    [batch, size] = [[], 0];
    moved += await store.commit(() => {
      // New posts may have arrived since.
      const stale = ids.filter((id) => staleRows(id) > 0);
      for (const id of stale) archive(store, id);
      return stale.length;
    });
  };
  /** The number of rows of an item that is to be archived; 0: it stays. */
  const staleRows = (id: string): number => {
    const { rows, time, position } = rowsOf.get(id) ?? {};
    const isStale = Number(time) < before && Number(position) < store.index.end;
    return isStale && Number(rows) <= MOST_ROWS ? Number(rows) : 0;
  };
  for (let ids = idsOf(page.all(last, PAGE)); ids.length > 0; ids = idsOf(page.all(last, PAGE))) {
    for (const id of ids) {
      last = id;
      const rows = staleRows(id);
      if (rows === 0) continue;
      batch.push(id);
      size += rows;
      if (size >= BATCH) await move();
    }
    if (eventLoop.over()) await eventLoop.next();
  }
  if (batch.length > 0) await move();
  return moved;
}

function idsOf(rows: readonly Record<string, unknown>[]): string[] {
  return rows.map((row) => String(row['id']));
}

/** Within a commit. */
function archive(store: BoardStore, id: string): void {
  store.db.prepare('INSERT INTO archived_items SELECT *, ? FROM items WHERE id = ?').run(store.time, id);
  // At new positions: rows that moved may have taken those of rows archived earlier.
  store.db
    .prepare(
      `INSERT INTO archived_rows (sequence, time, item, row)
       SELECT sequence, time, item, row FROM index_rows WHERE item = ? ORDER BY position`,
    )
    .run(id);
  store.items.remove(id);
  store.index.removeItem(id);
}

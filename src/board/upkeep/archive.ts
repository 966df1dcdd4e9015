import type { BoardStore } from '../store.ts';

/** items moved in one transaction; few, so that posts don't wait long */
const BATCH = 100;

/**
 * Archives items without recent posts, with their index rows: ITEM then answers 410 (RGTP 2.2.8). They stay in the
 * database, in `archived_items`. The newest row of the index always stays, because clients resume from it.
 *
 * @param before unix seconds: items whose last row is older
 * @returns how many were moved
 */
export async function archiveItems(store: BoardStore, before: number): Promise<number> {
  const stale = store.db.prepare(
    `SELECT item FROM index_rows WHERE item IN (SELECT id FROM items)
     GROUP BY item HAVING max(time) < ? AND max(position) < (SELECT max(position) FROM index_rows)`,
  );
  const ids = stale.all(before).map((row) => String(row['item']));
  for (let first = 0; first < ids.length; first += BATCH) {
    const batch = ids.slice(first, first + BATCH);
    await store.commit(() => {
      for (const id of batch) archive(store, id);
    });
  }
  return ids.length;
}

/** Within a commit. */
function archive(store: BoardStore, id: string): void {
  store.db.prepare('INSERT INTO archived_items SELECT *, ? FROM items WHERE id = ?').run(store.time, id);
  store.db.prepare('INSERT INTO archived_rows SELECT * FROM index_rows WHERE item = ?').run(id);
  store.items.remove(id);
  store.index.removeItem(id);
}

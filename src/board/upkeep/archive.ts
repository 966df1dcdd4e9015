import type { BoardStore } from '../store.ts';

/** Items moved in one transaction: posts do not wait long. */
const BATCH = 100;

/**
 * Moves items nobody has written to for a while, and their rows, out of everybody's sight: ITEM answers 410 then
 * (RGTP 2.2.8). They stay in the database file, in `archived_items`. The newest row of the index always stays, so
 * that clients find their place.
 *
 * @param before unix seconds: items whose last row is older
 * @returns how many were moved
 */
export async function archiveItems(store: BoardStore, before: number): Promise<number> {
  const stale = store.db.prepare(
    `SELECT item FROM index_rows WHERE item IN (SELECT id FROM items)
     GROUP BY item HAVING max(time) < ? AND max(position) < (SELECT max(position) FROM index_rows) LIMIT ${BATCH}`,
  );
  const keepItem = store.db.prepare('INSERT INTO archived_items SELECT *, ? FROM items WHERE id = ?');
  const keepRows = store.db.prepare('INSERT INTO archived_rows SELECT * FROM index_rows WHERE item = ?');
  let moved = 0;
  for (;;) {
    const batch = await store.commit(() => {
      const ids = stale.all(before).map((row) => String(row['item']));
      for (const id of ids) {
        keepItem.run(store.time, id);
        keepRows.run(id);
        store.items.remove(id);
        store.index.removeItem(id);
      }
      return ids.length;
    });
    moved += batch;
    if (batch < BATCH) return moved;
  }
}

import { editTime, parseEditLog } from '../../rgtp/edit-log.ts';
import { itemIdTime } from '../../rgtp/item-id.ts';
import { NextSequence } from '../next-sequence.ts';
import type { Skipped } from '../spool/source.ts';
import type { BoardStore } from '../store.ts';
import { endImport } from '../unfinished.ts';
import { Copying, dropCopying, MOST_NAMED } from './copying.ts';

/** seconds that ids may run ahead of the clock; an id further ahead is made up */
const AHEAD = 30 * 86_400;

/** What was copied. */
export interface Copied {
  readonly items: number;
  readonly edits: number;
  readonly diffs: number;
  readonly motd: boolean;
  /** the sequence number that the next change will get */
  readonly nextSequence: number;
  /** items named by the index that the board does not have: withdrawn or archived */
  readonly missing: number;
}

interface Finished extends Copied {
  /** the first texts that could not be copied */
  readonly leftOut: readonly Skipped[];
  readonly leftOutCount: number;
}

/** Derives what a board never shows from what it does; then the copy is complete. */
export function finishCopy(store: BoardStore): Promise<Finished> {
  const { db, state, index, editLog, diffs, marks } = store;
  return store.commit(() => {
    const next = new NextSequence();
    const copying = new Copying(db);
    let lastItemTime = 0;
    let time = 0;
    const count = (sql: string) => Number(db.prepare(sql).get()?.['n']);
    const seenItem = (id: string) => {
      const at = itemIdTime(id, time);
      if (at !== undefined && at <= time + AHEAD) lastItemTime = Math.max(lastItemTime, at);
    };
    for (const row of db.prepare('SELECT sequence, time, item FROM index_rows ORDER BY position').iterate()) {
      next.seen(Number(row['sequence']));
      time = Number(row['time']);
      if (typeof row['item'] === 'string') seenItem(row['item']);
    }
    for (const row of db.prepare('SELECT last_edit, last_reply FROM items').iterate()) {
      for (const number of [row['last_edit'], row['last_reply']]) if (typeof number === 'number') next.seen(number);
    }
    // The item withdrawn last no longer has a row.
    const entries = parseEditLog(editLog.text().split('\n'));
    for (const { sequence, itemId, when } of entries) {
      next.seen(sequence);
      time = editTime(when, time);
      if (itemId !== undefined) seenItem(itemId);
    }
    if (state.motd !== undefined) next.seen(state.motd.sequence);
    const finished = {
      items: count('SELECT count(*) AS n FROM items'),
      edits: entries.length,
      diffs: diffs.items().length,
      motd: state.motd !== undefined,
      nextSequence: next.value,
      missing: count(
        'SELECT count(DISTINCT item) AS n FROM index_rows WHERE item IS NOT NULL AND item NOT IN (SELECT id FROM items)',
      ),
      leftOut: copying.leftOut(MOST_NAMED),
      leftOutCount: copying.leftOutCount,
    };
    state.nextSequence = next.value;
    state.lastItemTime = lastItemTime;
    // The rows were written without it.
    index.change({ removed: [], added: [] });
    dropCopying(db);
    marks.set('without-people');
    endImport(store);
    return finished;
  });
}

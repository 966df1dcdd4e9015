/** The statements of a permanent file, prepared. */
import type { DatabaseSync } from 'node:sqlite';
import { INTENT, OWN_POST, PROOF } from './permanent-columns.ts';

export type Statements = ReturnType<typeof prepareStatements>;

/** The statements that every post needs. */
export function prepareStatements(db: DatabaseSync) {
  return {
    postOf: db.prepare(`SELECT ${OWN_POST} FROM own_posts WHERE message_id = ?`),
    intentOf: db.prepare(`SELECT ${INTENT} FROM intents WHERE message_id = ?`),
    addIntent: db.prepare('INSERT INTO intents (message_id, created, details) VALUES (?, ?, ?)'),
    reviseIntent: db.prepare('UPDATE intents SET details = ? WHERE message_id = ?'),
    removeIntent: db.prepare('DELETE FROM intents WHERE message_id = ?'),
    raiseMark: db.prepare(
      `INSERT INTO water_marks (place, low, high) VALUES (?, ?, ?)
       ON CONFLICT (place) DO UPDATE SET low = excluded.low, high = max(high, excluded.high)`,
    ),
    putArrival: db.prepare('INSERT OR REPLACE INTO arrivals (number, time) VALUES (?, ?)'),
    dropArrival: db.prepare('DELETE FROM arrivals WHERE number = ?'),
    putRecent: db.prepare('INSERT OR REPLACE INTO recent_rows (number, details) VALUES (?, ?)'),
    dropRecent: db.prepare('DELETE FROM recent_rows WHERE number < ?'),
    putGuest: db.prepare('INSERT OR REPLACE INTO guest (id, level) VALUES (1, ?)'),
    dropUnnumbered: db.prepare('DELETE FROM own_posts WHERE epoch = 0 AND sequence = ? AND message_id <> ?'),
    removeUnnumberedIntent: db.prepare(
      `DELETE FROM intents WHERE message_id IN
         (SELECT message_id FROM own_posts WHERE epoch = 0 AND sequence = ? AND message_id <> ?)`,
    ),
    numberPost: db.prepare('UPDATE OR IGNORE own_posts SET epoch = ?, sequence = ? WHERE message_id = ? AND epoch = 0'),
    addPost: db.prepare(
      'INSERT OR IGNORE INTO own_posts (message_id, epoch, sequence, reference_ids, path) VALUES (?, ?, ?, ?, ?)',
    ),
    putFed: db.prepare('INSERT OR REPLACE INTO fed (peer, newsgroup, first, number) VALUES (?, ?, ?, ?)'),
    proofOf: db.prepare(`SELECT ${PROOF} FROM proofs WHERE userid = ?`),
    putProof: db.prepare(`INSERT OR REPLACE INTO proofs (${PROOF}) VALUES (?, ?, ?, ?)`),
    clampProofs: db.prepare('UPDATE proofs SET proven = ?1 WHERE proven > ?1'),
    dropEarlyProofs: db.prepare('DELETE FROM proofs WHERE proven < ?'),
    dropSurplusProofs: db.prepare(
      'DELETE FROM proofs WHERE userid IN (SELECT userid FROM proofs ORDER BY proven DESC, rowid DESC LIMIT -1 OFFSET ?)',
    ),
    removeProof: db.prepare('DELETE FROM proofs WHERE userid = ?1 AND hash = ifnull(?2, hash)'),
  };
}

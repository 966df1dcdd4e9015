/** Rows of a permanent file: as SQL names them, and as objects. */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { Intent, OwnPost, StoredAccount, StoredProof } from './permanent.ts';

export type Statements = ReturnType<typeof prepareStatements>;

/** What every post needs. */
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

type Row = Record<string, SQLOutputValue>;

export const OWN_POST = 'message_id, epoch, sequence, reference_ids, path';
export function ownPost(row: Row): OwnPost {
  return {
    messageId: String(row['message_id']),
    epoch: Number(row['epoch']),
    sequence: Number(row['sequence']),
    references: String(row['reference_ids']),
    ...(row['path'] !== '' && { path: String(row['path']) }),
  };
}

export const INTENT = 'message_id, created, details';
export function intentOf(row: Row): Intent {
  return {
    messageId: String(row['message_id']),
    created: Number(row['created']),
    details: String(row['details']),
  };
}

export const ACCOUNT = 'name, password_hash, userid, secret, settings';
export function accountOf(row: Row): StoredAccount {
  const secret = row['secret'];
  return {
    name: String(row['name']),
    passwordHash: String(row['password_hash']),
    userid: String(row['userid']),
    secret: secret instanceof Uint8Array ? secret : new Uint8Array(),
    settings: String(row['settings']),
  };
}

const PROOF = 'userid, hash, level, proven';
export function proofOf(row: Row): StoredProof {
  return {
    userid: String(row['userid']),
    hash: String(row['hash']),
    level: Number(row['level']),
    proven: Number(row['proven']),
  };
}

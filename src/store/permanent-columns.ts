/** Rows of permanent data, in a file or in a database: from SQL's names to objects. */
import type { Epoch, Fed, Intent, Mark, OwnPost, StoredAccount, StoredProof } from './permanent-records.ts';

type Row = Readonly<Record<string, unknown>>;

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

/** In a database, where intents belong to bridges; '': to no bridge. */
export function intentAt(row: Row, bridge: string): Intent {
  return { ...intentOf(row), ...(bridge !== '' && row['bridge'] !== bridge && { elsewhere: true }) };
}

export const ACCOUNT = 'name, password_hash, userid, secret, settings';
export function accountOf(row: Row): StoredAccount {
  const secret = row['secret'];
  return {
    name: String(row['name']),
    passwordHash: String(row['password_hash']),
    userid: String(row['userid']),
    secret: secret instanceof Uint8Array ? new Uint8Array(secret) : new Uint8Array(),
    settings: String(row['settings']),
  };
}

export const PROOF = 'userid, hash, level, proven';
export function proofOf(row: Row): StoredProof {
  return {
    userid: String(row['userid']),
    hash: String(row['hash']),
    level: Number(row['level']),
    proven: Number(row['proven']),
  };
}

export const FED = 'peer, newsgroup, first, number';
export function fedOf(row: Row): Fed {
  return {
    peer: String(row['peer']),
    newsgroup: String(row['newsgroup']),
    first: Number(row['first']),
    number: Number(row['number']),
  };
}

export const EPOCH = 'number, generation, first, base';
export function epochOf(row: Row): Epoch {
  return {
    number: Number(row['number']),
    generation: Number(row['generation']),
    first: Number(row['first']),
    base: Number(row['base']),
  };
}

export function markOf(row: Row): Mark {
  return { place: String(row['place']), low: Number(row['low']), high: Number(row['high']) };
}

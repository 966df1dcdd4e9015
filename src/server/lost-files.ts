/** Notices if one of several files that belong together is missing: a new one in its place would hide the loss. */
import { basename } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { BoardConfig, Config } from '../config/config.ts';
import { pathsOf } from '../config/paths.ts';
import { openForReading } from '../store/database.ts';
import { holdsSomething } from '../store/holds-something.ts';
import { Marks } from '../store/marks.ts';
import { Failure } from './failure.ts';
import { refuseHalfRestored } from './half-restored.ts';

/**
 * Whether this board's permanent part is in the database. An embedded board's is beside it, to be backed up together.
 */
export function isInDatabase({ permanent }: Pick<Config, 'permanent'>, { rgtp }: BoardConfig): boolean {
  return permanent !== '' && rgtp !== 'embedded';
}

/** @throws Failure if the board is gone but files that belong to it exist. (A first start has none of them.) */
export function refuseLostBoard(config: Config, board: BoardConfig): void {
  refuseHalfRestored(config);
  if (board.rgtp !== 'embedded') return;
  const paths = pathsOf(config, board);
  if (holdsSomething(paths.board)) return;
  const others = [paths.permanent, paths.boardKey, paths.accountsKey].filter(holdsSomething);
  const [other] = others;
  if (other === undefined) return;
  throw lost(
    `the board ${paths.board} is missing or empty, although ${basename(other)} is there`,
    'A new board would give the numbers and ids of old posts to new ones.',
  );
}

/**
 * A permanent file is made at a board's first start, before its cache and its accounts. (Deleting the cache is
 * allowed.)
 * @throws Failure if it is gone but something shows that it existed
 */
export function refuseLostPermanent(config: Config, board: BoardConfig): void {
  refuseHalfRestored(config);
  const paths = pathsOf(config, board);
  if (holdsSomething(paths.permanent)) return;
  const traces = [paths.accountsKey, paths.cache].filter(holdsSomething);
  if (boardHadPermanent(paths.board)) traces.push(paths.board);
  const [trace] = traces;
  if (trace === undefined) return;
  throw lost(
    `the permanent file ${paths.permanent} is missing or empty, although ${basename(trace)} shows that there was one`,
    'A new one would forget local accounts and Message-IDs, and accept articles that are on the board already.',
  );
}

/**
 * Keys are made before the first secret is sealed with them.
 * @throws Failure if one is gone but there are secrets
 */
export function refuseLostKeys(config: Config, board: BoardConfig): void {
  refuseHalfRestored(config);
  const { board: file, boardKey, permanent, accountsKey } = pathsOf(config, board);
  const sealed = [
    { key: boardKey, file, secrets: 'SELECT 1 FROM users WHERE secret IS NOT NULL LIMIT 1' },
    { key: accountsKey, file: permanent, secrets: 'SELECT 1 FROM accounts LIMIT 1' },
  ];
  for (const { key, file: path, secrets } of sealed) {
    if (holdsSomething(key) || !finds(path, (db) => db.prepare(secrets).get() !== undefined)) continue;
    throw lost(
      `the key ${key} is missing or empty, although ${basename(path)} holds secrets that only it can open`,
      'With a new key nobody could log in, and the secrets would be lost.',
    );
  }
}

function lost(what: string, why: string): Failure {
  return new Failure(
    what,
    `${why}\nPut the file back, or restore a backup with \`rgtp-nntp restore\`. To start with a new board, move the whole data folder away.`,
  );
}

function boardHadPermanent(path: string): boolean {
  return finds(path, (db) => Marks.of(db)?.has('has-permanent') === true);
}

/** Also false if the file can't be read: opening it for use will say what is wrong with it. */
function finds(path: string, what: (db: DatabaseSync) => boolean): boolean {
  if (!holdsSomething(path)) return false;
  try {
    const db = openForReading(path);
    try {
      return what(db);
    } finally {
      db.close();
    }
  } catch {
    return false;
  }
}

/** Checks all of these files. @throws Failure */
export function refuseLostFiles(config: Config, board: BoardConfig): void {
  refuseLostBoard(config, board);
  if (!isInDatabase(config, board)) refuseLostPermanent(config, board);
  refuseLostKeys(config, board);
}

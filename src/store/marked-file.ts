import { existsSync, lstatSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { deleteDatabase, openDatabase, type Schema } from './database.ts';
import { storeErrorFrom } from './errors.ts';
import { closeDatabase } from './log-presence.ts';
import { type Mark, Marks } from './marks.ts';
import { syncFolder } from './new-file.ts';

/**
 * Makes a database with a mark on it, which is complete before it has its name: nobody ever finds one without the mark.
 * Does nothing if something has that name. Only for a folder that no other process is making databases in.
 *
 * @returns whether it was made @throws StoreError
 */
export function makeMarked(path: string, schema: Schema, mark: Mark): boolean {
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) return false;
  const unfinished = unfinishedOf(path);
  // Left by a process that was killed.
  deleteDatabase(unfinished);
  try {
    const db = openDatabase(unfinished, schema, { durable: true });
    try {
      new Marks(db).set(mark);
    } finally {
      closeDatabase(db);
    }
    renameSync(unfinished, path);
    syncFolder(dirname(path));
    return true;
  } catch (error) {
    deleteDatabase(unfinished);
    throw storeErrorFrom(error, path);
  }
}

/** Whether one was being made at `path` when it was cut off. */
export function isHalfMade(path: string): boolean {
  return !existsSync(path) && existsSync(unfinishedOf(path));
}

const unfinishedOf = (path: string) => `${path}.new`;

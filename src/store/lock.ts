import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { StoreError, storeErrorFrom } from './errors.ts';
import { giveToFolderOwner } from './ownership.ts';

/**
 * Locks a file, creating it if it is missing. The operating system holds the lock until it is disposed, or until the
 * process ends in whatever way.
 *
 * @throws StoreError `locked` if another process has it
 */
export function takeLock(path: string): Disposable {
  const isNew = !existsSync(path);
  let lock: DatabaseSync | undefined;
  try {
    const opened = new DatabaseSync(path, { timeout: 0 });
    lock = opened;
    if (isNew) giveToFolderOwner(path);
    // A full disk must not prevent the lock.
    opened.exec('PRAGMA journal_mode=MEMORY');
    opened.exec('BEGIN EXCLUSIVE');
    return { [Symbol.dispose]: () => opened.close() };
  } catch (cause) {
    lock?.close();
    const failure = storeErrorFrom(cause, path);
    if (!(failure instanceof StoreError) || failure.kind !== 'corrupt') throw failure;
    // Nothing is kept in it.
    throw new StoreError('foreign', path, 'it is not the lock that rgtp-nntp makes. Remove it, and try again', {
      cause,
    });
  }
}

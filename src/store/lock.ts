import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { storeErrorFrom } from './errors.ts';
import { giveToFolderOwner } from './ownership.ts';

/**
 * Locks a file, and makes it where it is missing. The operating system holds the lock until it is disposed, or the process ends,
 * however it does.
 *
 * @throws StoreError `locked` where another process has it
 */
export function takeLock(path: string): Disposable {
  const isNew = !existsSync(path);
  let lock: DatabaseSync | undefined;
  try {
    const opened = new DatabaseSync(path, { timeout: 0 });
    lock = opened;
    if (isNew) giveToFolderOwner(path);
    // So that a full disk does not prevent the lock.
    opened.exec('PRAGMA journal_mode=MEMORY');
    opened.exec('BEGIN EXCLUSIVE');
    return { [Symbol.dispose]: () => opened.close() };
  } catch (cause) {
    lock?.close();
    throw storeErrorFrom(cause, path);
  }
}

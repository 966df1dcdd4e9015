/** The folders of data and keys. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Config } from '../config/config.ts';
import { Failure } from './failure.ts';

type Folders = Pick<Config, 'data' | 'keys'>;

/** Creates missing folders, accessible to their owner alone. */
export function makeFolders({ data, keys }: Folders): void {
  for (const [key, folder] of Object.entries({ data, keys })) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Failure(`the folder ${folder} can't be created: ${reason}`, `Create it, or set ${key} to another one.`);
    }
  }
}

/**
 * Creates the folders and locks the data for this process until disposed: two mirrors that write one cache would undo
 * each other's work. The operating system holds the lock, and releases it however the process ends.
 */
export function takeFolders(folders: Folders): Disposable {
  makeFolders(folders);
  const lock = new DatabaseSync(join(folders.data, 'lock'), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    throw new Failure(
      `the data in ${folders.data} is in use by another rgtp-nntp`,
      'Stop that one first, or set data to another folder.',
      { cause: error },
    );
  }
  return { [Symbol.dispose]: () => lock.close() };
}

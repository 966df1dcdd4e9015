/** The folders of data and keys. */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Config } from '../config/config.ts';
import { giveToFolderOwner } from '../store/ownership.ts';
import { Failure } from './failure.ts';

type Folders = Pick<Config, 'data' | 'keys'>;

/** Creates missing folders, accessible to their owner alone. */
export function makeFolders({ data, keys }: Folders): void {
  for (const [key, folder] of Object.entries({ data, keys })) {
    try {
      makeFolder(folder);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Failure(`the folder ${folder} can't be created: ${reason}`, `Create it, or set ${key} to another one.`);
    }
  }
}

function makeFolder(folder: string): void {
  const above = dirname(folder);
  if (!existsSync(folder) && above !== folder) makeFolder(above);
  if (existsSync(folder)) return;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  giveToFolderOwner(folder);
}

/**
 * Creates the folders and locks the data for this process until disposed: two mirrors that write one cache would undo
 * each other's work. The operating system holds the lock, and releases it however the process ends.
 */
export function takeFolders(folders: Folders): Disposable {
  makeFolders(folders);
  const path = join(folders.data, 'lock');
  const isNew = !existsSync(path);
  const lock = new DatabaseSync(path, { timeout: 0 });
  try {
    if (isNew) giveToFolderOwner(path);
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

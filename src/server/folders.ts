/** The folders of data and keys. */
import { existsSync, mkdirSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Config } from '../config/config.ts';
import { StoreError, storeErrorFrom } from '../store/errors.ts';
import { giveToFolderOwner } from '../store/ownership.ts';
import { Failure } from './failure.ts';

type Folders = Pick<Config, 'data' | 'keys'>;

/** Creates missing folders, accessible to their owner alone. */
export function makeFolders({ data, keys }: Folders): void {
  for (const [key, folder] of Object.entries({ data, keys })) {
    try {
      makeFolder(folder);
    } catch (error) {
      const known = storeErrorFrom(error, folder);
      const reason = known instanceof Error ? known.message : String(error);
      throw new Failure(`the folder of ${key} can't be created: ${reason}`, `Create it, or set ${key} to another one.`);
    }
  }
}

function makeFolder(folder: string): void {
  const above = dirname(folder);
  if (!existsSync(folder) && above !== folder) makeFolder(above);
  if (existsSync(folder)) return;
  // Not `recursive`, which retries for ever under /proc.
  mkdirSync(folder, { mode: 0o700 });
  giveToFolderOwner(folder);
}

/**
 * Creates the folders and locks the data for this process until disposed: two mirrors that write one cache would undo
 * each other's work. The folders that databases are linked from are locked as well: another data folder may lead there.
 * The operating system holds the locks, and releases them however the process ends.
 */
export function takeFolders(folders: Folders): Disposable {
  makeFolders(folders);
  using locks = new DisposableStack();
  for (const folder of [folders.data, ...linkedFolders(folders.data)]) locks.use(lockFolder(folder));
  return locks.move();
}

function lockFolder(folder: string): Disposable {
  const path = join(folder, 'lock');
  const isNew = !existsSync(path);
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(path, { timeout: 0 });
    if (isNew) giveToFolderOwner(path);
    // So that a full disk does not prevent the lock.
    lock.exec('PRAGMA journal_mode=MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock?.close();
    const error = storeErrorFrom(cause, path);
    if (!(error instanceof StoreError) || error.kind !== 'locked') throw error;
    throw new Failure(
      `the data in ${folder} is in use by another rgtp-nntp`,
      'Stop that one first, or set data to another folder.',
      { cause: error },
    );
  }
  return { [Symbol.dispose]: () => lock.close() };
}

/** Other folders that have databases of this one, whose names here are symbolic links. */
function linkedFolders(data: string): string[] {
  const own = realpathSync(data);
  const links = readdirSync(data, { withFileTypes: true }).filter(
    (entry) => entry.isSymbolicLink() && entry.name.endsWith('.sqlite'),
  );
  const homes = links.map(({ name }) => {
    const link = join(data, name);
    // Nothing may be there yet.
    return dirname(existsSync(link) ? realpathSync(link) : resolve(own, readlinkSync(link)));
  });
  return [...new Set(homes)].filter((home) => home !== own && existsSync(home));
}

/** The folders of data and keys. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  opendirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmdirSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { StoreError, storeErrorFrom } from '../store/errors.ts';
import { takeLock } from '../store/lock.ts';
import { giveToFolderOwner } from '../store/ownership.ts';
import { messageOf } from '../wire/trouble.ts';
import { Failure } from './failure.ts';

type Folders = Pick<Config, 'data' | 'keys'>;

/** Creates missing folders, accessible only to their owner. @throws Failure */
export function makeFolders({ data, keys }: Folders): void {
  for (const [key, folder] of Object.entries({ data, keys })) explained(key, folder, makeFolder);
}

/**
 * Checks that the folders exist, or could be made. Leaves nothing behind. @throws Failure at the first that could not
 */
export function tryFolders({ data, keys }: Folders): void {
  for (const [key, folder] of Object.entries({ data, keys })) explained(key, folder, tryFolder);
}

function explained(key: string, folder: string, act: (folder: string) => void): void {
  try {
    act(folder);
  } catch (error) {
    const reason = messageOf(storeErrorFrom(error, folder));
    const what = existsSync(folder) ? "can't be used" : "can't be created";
    throw new Failure(`the folder of ${key} ${what}: ${reason}`, `Create it, or set ${key} to another one.`);
  }
}

/** Tries to make a folder in it, or in its nearest existing parent. */
function tryFolder(folder: string): void {
  let there = folder;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  rmdirSync(mkdtempSync(join(there, '.rgtp-nntp-check-')));
}

function makeFolder(folder: string): void {
  const above = dirname(folder);
  if (!existsSync(folder) && above !== folder) makeFolder(above);
  if (existsSync(folder)) {
    // Throws if it is a file.
    opendirSync(folder).closeSync();
    return;
  }
  // Without `recursive`, which retries forever under /proc.
  mkdirSync(folder, { mode: 0o700 });
  giveToFolderOwner(folder);
}

/**
 * Creates the folders and locks the data for this process until disposed: two mirrors writing one cache would undo each
 * other's work. Folders that symbolic links to databases lead to are locked as well, since another data folder may lead
 * there, too. The operating system holds the locks, and releases them however the process ends.
 */
export function takeFolders(folders: Folders): Disposable {
  makeFolders(folders);
  using locks = new DisposableStack();
  for (const folder of [folders.data, ...linkedFolders(folders.data)]) locks.use(lockFolder(folder));
  return locks.move();
}

function lockFolder(folder: string): Disposable {
  try {
    return takeLock(join(folder, 'lock'));
  } catch (error) {
    if (!(error instanceof StoreError) || error.kind !== 'locked') throw error;
    throw new Failure(
      `the data in ${folder} is in use by another rgtp-nntp`,
      'Stop that one first, or set data to another folder.',
      { cause: error },
    );
  }
}

/** Other folders with databases that symbolic links here lead to. */
function linkedFolders(data: string): string[] {
  const own = realpathSync(data);
  const links = readdirSync(data, { withFileTypes: true }).filter(
    (entry) => entry.isSymbolicLink() && entry.name.endsWith('.sqlite'),
  );
  const homes = links.map(({ name }) => {
    const link = join(data, name);
    // The target may not exist yet.
    return dirname(existsSync(link) ? realpathSync(link) : resolve(own, readlinkSync(link)));
  });
  return [...new Set(homes)].filter((home) => home !== own && existsSync(home));
}

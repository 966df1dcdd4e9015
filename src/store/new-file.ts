import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { storeErrorFrom } from './errors.ts';
import { giveToFolderOwner } from './ownership.ts';

/**
 * Creates a file that only its owner can read. After a crash or a power cut it is either complete or not there; once
 * this returns, it is there for good.
 *
 * @throws EEXIST if there is one of that name; StoreError
 */
export function makeFile(path: string, text: string): void {
  try {
    makeWhole(path, text);
  } catch (error) {
    throw storeErrorFrom(error, path);
  }
}

function makeWhole(path: string, text: string): void {
  const unfinished = `${path}.${process.pid}.new`;
  rmSync(unfinished, { force: true });
  const file = openSync(unfinished, 'wx', 0o600);
  try {
    // Unlike `writeSync`, this goes on if the disk takes only a part.
    writeFileSync(file, text);
    fsyncSync(file);
    giveToFolderOwner(unfinished);
    take(unfinished, path);
  } finally {
    closeSync(file);
    rmSync(unfinished, { force: true });
  }
  syncFolder(dirname(path));
}

function take(unfinished: string, path: string): void {
  try {
    // Unlike `rename`, this does not replace what another process has made in the meantime.
    linkSync(unfinished, path);
  } catch (error) {
    if (existsSync(path)) throw error;
    // FAT and some network file systems have no hard links.
    renameSync(unfinished, path);
  }
}

/** Writes a new file that only its owner can read. Resolves once its content is on disk; its name may not be yet. */
export async function writeSynced(path: string, content: string | Buffer | Readable): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Syncs the names in a folder, which syncing a new file does not do (fsync(2)). */
export function syncFolder(path: string): void {
  // Windows neither needs it nor opens folders.
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/**
 * Creates a folder that only its owner can use, and those above it, where there are none. Not with mkdir's `recursive`, which
 * takes a read-only disk for a missing folder, and tries for ever under /proc.
 *
 * @returns whether it was missing
 * @throws StoreError
 */
export async function newFolder(path: string): Promise<boolean> {
  if (existsSync(path)) return false;
  await newFolder(dirname(resolve(path)));
  try {
    await mkdir(path, { mode: 0o700 });
    return true;
  } catch (error) {
    // Somebody else has made it meanwhile.
    if (existsSync(path)) return false;
    throw storeErrorFrom(error, path);
  }
}

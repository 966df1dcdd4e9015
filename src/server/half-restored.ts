/** A restore cut off between moving the old files away and putting the new ones in place leaves neither there. */
import { closeSync, existsSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { syncFolder } from '../store/new-file.ts';
import { readOwnFile } from '../store/own-file.ts';
import { giveToFolderOwner } from '../store/ownership.ts';
import { Failure } from './failure.ts';

type Folder = Pick<Config, 'data'>;

/** Exists from before the first old file is moved until the last new one is in place. */
const markOf = ({ data }: Folder) => join(data, 'restore-unfinished');

/** @throws Failure if new files would be created in place of those that a restore was about to bring back */
export function refuseHalfRestored(config: Folder): void {
  if (!existsSync(markOf(config))) return;
  throw new Failure(
    `a restore into ${config.data} was cut off: what is there is not complete`,
    'Run the same restore again, with --force. What was there before it is in a folder called replaced-…',
  );
}

/** @param aside the name of the folder for the old files. The mark is on disk once this returns */
export function markHalfRestored(config: Folder, aside: string): void {
  const path = markOf(config);
  const file = openSync(path, 'a', 0o600);
  try {
    giveToFolderOwner(path);
    writeSync(file, `${aside}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  syncFolder(config.data);
}

export function unmarkHalfRestored(config: Folder): void {
  rmSync(markOf(config), { force: true });
  syncFolder(config.data);
}

/** Folders with the old files of restores that were cut off, newest first. */
export function setAsideBefore(config: Folder): string[] {
  if (!existsSync(markOf(config))) return [];
  return readOwnFile(markOf(config))
    .toString('utf8')
    .split('\n')
    .filter((name) => /^replaced-[\w-]+$/.test(name))
    .toReversed();
}

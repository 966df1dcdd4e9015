/** The time of the last backup: noted in the data folder, for doctor. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { readOwnFile } from '../store/own-file.ts';
import { giveToFolderOwner } from '../store/ownership.ts';

const NAME = 'last-backup';

/** Never fails: the backup is complete even if the disk has no room for this note. */
export function noteBackup({ data }: Pick<Config, 'data'>, made: string): void {
  const path = join(data, NAME);
  try {
    writeFileSync(path, `${made}\n`, { mode: 0o600 });
    giveToFolderOwner(path);
  } catch {
    // Doctor will report an older backup.
  }
}

/** Unix ms; `undefined`: none is known. */
export function lastBackup({ data }: Pick<Config, 'data'>): number | undefined {
  try {
    const time = Date.parse(readOwnFile(join(data, NAME)).toString('utf8').trim());
    return Number.isNaN(time) ? undefined : time;
  } catch {
    return undefined;
  }
}

/** When the last backup was made: noted in the data folder, for doctor. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { giveToFolderOwner } from '../store/ownership.ts';

const NAME = 'last-backup';

/** A disk that has no room for the note has a backup all the same. */
export function noteBackup({ data }: Pick<Config, 'data'>, made: string): void {
  const path = join(data, NAME);
  try {
    writeFileSync(path, `${made}\n`, { mode: 0o600 });
    giveToFolderOwner(path);
  } catch {
    // Doctor will speak of an older one.
  }
}

/** In unix ms; `undefined`: none is known. */
export function lastBackup({ data }: Pick<Config, 'data'>): number | undefined {
  try {
    const time = Date.parse(readFileSync(join(data, NAME), 'utf8').trim());
    return Number.isNaN(time) ? undefined : time;
  } catch {
    return undefined;
  }
}

import { chmod, open, rename, rm } from 'node:fs/promises';
import { backup, DatabaseSync } from 'node:sqlite';
import type { BoardStore } from '../store.ts';

export interface BackupProgress {
  /** pages of the database */
  readonly done: number;
  readonly total: number;
}

/** Copied at a time: between them the board goes on answering. */
const PAGES = 256;

/**
 * Copies a board that may be running into one file, complete and sound at one moment; an older copy of that name is
 * replaced only once the new one is on disk. The users' secrets in it open with the board's key file alone: keep a
 * copy of that, elsewhere.
 */
export async function backupBoard(
  store: BoardStore,
  file: string,
  onProgress?: (progress: BackupProgress) => void,
): Promise<void> {
  const partial = `${file}.partial`;
  // A connection of its own, with one view of the board from first page to last: SQLite begins anew whenever
  // somebody else writes to a source that is not held like that, and on a busy board it would never end.
  const source = new DatabaseSync(store.path, { readOnly: true });
  try {
    source.exec('BEGIN; SELECT 1 FROM board');
    await rm(partial, { force: true });
    await backup(source, partial, {
      rate: PAGES,
      progress: ({ totalPages, remainingPages }) =>
        onProgress?.({ done: totalPages - remainingPages, total: totalPages }),
    });
    await chmod(partial, 0o600);
    const handle = await open(partial, 'r+');
    await handle.sync();
    await handle.close();
    await rename(partial, file);
  } finally {
    source.close();
    await rm(partial, { force: true });
  }
}

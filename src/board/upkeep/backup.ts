import { join } from 'node:path';
import { type CopyProgress, DatabaseSnapshot } from '../../store/copy.ts';
import { DATABASE_ENDINGS } from '../../store/database.ts';
import { realPathOf } from '../../store/real-path.ts';
import { giveName, type Kept, safeTarget } from '../../store/target.ts';
import { WorkFolder } from '../../store/work-folder.ts';
import type { BoardStore } from '../store.ts';

export interface BackupOptions {
  /** replaces an older copy, once the new one is on disk. By default, an older copy is an error */
  readonly force?: boolean;
  /** what the copy must not be written over, besides the board itself */
  readonly kept?: Kept;
}

/**
 * Copies a board, which may be in use, into one file: consistent, checked, and on disk. The users' secrets in it can be
 * read only with the board's key file: keep a copy of that elsewhere.
 *
 * @throws TargetError, StoreError
 */
export async function backupBoard(
  store: BoardStore,
  file: string,
  onProgress?: (progress: CopyProgress) => void,
  { force = false, kept = {} }: BackupOptions = {},
): Promise<void> {
  const own = [...DATABASE_ENDINGS, '.key'].flatMap((ending) => [store.path + ending, realPathOf(store.path) + ending]);
  const path = await safeTarget(file, { ...kept, files: [...own, ...(kept.files ?? [])] }, { force });
  await using work = await WorkFolder.beside(path);
  const partial = join(work.path, 'copy');
  using snapshot = new DatabaseSnapshot(store.path);
  await snapshot.copyTo(partial, onProgress);
  await giveName(partial, path, force);
}

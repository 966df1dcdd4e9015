/** Files that are not complete yet, beside their final place. */
import { existsSync } from 'node:fs';
import { lstat, mkdtemp, readdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { storeErrorFrom } from './errors.ts';
import { takeLock } from './lock.ts';

const PREFIX = '.rgtp-nntp-work-';
const NAME = /^\.rgtp-nntp-work-[A-Za-z0-9]{6}$/;
/** ms within which a new folder has its lock */
const NEW = 3_600_000;

/**
 * A hidden folder that is removed at the end. Folders left by killed processes are removed by the next one: a folder is
 * in use as long as its lock is held.
 */
export class WorkFolder implements AsyncDisposable {
  readonly path: string;
  readonly #lock: Disposable;

  /** @param target the name that the content will get once it is complete @throws StoreError */
  static async beside(target: string): Promise<WorkFolder> {
    const home = dirname(target);
    await removeAbandoned(home);
    const path = await mkdtemp(join(home, PREFIX)).catch((error: unknown) => {
      throw storeErrorFrom(error, target);
    });
    try {
      return new WorkFolder(path, takeLock(join(path, 'lock')));
    } catch (error) {
      await rm(path, { recursive: true, force: true });
      throw error;
    }
  }

  private constructor(path: string, lock: Disposable) {
    this.path = path;
    this.#lock = lock;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await rm(this.path, { recursive: true, force: true });
    } finally {
      this.#lock[Symbol.dispose]();
    }
  }
}

/** Never rejects: what can't be removed is left. */
async function removeAbandoned(home: string): Promise<void> {
  const entries = await readdir(home, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (entry.isDirectory() && NAME.test(entry.name)) await removeIfAbandoned(join(home, entry.name)).catch(() => {});
  }
}

async function removeIfAbandoned(path: string): Promise<void> {
  const { uid, mtimeMs } = await lstat(path);
  // Other users may write into the same folder: leave what is theirs.
  if (uid !== process.getuid?.()) return;
  const file = join(path, 'lock');
  if (!existsSync(file)) {
    if (Date.now() - mtimeMs > NEW) await rmdir(path);
    return;
  }
  using _lock = takeLock(file);
  await rm(path, { recursive: true, force: true });
}

/** The folders that data and keys are kept in. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Config } from '../config/config.ts';
import { Failure } from './failure.ts';

type Folders = Pick<Config, 'data' | 'keys'>;

/** Makes them, for their owner alone. */
export function makeFolders({ data, keys }: Folders): void {
  for (const [key, folder] of Object.entries({ data, keys })) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Failure(`the folder ${folder} can't be made: ${reason}`, `Make it, or set ${key} to another one.`);
    }
  }
}

/**
 * Makes the folders and takes the data for this process alone, until `using` ends: two mirrors that write one cache
 * would undo each other's work. The lock is the operating system's, so it falls with the process, however that ends.
 */
export function takeFolders(folders: Folders): Disposable {
  makeFolders(folders);
  const lock = new DatabaseSync(join(folders.data, 'lock'), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    throw new Failure(
      `the data in ${folders.data} is in use by another rgtp-nntp`,
      'End that one first, or set data to another folder.',
      { cause: error },
    );
  }
  return { [Symbol.dispose]: () => lock.close() };
}

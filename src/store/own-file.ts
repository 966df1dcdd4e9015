import { readRegularFile } from '../wire/small-file.ts';
import { reasonOf } from '../wire/trouble.ts';
import { StoreError, storeErrorFrom } from './errors.ts';

/**
 * Reads a small file that this program has made.
 *
 * @throws StoreError naming it, also if something else is in its place
 */
export function readOwnFile(path: string): Buffer<ArrayBuffer> {
  try {
    return readRegularFile(path);
  } catch (error) {
    const failure = storeErrorFrom(error, path);
    throw failure instanceof StoreError ? failure : new StoreError('foreign', path, reasonOf(error));
  }
}

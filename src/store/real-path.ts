import { existsSync, lstatSync, realpathSync } from 'node:fs';

/**
 * The real path of a file whose name may be a symbolic link: SQLite keeps the log beside the file, not beside the link.
 * If nothing has this name, returns it as it is.
 */
export function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** A symbolic link to something that is not there. To the system it exists, and can't be used. */
export function leadsNowhere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true && !existsSync(path);
}

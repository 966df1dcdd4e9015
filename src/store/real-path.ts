import { realpathSync } from 'node:fs';

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

import { realpathSync } from 'node:fs';

/**
 * Where a file is whose name may be a symbolic link: beside it SQLite has its log, not beside the link. A name of nothing
 * stays as it is.
 */
export function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

import { lchownSync, lstatSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Gives a file or folder that root has just made to the owner of the folder it is in. Without this, a command that root
 * runs beside a service of another user would leave files that the service can't open. Does nothing for anybody else.
 * SQLite itself gives a database's WAL and SHM to the owner of the database.
 */
export function giveToFolderOwner(path: string): void {
  if (process.geteuid?.() !== 0) return;
  const { uid, gid } = statSync(dirname(path));
  const made = lstatSync(path);
  if (made.uid !== uid || made.gid !== gid) lchownSync(path, uid, gid);
}

import { lchownSync, lstatSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Gives a file or folder that root has just made to the owner of the folder it is in. Otherwise a command run by root
 * beside another user's service would leave files that the service can't open. Does nothing for other users. SQLite
 * itself gives a database's WAL and SHM to the owner of the database.
 */
export function giveToFolderOwner(path: string): void {
  if (process.geteuid?.() !== 0) return;
  const { uid, gid } = statSync(dirname(path));
  const made = lstatSync(path);
  if (made.uid !== uid || made.gid !== gid) lchownSync(path, uid, gid);
}

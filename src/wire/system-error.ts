import { constants } from 'node:os';

/** The meaning of the system's error codes, in words for people. */
export const SYSTEM_WORDS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space, or no inode, is left on the disk',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file must not grow any more',
  EROFS: 'the file system is read-only',
  EIO: 'the disk fails',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'symbolic links lead in a circle',
  ENOTBLK: 'it is not a regular file',
};

/** The system's code of an error (`ENOSPC`), if it has one. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  // libuv has no name for this one.
  if ('errno' in error && error.errno === -constants.errno.EDQUOT) return 'EDQUOT';
  return error.code;
}

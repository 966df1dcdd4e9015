export type StoreErrorKind =
  /** written by a later version of this program */
  | 'newer'
  /** not what it should be: damaged, or no database at all */
  | 'corrupt'
  /** a sound database of something else */
  | 'foreign'
  /** half of something: what was filling it was cut off */
  | 'unfinished'
  /** its write-ahead log is gone */
  | 'log-lost'
  /** it, or the file that it belongs to, is not where it was */
  | 'missing'
  /** another process holds it */
  | 'locked'
  /** no room: the disk, its inodes, or a quota */
  | 'full'
  /** the file or its file system takes no writes */
  | 'read-only'
  /** can't be opened, read, or written for another reason (missing directory, permissions, a broken disk, …) */
  | 'io';

/** Something is wrong with a database file. The message names it. */
export class StoreError extends Error {
  readonly kind: StoreErrorKind;
  readonly path: string;

  constructor(kind: StoreErrorKind, path: string, reason: string, options?: ErrorOptions) {
    super(`${path}: ${reason}`, options);
    this.name = 'StoreError';
    this.kind = kind;
    this.path = path;
  }
}

// Primary result codes, https://www.sqlite.org/rescode.html
const KINDS: Readonly<Record<number, StoreErrorKind>> = {
  5: 'locked', // SQLITE_BUSY
  6: 'locked', // SQLITE_LOCKED
  8: 'read-only', // SQLITE_READONLY
  10: 'io', // SQLITE_IOERR
  11: 'corrupt', // SQLITE_CORRUPT
  13: 'full', // SQLITE_FULL
  14: 'io', // SQLITE_CANTOPEN
  26: 'corrupt', // SQLITE_NOTADB
};

const ERRNO: Readonly<Record<string, StoreErrorKind>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EFBIG: 'full',
  EROFS: 'read-only',
  EIO: 'io',
};

/** What a disk that takes no writes is called, for people; `undefined`: the error tells of something else. */
export function diskTrouble(error: unknown): string | undefined {
  if (!(error instanceof StoreError)) return undefined;
  if (error.kind === 'full') return "the server's disk is full";
  if (error.kind === 'read-only') return "the server's disk takes no writes";
  return error.kind === 'io' ? "the server's disk fails" : undefined;
}

/** `error` as a `StoreError` where it tells of the file at `path`; anything else (a bug in a statement) as it is. */
export function storeErrorFrom(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || error instanceof StoreError) return error;
  const errno = 'code' in error && typeof error.code === 'string' ? ERRNO[error.code] : undefined;
  if (errno !== undefined) return new StoreError(errno, path, error.message, { cause: error });
  if (!('errcode' in error) || typeof error.errcode !== 'number') return error;
  // The low octet of an extended result code is its primary one.
  const kind = KINDS[error.errcode & 0xff];
  return kind === undefined ? error : new StoreError(kind, path, error.message, { cause: error });
}

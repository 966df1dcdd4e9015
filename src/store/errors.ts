import { SYSTEM_WORDS, systemCode } from '../wire/system-error.ts';
import { Trouble } from '../wire/trouble.ts';
import { leadsNowhere } from './real-path.ts';
import { systemTrouble } from './system-trouble.ts';

export type StoreErrorKind =
  /** written by a later version of this program */
  | 'newer'
  /** damaged, or not a database at all */
  | 'corrupt'
  /** an intact database of something else */
  | 'foreign'
  /** incomplete: what was filling it was interrupted */
  | 'unfinished'
  /** its write-ahead log is gone */
  | 'log-lost'
  /** it has more than one name, or what SQLite keeps beside it is a link */
  | 'linked'
  /** it, or the file that it belongs to, is gone */
  | 'missing'
  /** a database that can't be reached, or does not answer */
  | 'away'
  /** another process holds it */
  | 'locked'
  /** no space: the disk, its inodes, or a quota */
  | 'full'
  /** the file or its file system is read-only */
  | 'read-only'
  /** this process may not open or write it */
  | 'denied'
  /** can't be opened, read, or written for another reason (a broken disk, …) */
  | 'io';

/** Something is wrong with a database file. The message names it. */
export class StoreError extends Trouble {
  readonly kind: StoreErrorKind;
  readonly path: string;
  /** the change is in the file, but a power cut may undo it */
  readonly inDoubt: boolean;

  constructor(
    kind: StoreErrorKind,
    path: string,
    reason: string,
    options?: ErrorOptions & { readonly inDoubt?: boolean },
  ) {
    super(`${path}: ${reason}`, options);
    this.name = 'StoreError';
    this.kind = kind;
    this.path = path;
    this.inDoubt = options?.inDoubt ?? false;
  }

  /** SQLite's errors are its own; those that tell of a bug do not become this one. */
  override get explainsCause(): boolean {
    return true;
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

/** SQLite's codes that do not say what is wrong: the system is asked instead. */
const VAGUE: ReadonlySet<number> = new Set([8, 10, 14]);

const ERRNO: Readonly<Record<string, StoreErrorKind>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EFBIG: 'full',
  EROFS: 'read-only',
  EIO: 'io',
  EACCES: 'denied',
  EPERM: 'denied',
  ENOENT: 'missing',
  ENOTDIR: 'missing',
  ENAMETOOLONG: 'missing',
  ELOOP: 'missing',
  EISDIR: 'foreign',
  ENOTBLK: 'foreign',
};

/** Why a disk can't be written, in words for people; `undefined`: the error is about something else. */
export function diskTrouble(error: unknown): string | undefined {
  return error instanceof StoreError ? wordsFor(error.kind) : undefined;
}

/**
 * Why a database can't be used now, in words for people; `undefined`: the error is about something else. Also for
 * reading, where errors are often still SQLite's own, and for damage.
 */
export function storeTrouble(error: unknown): string | undefined {
  const kind = error instanceof StoreError ? error.kind : sqliteKind(error);
  return kind === 'corrupt' ? "the server's database can't be read" : kind && wordsFor(kind);
}

function wordsFor(kind: StoreErrorKind): string | undefined {
  switch (kind) {
    case 'full':
      return "the server's disk is full";
    case 'read-only':
    case 'denied':
      return "the server's disk takes no writes";
    case 'away':
      return "the server's database is away";
    case 'io':
    case 'missing':
      return "the server's disk fails";
    default:
      return undefined;
  }
}

/** Whether SQLite found that a database is damaged, whatever was reading it. */
export function isDamage(error: unknown): error is Error {
  return sqliteKind(error) === 'corrupt';
}

function sqliteKind(error: unknown): StoreErrorKind | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return KINDS[error.errcode & 0xff];
}

/**
 * `error` as a `StoreError` if it is about the file at `path`; any other error (a bug in a statement) as it is.
 * @param inDoubt the change was written but could not be synced
 */
export function storeErrorFrom(error: unknown, path: string, { inDoubt = false } = {}): unknown {
  if (!(error instanceof Error) || error instanceof StoreError) return error;
  const options = { cause: error, inDoubt };
  const own = systemCode(error) ?? '';
  const refused = ERRNO[own];
  if (refused !== undefined) return new StoreError(refused, path, `${SYSTEM_WORDS[own]} (${own})`, options);
  if (own === 'EEXIST' && 'path' in error && leadsNowhere(String(error.path))) {
    const words = 'it is a link that leads nowhere; create its target, or name another place';
    return new StoreError('missing', String(error.path), words, options);
  }
  if (!('errcode' in error) || typeof error.errcode !== 'number') return error;
  // The low octet of an extended result code is its primary one.
  const primary = error.errcode & 0xff;
  const kind = KINDS[primary];
  if (kind === undefined) return error;
  const code = VAGUE.has(primary) ? systemTrouble(path) : undefined;
  const system = code === undefined ? undefined : ERRNO[code];
  if (system !== undefined)
    return new StoreError(system, path, `${SYSTEM_WORDS[code ?? '']} (${error.message})`, options);
  const words = kind === 'full' ? `no space is left on the disk (${error.message})` : error.message;
  return new StoreError(kind, path, words, options);
}

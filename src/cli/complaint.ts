/** What a failed command prints, and its exit code. */
import { AccountError } from '../bridge/login/local-accounts.ts';
import { ConfigError } from '../config/problem.ts';
import { Failure } from '../server/failure.ts';
import { isDamage, StoreError, type StoreErrorKind, storeErrorFrom } from '../store/errors.ts';

export interface Complaint {
  readonly text: string;
  /** 1: failure, 2: wrong usage or configuration */
  readonly exitCode: 1 | 2;
}

/** What to do about a file, if its error does not say so itself. */
const REMEDIES = {
  newer: undefined,
  corrupt: 'rgtp-nntp doctor examines all files. Restore a backup of it with rgtp-nntp restore.',
  foreign: undefined,
  unfinished: undefined,
  'log-lost': undefined,
  linked: undefined,
  missing: undefined,
  away: 'rgtp-nntp doctor tries the database, and says more.',
  locked: 'Another program holds it: try again when that has finished.',
  full: 'Free some space (or inodes) on that disk, and try again. Nothing is lost.',
  'read-only': 'Mount it for writing, and try again. Nothing is lost.',
  denied: 'Run the command as the user that the service runs as (root may, too), or give that user the file.',
  io: 'Look in the system log (dmesg): the disk may be failing.',
} as const satisfies Record<StoreErrorKind, string | undefined>;

export function complaintOf(error: unknown): Complaint {
  if (error instanceof ConfigError) {
    return { text: `the configuration has mistakes:\n${error.message.replace(/^/gm, '  ')}`, exitCode: 2 };
  }
  if (error instanceof Failure) {
    return { text: withRemedy(error.message, error.remedy), exitCode: error.exitCode };
  }
  if (error instanceof StoreError) return { text: withRemedy(error.message, REMEDIES[error.kind]), exitCode: 1 };
  if (isDamage(error)) {
    return {
      text: withRemedy(`a database in the data folder is damaged: ${error.message}`, REMEDIES.corrupt),
      exitCode: 1,
    };
  }
  if (error instanceof AccountError) return { text: error.message, exitCode: 1 };
  return fromSystem(error) ?? { text: `this is a bug:\n${stackOf(error)}`, exitCode: 1 };
}

/** An error of the system that nothing else has explained. */
function fromSystem(error: unknown): Complaint | undefined {
  if (!(error instanceof Error) || !('syscall' in error)) return undefined;
  const path = 'path' in error && typeof error.path === 'string' ? error.path : String(error.syscall);
  const known = storeErrorFrom(error, path);
  return known instanceof StoreError ? complaintOf(known) : { text: error.message, exitCode: 1 };
}

function withRemedy(message: string, remedy: string | undefined): string {
  return remedy === undefined ? message : `${message}\n${remedy}`;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

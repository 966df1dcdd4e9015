/** Turns errors of PostgreSQL, and of connections to it, into errors of a store. */
import { DatabaseError } from 'pg';
import { Trouble } from '../../wire/trouble.ts';
import { StoreError, type StoreErrorKind } from '../errors.ts';

/** By SQLSTATE, or by its class, https://www.postgresql.org/docs/current/errcodes-appendix.html */
const KINDS: Readonly<Record<string, StoreErrorKind>> = {
  '08': 'away', // connection exception
  '57P': 'away', // shutting down, starting up, crashed
  '53': 'away', // too many connections, out of memory
  '53100': 'full', // disk_full
  '25P03': 'away', // idle_in_transaction_session_timeout: this process hung
  '57014': 'away', // query_canceled: statement_timeout
  '55P03': 'away', // lock_not_available
  '28': 'denied', // wrong password, no pg_hba.conf entry
  '42501': 'denied', // insufficient_privilege
  '3D000': 'missing', // no such database
  XX001: 'corrupt', // data_corrupted
  XX002: 'corrupt', // index_corrupted
  '58': 'io', // system error
};

/** Conflicts of two transactions: the next attempt finds a settled state. */
const CONFLICTS: ReadonlySet<string> = new Set(['23505', '40001', '40P01']);

export function isConflict(error: unknown): boolean {
  return error instanceof DatabaseError && CONFLICTS.has(error.code ?? '');
}

/**
 * `error` as a `StoreError` if it is about the database; any other error (a bug in a statement) as it is.
 * @param name the database's name, without its password
 */
export function storeErrorFromPostgres(error: unknown, name: string): unknown {
  if (!(error instanceof Error) || error instanceof Trouble) return error;
  const options = { cause: error };
  // Without a code from the server, the connection failed: refused, reset, timed out, certificate not trusted.
  if (!(error instanceof DatabaseError)) return new StoreError('away', name, reasonOf(error), options);
  const code = error.code ?? '';
  // A fail-over may have led here.
  if (code === '25006')
    return new StoreError('away', name, `a standby, or read-only: ${error.message} (${code})`, options);
  const kind = KINDS[code] ?? KINDS[code.slice(0, 3)] ?? KINDS[code.slice(0, 2)];
  return kind === undefined ? error : new StoreError(kind, name, `${error.message} (${code})`, options);
}

/** If a name has several addresses, all of which refuse, Node's error has no message. */
function reasonOf(error: Error): string {
  if (error.message !== '') return error.message;
  if (error instanceof AggregateError) return error.errors.map(String).join('; ');
  return error.name;
}

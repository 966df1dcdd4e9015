/**
 * Something that happens outside of this program: a board does not answer, a disk is full, somebody's article can't be
 * posted. Its message says what there is to know. Any other error is a bug, and a log needs its stack.
 */
export class Trouble extends Error {}

/** Whether neither the error nor what caused it is a bug. */
export function isTrouble(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return (error instanceof Trouble || isOfSystem(error)) && (error.cause === undefined || isTrouble(error.cause));
}

/** Errors of the operating system, of TLS, of mail servers; all others of Node's (`ERR_…`) are about wrong calls. */
function isOfSystem(error: Error): boolean {
  if (!('code' in error) || typeof error.code !== 'string') return false;
  return !error.code.startsWith('ERR_') || /^ERR_(?:SSL|TLS|SOCKET_CLOSED)/.test(error.code);
}

/** An error and its causes in one line. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.message || messagesIn(error);
  if (error.cause === undefined) return own;
  const cause = reasonOf(error.cause);
  return own.includes(cause) ? own : `${own}: ${cause}`;
}

/** A name with several addresses fails with one error for each. */
function messagesIn(error: Error): string {
  return error instanceof AggregateError ? error.errors.map(reasonOf).join('; ') : error.name;
}

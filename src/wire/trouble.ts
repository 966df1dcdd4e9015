/**
 * An error from outside this program: a board does not answer, a disk is full, an article can't be posted. The message
 * says all there is to know. Any other error is a bug, whose stack belongs in the log.
 */
export class Trouble extends Error {
  /** Whether its cause comes from outside, too, whatever class that is of. */
  get explainsCause(): boolean {
    return false;
  }
}

/** Whether neither the error nor its cause is a bug. */
export function isTrouble(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  if (error instanceof Trouble && error.explainsCause) return true;
  return (error instanceof Trouble || isOfSystem(error)) && (error.cause === undefined || isTrouble(error.cause));
}

/** Errors of the operating system, of TLS, of mail servers. Node's others (`ERR_…`) are about wrong calls. */
function isOfSystem(error: Error): boolean {
  if (!('code' in error) || typeof error.code !== 'string') return false;
  return !error.code.startsWith('ERR_') || /^ERR_(?:SSL|TLS|SOCKET_CLOSED)/.test(error.code);
}

/** What an error says, without its causes. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** An error and its causes on one line. */
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

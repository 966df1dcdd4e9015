import { octets } from '../wire/octets.ts';
import type { Status } from '../wire/status.ts';
import { printable, RgtpError, type RgtpErrorDetails, type RgtpErrorKind } from './errors.ts';

/** The error responses of the specification, and groggsd's 530, with their meaning to a client. */
const ERRORS = {
  410: 'no-such-item',
  411: 'locked',
  421: 'full',
  422: 'continued',
  423: 'bad-text',
  424: 'bad-subject',
  425: 'bad-grogname',
  432: 'refused',
  433: 'refused',
  481: 'unavailable',
  482: 'refused',
  483: 'refused',
  484: 'internal',
  500: 'bug',
  510: 'unsupported',
  511: 'bug',
  // The final answer to DATA with a line of over 300 octets: the text is at fault, not the client.
  512: 'bad-text',
  520: 'no-continuation',
  530: 'no-access',
  531: 'no-access',
  532: 'not-locked',
  550: 'no-data',
  582: 'bug',
} as const satisfies Record<number, RgtpErrorKind>;

const KINDS: ReadonlyMap<number, RgtpErrorKind> = new Map(
  Object.entries(ERRORS).map(([code, kind]) => [Number(code), kind]),
);

/**
 * The error for an answer. Unknown codes are judged by their first digit; an unexpected success is `nonsense`.
 * @param more what else is known about the error
 */
export function errorFor(command: string, { code, text }: Status, more: RgtpErrorDetails = {}): RgtpError {
  const kind = KINDS.get(code) ?? (code >= 500 ? 'bug' : code >= 400 ? 'internal' : 'nonsense');
  const line = printable(octets`${code} ${text}`);
  return new RgtpError(kind, `${command} was answered ${line}`, { ...more, code, line, said: text });
}

/** After these codes the server closes the connection, or its state is unknown. */
export function endsConnection(code: number): boolean {
  return code === 481 || code === 482 || code === 483 || code === 484 || code === 582;
}

import type { Octets } from '../wire/octets.ts';
import { Trouble } from '../wire/trouble.ts';

/** What went wrong, in terms that a caller can act on. `codes.ts` maps answers to kinds. */
export type RgtpErrorKind =
  /**
   * No connection, connection lost, time-out (ours or 481): try again later. The last command may have been executed.
   */
  | 'unavailable'
  /** The board refuses this user, or this level: 432, 433, 482, 483. */
  | 'refused'
  /** The server cannot prove that it knows the secret: not the board, or a wrong secret. */
  | 'impostor'
  /** 410: no such item (withdrawn, archived or never made), no message of the day, no diffs */
  | 'no-such-item'
  /** 411: somebody else holds the edit lock */
  | 'locked'
  /** 421: the item cannot take this reply; CONT may follow */
  | 'full'
  /** 422: continued in `itemId` */
  | 'continued'
  /** 423, 512: the board refuses the text */
  | 'bad-text'
  /** 424 */
  | 'bad-subject'
  /** 425 */
  | 'bad-grogname'
  /** 530, 531: the access level is too low for the command */
  | 'no-access'
  /** 520: CONT without a 421 before it */
  | 'no-continuation'
  /** 532: an edit without the lock */
  | 'not-locked'
  /** 550: the command needs DATA before it */
  | 'no-data'
  /** 510: the server does not have this command */
  | 'unsupported'
  /** 484: the server failed; the specification forbids retrying */
  | 'internal'
  /** The server sent something that is not RGTP: see `line`. */
  | 'nonsense'
  /** Any other 5xx: a bug of this client. */
  | 'bug';

export interface RgtpErrorDetails extends ErrorOptions {
  /** the response code, if the server sent one */
  readonly code?: number | undefined;
  /** the line at fault, escaped and shortened */
  readonly line?: string | undefined;
  /** the text of the server's answer, as received */
  readonly said?: Octets | undefined;
  /** with `continued`: the item that continues this one */
  readonly itemId?: string | undefined;
  /** with `refused`: the server had accepted the proof of identity */
  readonly proven?: boolean;
}

export class RgtpError extends Trouble {
  readonly kind: RgtpErrorKind;
  readonly code: number | undefined;
  readonly line: string | undefined;
  readonly said: Octets | undefined;
  readonly itemId: string | undefined;
  readonly proven: boolean;

  constructor(kind: RgtpErrorKind, message: string, details: RgtpErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'RgtpError';
    this.kind = kind;
    this.code = details.code;
    this.line = details.line;
    this.said = details.said;
    this.itemId = details.itemId;
    this.proven = details.proven ?? false;
  }
}

/** A line or a text is not in the form that the protocol requires. */
export class RgtpFormatError extends RgtpError {
  constructor(what: string, line: Octets) {
    const shown = printable(line);
    super('nonsense', `${what}: ${shown}`, { line: shown });
    this.name = 'RgtpFormatError';
  }
}

const SHOWN = 200;
const UNPRINTABLE = /[^ -~]/g;

/** A server's line for the log: at most 200 octets, quoted, everything but printable ASCII escaped. */
export function printable(line: Octets): string {
  const escaped = line.slice(0, SHOWN).replace(/[\\"]/g, '\\$&').replace(UNPRINTABLE, inHex);
  return line.length > SHOWN ? `"${escaped}" (${line.length} octets)` : `"${escaped}"`;
}

function inHex(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

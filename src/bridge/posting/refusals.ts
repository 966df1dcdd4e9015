import { Refusal, type RefusalKind } from '../../nntp/backend.ts';
import { RgtpError, type RgtpErrorKind } from '../../rgtp/errors.ts';
import { diskTrouble } from '../../store/errors.ts';
import { wordsOf } from '../words.ts';

/** The answer each failure of the board deserves, and how it is put; `text` is what the board said. */
const ANSWERS = {
  unavailable: ['unavailable', (text) => `the board can't be reached: ${text}; try again later`],
  refused: ['unavailable', (text) => `the board no longer accepts your login: ${text}`],
  impostor: ['unavailable', () => 'the board could not prove its identity; nothing was sent to it'],
  'no-such-item': ['rejected', (text) => `References: the item is gone: ${text}`],
  locked: ['unavailable', (text) => `an editor holds the edit lock: ${text}; try again later`],
  full: ['rejected', (text) => `the item takes no more replies: ${text}`],
  continued: ['rejected', (text) => `the item is continued too often to follow: ${text}`],
  'bad-text': ['rejected', (text) => `the board refuses the text: ${text}`],
  'bad-subject': ['rejected', (text) => `Subject: the board refuses it: ${text}`],
  'bad-grogname': ['rejected', (text) => `From: the board refuses the name: ${text}`],
  'no-access': ['forbidden', (text) => `the board does not let you do this: ${text}`],
  'no-continuation': ['unavailable', (text) => `the board would not continue the item: ${text}; try again`],
  'not-locked': ['unavailable', (text) => `the edit lock was lost: ${text}; try again`],
  'no-data': ['unavailable', (text) => `the board lost the text: ${text}; try again`],
  unsupported: ['rejected', (text) => `the board can't do this: ${text}`],
  internal: ['unavailable', internalFailure],
  nonsense: ['unavailable', (text) => `the board's answer made no sense: ${text}`],
  bug: ['rejected', (text) => `the board did not understand: ${text}`],
} as const satisfies Record<RgtpErrorKind, readonly [RefusalKind, (text: string) => string]>;

/**
 * A failure of the board, or of our own disk, as the front end's refusal; any other is passed on as it is.
 */
export function refusalFor(error: unknown): unknown {
  const trouble = diskTrouble(error);
  if (trouble !== undefined) return new Refusal('unavailable', `${trouble}; not posted`, { cause: error });
  if (!(error instanceof RgtpError)) return error;
  const [kind, put] = ANSWERS[error.kind];
  return new Refusal(kind, put(wordsOf(error)), { cause: error });
}

/** Our own board says what is wrong with the disk it shares with us. */
function internalFailure(text: string): string {
  const trouble = /^The (server's disk [^;]*);.* nothing was changed\.$/.exec(text)?.[1];
  return trouble === undefined ? `the board failed: ${text}` : `the ${trouble}; not posted`;
}

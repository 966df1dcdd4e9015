import { Refusal, type RefusalKind } from '../../nntp/backend.ts';
import { RgtpError, type RgtpErrorKind } from '../../rgtp/errors.ts';
import { storeTrouble } from '../../store/errors.ts';
import { because } from '../words.ts';

/** The refusal and message for each failure of the board; `why` is a colon and the board's words, or empty. */
const ANSWERS = {
  unavailable: ['unavailable', (why) => `the board is away${why}; try again later`],
  refused: ['unavailable', (why) => `the board no longer accepts your login${why}`],
  impostor: ['unavailable', () => 'the board could not prove its identity; nothing was sent to it'],
  'no-such-item': ['rejected', (why) => `References: the item is gone${why}`],
  locked: ['unavailable', (why) => `an editor holds the edit lock${why}; try again later`],
  full: ['rejected', (why) => `the item takes no more replies${why}`],
  continued: ['rejected', (why) => `the item is continued too often to follow${why}`],
  'bad-text': ['rejected', (why) => `the board refuses the text${why}`],
  'bad-subject': ['rejected', (why) => `Subject: the board refuses it${why}`],
  'bad-grogname': ['rejected', (why) => `From: the board refuses the name${why}`],
  'no-access': ['forbidden', (why) => `the board does not let you do this${why}`],
  'no-continuation': ['unavailable', (why) => `the board would not continue the item${why}; try again`],
  'not-locked': ['unavailable', (why) => `the edit lock was lost${why}; try again`],
  'no-data': ['unavailable', (why) => `the board lost the text${why}; try again`],
  unsupported: ['rejected', (why) => `the board can't do this${why}`],
  internal: ['unavailable', internalFailure],
  nonsense: ['unavailable', (why) => `the board's answer made no sense${why}`],
  bug: ['rejected', (why) => `the board did not understand${why}`],
} as const satisfies Record<RgtpErrorKind, readonly [RefusalKind, (why: string) => string]>;

/**
 * Turns a failure of the board, or of our own disk, into the front end's refusal. Other errors are returned unchanged.
 */
export function refusalFor(error: unknown): unknown {
  const trouble = storeTrouble(error);
  if (trouble !== undefined) return new Refusal('unavailable', `${trouble}; not posted`, { cause: error });
  if (!(error instanceof RgtpError)) return error;
  const [kind, put] = ANSWERS[error.kind];
  return new Refusal(kind, put(because(error)), { cause: error });
}

/** The embedded board shares our disk, and its message says what is wrong. */
function internalFailure(why: string): string {
  const trouble = /^: The (server's disk [^;]*);.* nothing was changed\.$/.exec(why)?.[1];
  return trouble === undefined ? `the board failed${why}` : `the ${trouble}; not posted`;
}

export function duplicate(messageId: string): Refusal {
  return new Refusal('duplicate', `Message-ID: ${messageId} is posted already`);
}

import { stripControls } from '../../wire/charset.ts';
import type { Refusal, RefusalKind } from '../backend.ts';

/** What was refused: reading; or POST, IHAVE or TAKETHIS once the article is in. */
export type Task = 'read' | 'post' | 'feed' | 'stream';

/** The code for each refusal. `login-required` while reading depends on the connection: see `loginStatus`. */
const CODES = {
  'login-required': { read: 480, post: 441, feed: 437, stream: 439 },
  forbidden: { read: 502, post: 441, feed: 437, stream: 439 },
  unavailable: { read: 403, post: 441, feed: 436, stream: 400 },
  rejected: { read: 403, post: 441, feed: 437, stream: 439 },
  // The only "later" that TAKETHIS has is 400, which would hold up everything after it.
  early: { read: 403, post: 441, feed: 436, stream: 439 },
  // 441 carries the code that IHAVE would get, as in INN: readers and feeders look for it.
  duplicate: { read: 403, post: 441, feed: 437, stream: 439 },
  'bad-credentials': { read: 481, post: 441, feed: 437, stream: 439 },
} as const satisfies Record<RefusalKind, Record<Task, number>>;

const MAX_OCTETS = 480;

/** The status line of a refusal. */
export function refusalStatus(refusal: Refusal, task: Task): string {
  // INN's exact words: posting programs compare them.
  if (refusal.kind === 'duplicate' && task === 'post') return '441 435 Duplicate';
  return `${CODES[refusal.kind][task]} ${oneLine(refusal.message)}`;
}

/** The status line for any other error: a bug, or something that the client need not know. */
export function failureStatus(task: Task): string {
  return `${CODES.unavailable[task]} Internal fault; it has been logged`;
}

/**
 * The text of a status line: one line, no control characters; with code and CRLF at most 512 octets (RFC 3977 §3.1).
 */
export function oneLine(text: string): string {
  const line = stripControls(text.replace(/[\r\n\t\f]+/g, ' ')).trim();
  if (Buffer.byteLength(line) <= MAX_OCTETS) return line;
  // A character cut in two would become U+FFFD.
  return Buffer.from(line)
    .toString('utf8', 0, MAX_OCTETS)
    .replace(/\uFFFD$/, '');
}

export const status = {
  help: '100 Help text follows',
  list: '215 Information follows',
  noGroup: '411 No such newsgroup',
  notSelected: '412 No newsgroup selected',
  noCurrent: '420 No current article',
  noNext: '421 No next article',
  noPrevious: '422 No previous article',
  noNumber: '423 No article with that number',
  emptyRange: '423 No articles in that range',
  noMessageId: '430 No article with that message-id',
  noPosting: '440 Posting not permitted',
  loginRequired: '480 Authentication required',
  loginFailed: '481 Authentication failed',
  loggedIn: '502 Already logged in: one login per session; connect again for another',
  tlsRequired: '483 Secure connection required: use STARTTLS',
  unknown: '500 Unknown command; try HELP',
  syntax: '501 Syntax error; try HELP',
  unavailable: '502 Command unavailable',
  denied: '502 Access denied',
  unsupported: '503 Feature not supported',
} as const;

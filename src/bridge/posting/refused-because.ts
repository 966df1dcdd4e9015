import { PostingError } from '../../news/posting/error.ts';
import { Refusal } from '../../nntp/backend.ts';
import { RgtpError } from '../../rgtp/errors.ts';
import { storeTrouble } from '../../store/errors.ts';

/** Why a post was refused, for counting: a few fixed words, none of them an author's. */
export const REASONS = [
  /** its Message-ID has been posted already */
  'duplicate',
  /** nobody is logged in, and a login would help */
  'login',
  /** the person logged in may not */
  'rights',
  /** the board does not answer, or has not been read yet */
  'board-away',
  /** our own disk refuses writes */
  'disk',
  /** the board refuses it */
  'board',
  /** a header field is missing, wrong, or too much for the board */
  'from',
  'subject',
  'newsgroups',
  'message-id',
  'references',
  'content-type',
  'header',
  /** it contains files */
  'attachment',
  /** the board would not accept its text, or the article as a whole */
  'text',
  /** a bug */
  'internal',
] as const;
export type Reason = (typeof REASONS)[number];

const FIELDS: ReadonlySet<string> = new Set(REASONS.slice(REASONS.indexOf('from'), REASONS.indexOf('header')));

/** @param judged the author's rights were being checked */
export function refusedBecause(error: unknown, judged: boolean): Reason {
  const cause = error instanceof Refusal ? error.cause : error;
  if (cause instanceof PostingError) return articleFault(cause.message);
  if (storeTrouble(cause) !== undefined) return 'disk';
  if (!(error instanceof Refusal)) return 'internal';
  // The embedded board shares our disk, and reports its trouble in words (see `refusalFor`).
  if (error.message.startsWith("the server's disk ")) return 'disk';
  if (error.kind === 'duplicate') return 'duplicate';
  if (error.kind === 'login-required') return 'login';
  if (judged || error.kind === 'forbidden') return 'rights';
  if (cause instanceof RgtpError && cause.kind !== 'unavailable') return 'board';
  return error.kind === 'unavailable' ? 'board-away' : articleFault(error.message);
}

/** The fault of an article: a `PostingError` begins with the header at fault, or says what is wrong with the text. */
function articleFault(message: string): Reason {
  const field = /^([A-Z][\w-]*):/.exec(message)?.[1]?.toLowerCase();
  if (field !== undefined) return isField(field) ? field : 'header';
  return message.startsWith('attachments ') ? 'attachment' : 'text';
}

function isField(name: string): name is Reason {
  return FIELDS.has(name);
}

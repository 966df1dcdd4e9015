/** HDR and its older forms XHDR and XPAT: one header of many articles, one line each. */
import type { Soon } from '../../wire/soon.ts';
import { type Answer, LongAnswer } from '../syntax/answer.ts';
import { status } from '../syntax/status.ts';
import type { Client } from './client.ts';
import { withNumber } from './numbered.ts';
import { isEmpty, spanOf, type Target } from './target.ts';

const SPACE = 0x20;
/** A response line has at most 512 octets (RFC 3977 §3.1). */
const LONGEST_NAME = 100;
/** RFC 3977 §9.8: any header name; of the metadata, those that §8.1 defines. */
const NAME = /^[!-9;-~]+$/;
const METADATA: ReadonlySet<string> = new Set([':bytes', ':lines']);
/** as LIST OVERVIEW.FMT calls them */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['bytes', ':bytes'],
  ['lines', ':lines'],
]);

/** What differs between the three. */
export interface Form {
  readonly status: (name: string) => string;
  /** the answer if a range holds no articles */
  readonly empty: Answer;
  /** what replaces the number of an article named by message-id */
  readonly shown: (target: Target) => string;
}

/** XHDR and XPAT answer 221, and show the message-id in place of the number (RFC 2980 §2.6). */
export const olderForm: Omit<Form, 'empty'> = {
  // Claws and Sylpheed accept no other code.
  status: (name) => `221 ${name.slice(0, LONGEST_NAME)} fields follow`,
  shown: ({ messageId }) => messageId,
};

type Lines = Iterable<Soon<Buffer>>;

/** @param pick selects the lines to show; default: all */
export function headerLines(
  client: Client,
  [name, word]: readonly [name: string, word: string | undefined],
  form: Form,
  pick: (lines: Lines) => Lines = (lines) => lines,
): Answer {
  const lower = name.toLowerCase();
  const field = ALIASES.get(lower) ?? lower;
  if (field.startsWith(':') && !METADATA.has(field)) return status.unsupported;
  if (!field.startsWith(':') && !NAME.test(field)) return status.syntax;
  const span = spanOf(client, word);
  if (typeof span === 'string') return span;
  if (isEmpty(span)) return form.empty;
  const { group, low, high, byMessageId } = span;
  const lines = pick(group.header(field, low, high));
  const shown = byMessageId && form.shown(byMessageId);
  const numbered = shown === undefined || shown === String(low) ? lines : withNumber(lines, shown, SPACE);
  return new LongAnswer(form.status(name), numbered);
}

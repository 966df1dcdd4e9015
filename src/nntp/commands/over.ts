import type { Soon } from '../../wire/soon.ts';
import { type Answer, LongAnswer } from '../syntax/answer.ts';
import { status } from '../syntax/status.ts';
import { spanClaim } from './claim.ts';
import type { Client } from './client.ts';
import type { Command } from './command.ts';
import { withNumber } from './numbered.ts';
import { isEmpty, type Span, spanOf } from './target.ts';

const TAB = 0x09;

/**
 * The answer to OVER and XOVER: overview lines as the backend made them.
 * @param empty the answer if a range holds no articles: 423, or 420 in RFC 2980
 */
export function overview(client: Client, word: string | undefined, empty: string): Answer {
  const span = spanOf(client, word);
  if (typeof span === 'string') return span;
  if (isEmpty(span)) return empty;
  return new LongAnswer('224 Overview information follows', linesOf(span));
}

function linesOf({ group, low, high, byMessageId }: Span): Iterable<Soon<Buffer>> {
  const lines = group.overview(low, high);
  return byMessageId && byMessageId.shown !== low ? withNumber(lines, String(byMessageId.shown), TAB) : lines;
}

/** RFC 3977 §8.3. */
export const over: Command = {
  head: 'OVER',
  syntax: '[range | message-id]',
  words: [0, 1],
  needs: 'read',
  claims: spanClaim,
  run: (client, [word]) => overview(client, word, status.emptyRange),
  capability(_session, report) {
    report.push(['OVER', 'MSGID']);
  },
};

import { LongAnswer } from '../syntax/answer.ts';
import { status } from '../syntax/status.ts';
import type { Command } from './command.ts';
import { fieldOfSpan } from './field.ts';
import { withNumber } from './numbered.ts';
import { isEmpty } from './target.ts';

const SPACE = 0x20;

/** RFC 3977 §8.5. */
export const hdr: Command = {
  head: 'HDR',
  syntax: 'header [range | message-id]',
  words: [1, 2],
  needs: 'read',
  run(session, [name = '', word]) {
    const span = fieldOfSpan(session, name, word);
    if (typeof span === 'string') return span;
    if (isEmpty(span)) return status.emptyRange;
    const { group, field, low, high, byMessageId } = span;
    const lines = group.header(field, low, high);
    const shown = byMessageId?.shown ?? low;
    return new LongAnswer('225 Headers follow', shown === low ? lines : withNumber(lines, String(shown), SPACE));
  },
  capability(_session, report) {
    report.push('HDR');
  },
};

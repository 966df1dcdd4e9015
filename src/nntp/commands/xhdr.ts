import { LongAnswer } from '../syntax/answer.ts';
import { status } from '../syntax/status.ts';
import type { Command } from './command.ts';
import { fieldOfSpan } from './field.ts';
import { withNumber } from './numbered.ts';
import { isEmpty } from './target.ts';

const SPACE = 0x20;

/** RFC 2980 §2.6. Claws and Sylpheed ask for newsgroups, to and cc of whole groups and take no code but 221. */
export const xhdr: Command = {
  head: 'XHDR',
  syntax: 'header [range | message-id]',
  words: [1, 2],
  needs: 'read',
  run(session, [name = '', word]) {
    const span = fieldOfSpan(session, name, word);
    if (typeof span === 'string') return span;
    if (isEmpty(span)) return status.noCurrent;
    const { group, field, low, high, byMessageId } = span;
    const lines = group.header(field, low, high);
    return new LongAnswer(
      `221 ${name} fields follow`,
      byMessageId ? withNumber(lines, byMessageId.messageId, SPACE) : lines,
    );
  },
};

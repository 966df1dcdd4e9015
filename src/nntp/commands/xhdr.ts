import { LongAnswer } from '../answer.ts';
import type { Command } from '../command.ts';
import { status } from '../status.ts';
import { fieldOf } from './field.ts';
import { withNumber } from './numbered.ts';
import { isEmpty, spanOf } from './target.ts';

const SPACE = 0x20;

/** RFC 2980 §2.6. Claws and Sylpheed ask for newsgroups, to and cc of whole groups and take no code but 221. */
export const xhdr: Command = {
  head: 'XHDR',
  syntax: 'header [range | message-id]',
  words: [1, 2],
  needs: 'read',
  run(session, [name = '', word]) {
    const field = fieldOf(name);
    if (field.refused !== undefined) return field.refused;
    const span = spanOf(session, word);
    if (typeof span === 'string') return span;
    if (isEmpty(span)) return status.noCurrent;
    const { group, low, high, byMessageId } = span;
    const lines = group.header(field.name, low, high);
    return new LongAnswer(
      `221 ${name} fields follow`,
      byMessageId ? withNumber(lines, byMessageId.messageId, SPACE) : lines,
    );
  },
};

import type { Soon } from '../../wire/soon.ts';
import { LongAnswer } from '../syntax/answer.ts';
import { status } from '../syntax/status.ts';
import { Wildmat } from '../syntax/wildmat.ts';
import type { Command } from './command.ts';
import { fieldOfSpan } from './field.ts';
import { withNumber } from './numbered.ts';
import { isEmpty } from './target.ts';

const SPACE = 0x20;

/** RFC 2980 §2.9: XHDR, of the articles whose header matches. No match is an empty list, also where there are no articles. */
export const xpat: Command = {
  head: 'XPAT',
  syntax: 'header range | message-id wildmat',
  words: [3, Number.POSITIVE_INFINITY],
  needs: 'read',
  run(session, [name = '', word, ...patterns]) {
    // More arguments are one pattern with spaces in it.
    const wildmat = Wildmat.parse(patterns.join(' '));
    if (!wildmat) return status.syntax;
    const span = fieldOfSpan(session, name, word);
    if (typeof span === 'string') return span;
    const { group, field, low, high, byMessageId } = span;
    const lines = isEmpty(span) ? [] : matching(group.header(field, low, high), wildmat);
    return new LongAnswer(
      `221 ${name} fields follow`,
      byMessageId ? withNumber(lines, byMessageId.messageId, SPACE) : lines,
    );
  },
};

function* matching(pieces: Iterable<Soon<Buffer>>, wildmat: Wildmat): Generator<Soon<Buffer>> {
  const keep = (piece: Buffer): Buffer => {
    const lines = piece.toString('utf8').split('\r\n');
    const kept = lines.filter((line) => line !== '' && wildmat.matches(line.slice(line.indexOf(' ') + 1)));
    return Buffer.from(kept.map((line) => `${line}\r\n`).join(''));
  };
  for (const piece of pieces) yield piece instanceof Promise ? piece.then(keep) : keep(piece);
}

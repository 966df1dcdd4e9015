import type { Newsgroup } from '../backend.ts';
import { LongAnswer } from '../syntax/answer.ts';
import { MAX_NUMBER, parseRange, type Range } from '../syntax/range.ts';
import { status } from '../syntax/status.ts';
import { extentClaim, rangeClaim } from './claim.ts';
import type { Command } from './command.ts';

const WHOLE: Range = { low: 1, high: MAX_NUMBER };

/** RFC 3977 §6.1.2. Selects the group like GROUP, with or without a range. */
export const listgroup: Command = {
  head: 'LISTGROUP',
  syntax: '[newsgroup [range]]',
  words: [0, 2],
  needs: 'read',
  claims({ reader, selected }, [name = selected?.name, span]) {
    if (name === undefined) return undefined;
    const range = span === undefined ? undefined : parseRange(span);
    const claim = range && rangeClaim(reader.newsgroup(name), range);
    return claim?.otherwise === 'refuse' ? claim : extentClaim(name);
  },
  run(client, [name, span]) {
    const range = span === undefined ? WHOLE : parseRange(span);
    if (!range) return status.syntax;
    const group = name === undefined ? client.selected?.newsgroup : client.reader.newsgroup(name);
    if (!group) return name === undefined ? status.notSelected : status.noGroup;
    client.select(group);
    const { count, low, high } = group;
    return new LongAnswer(`211 ${count} ${low} ${high} ${group.name} list follows`, numberPieces(group, range));
  },
};

function* numberPieces(group: Newsgroup, { low, high }: Range): Generator<Buffer> {
  // A whole piece of `numbers` is small enough: each number is a line.
  for (const numbers of group.numbers(low, Math.min(high, MAX_NUMBER))) {
    if (numbers.length > 0) yield Buffer.from(`${numbers.join('\r\n')}\r\n`, 'latin1');
  }
}

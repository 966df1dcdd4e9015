import { LongAnswer, linePieces } from '../answer.ts';
import type { Newsgroup } from '../backend.ts';
import type { Command } from '../command.ts';
import { parseDateTime } from '../date-time.ts';
import { status } from '../status.ts';
import { Wildmat } from '../wildmat.ts';

/** RFC 3977 §7.4. By arrival at the board, not by Date. */
export const newnews: Command = {
  head: 'NEWNEWS',
  syntax: 'wildmat [yy]yymmdd hhmmss [GMT]',
  words: [3, 4],
  needs: 'read',
  run(session, [pattern = '', date = '', time = '', zone]) {
    const wildmat = Wildmat.parse(pattern);
    if (!wildmat || (zone !== undefined && zone.toUpperCase() !== 'GMT')) return status.syntax;
    const since = parseDateTime(date, time, zone === undefined, session.server.now());
    if (since === undefined) return status.syntax;
    const groups = session.server.backend.newsgroups(session.account).filter(({ name }) => wildmat.matches(name));
    return new LongAnswer('230 List of new articles follows', linePieces(arrivals(groups, since)));
  },
  capability(_session, report) {
    report.push('NEWNEWS');
  },
};

/** Each Message-ID once, though it may be cross-posted. */
function* arrivals(groups: readonly Newsgroup[], since: number): Generator<string> {
  const told = new Set<string>();
  for (const group of groups) {
    for (const messageId of group.arrivedSince(since)) {
      if (groups.length > 1) {
        if (told.has(messageId)) continue;
        told.add(messageId);
      }
      yield messageId;
    }
  }
}

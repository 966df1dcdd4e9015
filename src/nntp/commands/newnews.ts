import { after } from '../../wire/soon.ts';
import type { Newsgroup } from '../backend.ts';
import { LongAnswer, linePieces } from '../syntax/answer.ts';
import { parseDateTime } from '../syntax/date-time.ts';
import { status } from '../syntax/status.ts';
import { Wildmat } from '../syntax/wildmat.ts';
import type { Client } from './client.ts';
import type { Command } from './command.ts';

/** RFC 3977 §7.4. By arrival at this server, not by Date. */
export const newnews: Command = {
  head: 'NEWNEWS',
  syntax: 'wildmat [yy]yymmdd hhmmss [GMT]',
  words: [3, 4],
  needs: 'read',
  // A client that is not told of an article now never asks for it again.
  claims({ reader }, [pattern = '']) {
    const wildmat = Wildmat.parse(pattern);
    const newsgroups = reader.newsgroups().flatMap(({ name }) => (wildmat?.matches(name) === true ? [name] : []));
    return newsgroups.length === 0 ? undefined : { newsgroups, otherwise: 'refuse' };
  },
  run(client, [pattern = '', date = '', time = '', zone]) {
    const wildmat = Wildmat.parse(pattern);
    if (!wildmat || (zone !== undefined && zone.toUpperCase() !== 'GMT')) return status.syntax;
    const since = parseDateTime(date, time, zone === undefined, client.shared.now());
    if (since === undefined) return status.syntax;
    return after(client.reader.dated?.(), () => newSince(client, wildmat, since));
  },
  capability(_session, report) {
    report.push('NEWNEWS');
  },
};

function newSince({ reader }: Client, wildmat: Wildmat, since: number): LongAnswer {
  const names = reader.newsgroups().flatMap(({ name }) => (wildmat.matches(name) ? [name] : []));
  // Throws if a group can't be read yet: an empty list would be false.
  const groups = names.flatMap((name) => reader.newsgroup(name) ?? []);
  const placeOf = (messageId: string) => reader.find(messageId)?.group.name;
  return new LongAnswer('230 List of new articles follows', linePieces(arrivals(groups, since, placeOf)));
}

const MOST_TOLD = 10_000;

/**
 * Each Message-ID once, cross-posted or not: it is listed with the group in which the backend finds it; `undefined`
 * stands for one that is listed elsewhere. Only ids that the backend finds in none of these groups are remembered, up
 * to a limit: a million would take a hundred megabytes per slow client.
 */
function* arrivals(
  groups: readonly Newsgroup[],
  since: number,
  placeOf: (messageId: string) => string | undefined,
): Generator<string | undefined> {
  if (groups.length === 1) return yield* groups[0]?.arrivedSince(since) ?? [];
  const names = new Set(groups.map(({ name }) => name));
  const told = new Set<string>();
  for (const group of groups) {
    for (const messageId of group.arrivedSince(since)) {
      const place = placeOf(messageId);
      if (place !== undefined && names.has(place)) {
        yield place === group.name ? messageId : undefined;
        continue;
      }
      yield told.has(messageId) ? undefined : messageId;
      if (told.size < MOST_TOLD) told.add(messageId);
    }
  }
}

import { after } from '../../wire/soon.ts';
import { listing } from '../syntax/answer.ts';
import { parseDateTime } from '../syntax/date-time.ts';
import { status } from '../syntax/status.ts';
import { extentClaim } from './claim.ts';
import type { Command } from './command.ts';
import { activeLine } from './list-active.ts';

/** RFC 3977 §7.3. */
export const newgroups: Command = {
  head: 'NEWGROUPS',
  syntax: '[yy]yymmdd hhmmss [GMT]',
  words: [2, 3],
  needs: 'read',
  claims: () => extentClaim(),
  run(client, [date = '', time = '', zone]) {
    if (zone !== undefined && zone.toUpperCase() !== 'GMT') return status.syntax;
    const since = parseDateTime(date, time, zone === undefined, client.shared.now());
    if (since === undefined) return status.syntax;
    const { reader } = client;
    return after(reader.dated?.(), () => {
      const groups = reader.newsgroups().filter((group) => group.created >= since);
      return listing(
        '231 New newsgroups follow',
        groups.map((group) => activeLine(group, reader)),
      );
    });
  },
};

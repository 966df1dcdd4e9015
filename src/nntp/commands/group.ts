import { status } from '../syntax/status.ts';
import { extentClaim } from './claim.ts';
import type { Command } from './command.ts';

/**
 * RFC 3977 §6.1.1. A failure keeps the old selection. nntp-server's command is not used: it answers with a promise,
 * which would take longer than everything else.
 */
export const group: Command = {
  head: 'GROUP',
  syntax: 'newsgroup',
  words: [1, 1],
  needs: 'read',
  claims: (_client, [name]) => extentClaim(name),
  run(client, [name = '']) {
    const newsgroup = client.reader.newsgroup(name);
    if (newsgroup === undefined) return status.noGroup;
    client.select(newsgroup);
    const { count, low, high } = newsgroup;
    return `211 ${count} ${low} ${high} ${name}`;
  },
};

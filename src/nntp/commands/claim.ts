/** What answers about articles claim beyond what this server knows. */
import type { Newsgroup } from '../backend.ts';
import { MAX_NUMBER, parseNumber, parseRange, type Range } from '../syntax/range.ts';
import type { Client } from './client.ts';
import type { Claim } from './command.ts';

/** The claim of GROUP and the lists, which show marks and counts. */
export function extentClaim(newsgroup?: string): Claim {
  return { newsgroups: newsgroup === undefined ? undefined : [newsgroup], otherwise: 'as known' };
}

/** The claim of a command that names one article: by number, by message-id, or by nothing (the current one). */
export function targetClaim(client: Client, [word]: readonly string[]): Claim | undefined {
  if (word === undefined) return undefined;
  if (word.startsWith('<')) return isHere(client, word) ? undefined : { otherwise: 'refuse' };
  const number = parseNumber(word);
  return number === undefined ? undefined : rangeClaim(client.selected?.newsgroup, { low: number, high: number });
}

function isHere({ reader }: Client, messageId: string): boolean {
  try {
    return reader.find(messageId) !== undefined;
  } catch {
    // It is known but not readable yet, unless other servers show it.
    return false;
  }
}

/** The claim of a command that names a range, or one article. */
export function spanClaim(client: Client, words: readonly string[]): Claim | undefined {
  const [word] = words;
  const range = word === undefined ? undefined : parseRange(word);
  return range === undefined ? targetClaim(client, words) : rangeClaim(client.selected?.newsgroup, range);
}

/** The claim of a range. `n-` claims no more than the marks that this server has told the client. */
export function rangeClaim(group: Newsgroup | undefined, { low, high }: Range): Claim | undefined {
  const known = group?.known;
  if (group === undefined || known === undefined || high <= known || low > high) return undefined;
  const isOpen = high >= MAX_NUMBER && low <= known;
  return { newsgroups: [group.name], otherwise: isOpen ? 'as known' : 'refuse' };
}

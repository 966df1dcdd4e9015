/** What answers about articles claim beyond what is here. */
import type { Newsgroup } from '../backend.ts';
import { MAX_NUMBER, parseNumber, parseRange, type Range } from '../syntax/range.ts';
import type { Client } from './client.ts';
import type { Claim } from './command.ts';

/** Of GROUP and the lists: marks, counts. */
export function extentClaim(newsgroup?: string): Claim {
  return { newsgroups: newsgroup === undefined ? undefined : [newsgroup], otherwise: 'as known' };
}

/** Of a command that names one article: by a number, a message-id, or nothing (the current one). */
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
    // It is known, and not readable yet: it is, if others show it.
    return false;
  }
}

/** Of a command that names a range, or one article. */
export function spanClaim(client: Client, words: readonly string[]): Claim | undefined {
  const [word] = words;
  const range = word === undefined ? undefined : parseRange(word);
  return range === undefined ? targetClaim(client, words) : rangeClaim(client.selected?.newsgroup, range);
}

/** `n-` reaches as far as there is anything: no further than the marks that a client was told here. */
export function rangeClaim(group: Newsgroup | undefined, { low, high }: Range): Claim | undefined {
  const known = group?.known;
  if (group === undefined || known === undefined || high <= known || low > high) return undefined;
  const isOpen = high >= MAX_NUMBER && low <= known;
  return { newsgroups: [group.name], otherwise: isOpen ? 'as known' : 'refuse' };
}

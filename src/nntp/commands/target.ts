import type { Located, Newsgroup } from '../backend.ts';
import { isMessageId } from '../syntax/message-id.ts';
import { parseNumber, parseRange, type Range } from '../syntax/range.ts';
import { status } from '../syntax/status.ts';
import type { Client } from './client.ts';

/** The place of an article that a command names, whether or not it is there. */
export interface ArticlePlace extends Located {
  /** the number in the status line: 0 for an article named by message-id that is not in the selected group */
  readonly shown: number;
}

/** The article that a command names, in any of the three forms (RFC 3977 §6.2.1). */
export interface Target extends ArticlePlace {
  readonly messageId: string;
}

/** Finds the article named by a number, a message-id, or nothing; or returns the status line that says why not. */
export function targetOf(client: Client, word: string | undefined): Target | string {
  const place = placeOf(client, word);
  if (typeof place === 'string') return place;
  const messageId = word?.startsWith('<') ? word : place.group.messageId(place.number);
  const { group, number, shown } = place;
  return messageId === undefined ? absent(word) : { group, number, shown, messageId };
}

/** Like `targetOf`, without checking that the article is there: fetching it will tell. */
export function placeOf(client: Client, word: string | undefined): ArticlePlace | string {
  if (word?.startsWith('<')) return byMessageId(client, word);
  const number = word === undefined ? client.selected?.current : parseNumber(word);
  if (word !== undefined && number === undefined) return status.syntax;
  const group = client.selected?.newsgroup;
  if (group === undefined || number === undefined) return status.notSelected;
  return { group, number, shown: number };
}

function byMessageId(client: Client, messageId: string): ArticlePlace | string {
  if (!isMessageId(messageId)) return status.syntax;
  const located = client.reader.find(messageId);
  if (!located) return status.noMessageId;
  const { group, number } = located;
  return { group, number, shown: group.name === client.selected?.name ? number : 0 };
}

/** The answer if the article that a word names is not there. */
export function absent(word: string | undefined): string {
  if (word === undefined) return status.noCurrent;
  return word.startsWith('<') ? status.noMessageId : status.noNumber;
}

/**
 * Makes an article named by number the current one. A message-id never does that; no argument means the current one.
 */
export function moveTo(client: Client, target: ArticlePlace, word: string | undefined): void {
  const { selected } = client;
  if (word !== undefined && !word.startsWith('<') && selected) selected.current = target.number;
}

const NOTHING = { low: 1, high: 0, byMessageId: undefined };

/** The articles that OVER, HDR and their older forms name: none, or a range that begins with one that exists. */
export interface Span extends Range {
  readonly group: Newsgroup;
  /** set if the article was named by message-id, which changes the number shown */
  readonly byMessageId: Target | undefined;
}

/**
 * Finds the articles named by a range, a message-id, or nothing (the current one); or returns the status line that says
 * why not.
 */
export function spanOf(client: Client, word: string | undefined): Span | string {
  if (word === undefined || word.startsWith('<')) {
    const target = targetOf(client, word);
    if (typeof target === 'string') return target;
    const { group, number } = target;
    return { group, low: number, high: number, byMessageId: word === undefined ? undefined : target };
  }
  const range = parseRange(word);
  if (!range) return status.syntax;
  const group = client.selected?.newsgroup;
  if (!group) return status.notSelected;
  const high = Math.min(range.high, group.high);
  const low = range.low > high ? undefined : group.atOrAfter(range.low);
  return low === undefined || low > high ? { group, ...NOTHING } : { group, low, high, byMessageId: undefined };
}

export function isEmpty({ low, high }: Range): boolean {
  return low > high;
}

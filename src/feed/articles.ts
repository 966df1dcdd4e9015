import type { Newsgroup, RenderedArticle } from '../nntp/backend.ts';
import { after } from '../wire/soon.ts';
import type { Entry, Offer } from './source.ts';

type Articles = Pick<Newsgroup, 'messageId' | 'header' | 'article'>;

const DATE = /^Date: (.*)\r\n/m;
const MESSAGE_ID = /^Message-ID: .*\r\n/m;

export interface ArticleOptions {
  /** this server in Path */
  readonly host: string;
  /** goes out with another newsgroup */
  readonly isLeftOut: (number: number) => boolean;
}

/** The articles with these numbers. */
export function* articleEntries(
  newsgroup: Articles,
  numbers: Iterable<number>,
  { host, isLeftOut }: ArticleOptions,
): Generator<Entry> {
  for (const number of numbers) {
    const offer = isLeftOut(number) ? undefined : articleOffer(newsgroup, number, host);
    yield { number, offers: offer === undefined ? [] : [offer] };
  }
}

/** `undefined`: it was withdrawn just now. */
function articleOffer(newsgroup: Articles, number: number, host: string): Offer | undefined {
  const messageId = newsgroup.messageId(number);
  if (messageId === undefined) return undefined;
  return {
    messageId,
    path: headerOf(newsgroup, 'path', number),
    article: () => after(newsgroup.article(number), (found) => found && usenetForm(found, host)),
  };
}

/** The numbers of a newsgroup's articles above a number. */
export function* numbersAbove(newsgroup: Pick<Newsgroup, 'high' | 'numbers'>, above: number): Generator<number> {
  for (const numbers of newsgroup.numbers(above + 1, newsgroup.high)) yield* numbers;
}

/** A header that the index alone tells. */
export function headerOf(newsgroup: Pick<Newsgroup, 'header'>, name: string, number: number): string {
  for (const piece of newsgroup.header(name, number, number)) {
    // Only what needs a text is a promise.
    if (!(piece instanceof Promise)) return piece.toString('latin1').replace(/^\d+ /, '').trim();
  }
  return '';
}

/**
 * An article as it goes to other servers. What came from a board and through no news server was injected here: RFC 5537
 * §3.5 wants Path, Injection-Date and Injection-Info to say so. It keeps our Xref, which each server replaces by its own.
 */
function usenetForm({ bytes, bodyStart }: RenderedArticle, host: string): Buffer {
  const head = bytes.toString('latin1', 0, bodyStart);
  const bare = `Path: ${host}!not-for-mail\r\n`;
  if (!head.startsWith(bare)) return bytes;
  const date = DATE.exec(head)?.[1] ?? '';
  const injected = head
    .replace(bare, `Path: ${host}!.POSTED!not-for-mail\r\n`)
    .replace(MESSAGE_ID, (line) => `${line}Injection-Date: ${date}\r\nInjection-Info: ${host}\r\n`);
  return Buffer.concat([Buffer.from(injected, 'latin1'), bytes.subarray(bodyStart)]);
}

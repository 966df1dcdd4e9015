import type { Newsgroup, RenderedArticle } from '../nntp/backend.ts';
import { after } from '../wire/soon.ts';
import type { Entry, Offer } from './source.ts';

type Articles = Pick<Newsgroup, 'messageId' | 'header' | 'article'>;

const DATE = /^Date: (.*)\r\n/m;
const MESSAGE_ID = /^Message-ID: .*\r\n/m;

/** An edited post: a new article that replaces the one before. */
export interface Revision {
  /** the post's number */
  readonly number: number;
  readonly messageId: string;
  readonly supersedes: string;
}

export interface ArticleOptions {
  /** this server in Path */
  readonly host: string;
  /** is sent with another newsgroup */
  readonly isLeftOut: (number: number) => boolean;
  /** the posts that an edit may have changed */
  readonly revisedBy: (number: number) => readonly Revision[];
}

/** The articles with these numbers. */
export function* articleEntries(
  newsgroup: Articles,
  numbers: Iterable<number>,
  options: ArticleOptions,
): Generator<Entry> {
  for (const number of numbers) yield { number, offers: offersOf(newsgroup, number, options) };
}

function* offersOf(newsgroup: Articles, number: number, made: ArticleOptions): Generator<Offer> {
  const offer = made.isLeftOut(number) ? undefined : articleOffer(newsgroup, number, made.host);
  if (offer !== undefined) yield offer;
  for (const revision of made.revisedBy(number)) yield revisionOffer(newsgroup, number, revision, made.host);
}

/** @param edit its number */
function revisionOffer(newsgroup: Articles, edit: number, revision: Revision, host: string): Offer {
  const { number, messageId, supersedes } = revision;
  const date = headerOf(newsgroup, 'date', edit);
  // It goes neither to where the post came from nor to where the edit came from.
  const path = `${headerOf(newsgroup, 'path', number)}!${headerOf(newsgroup, 'path', edit)}`;
  const article = () =>
    after(newsgroup.article(number), (found) => found && supersedingForm(found, host, { messageId, supersedes, date }));
  return { kind: 'revision', about: number, messageId, path, article };
}

/** `undefined`: it has just been withdrawn. */
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

/** A header that can be made from the index alone. */
export function headerOf(newsgroup: Pick<Newsgroup, 'header'>, name: string, number: number): string {
  for (const piece of newsgroup.header(name, number, number)) {
    // Only what needs a text would be a promise.
    if (!(piece instanceof Promise)) return piece.toString('latin1').replace(/^\d+ /, '').trim();
  }
  return '';
}

/**
 * An article in the form sent to other servers. What came from a board, without passing a news server, was injected
 * here: RFC 5537 §3.5 requires Path, Injection-Date and Injection-Info to say so. Xref is kept, since each server
 * replaces it by its own.
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

/** RFC 5537 §5.4: an article of its own, made now, that names the one it replaces. */
function supersedingForm(
  { bytes, bodyStart }: RenderedArticle,
  host: string,
  { messageId, supersedes, date }: { messageId: string; supersedes: string; date: string },
): Buffer {
  const made = new Map([
    ['message-id', [`Message-ID: ${messageId}`, `Supersedes: ${supersedes}`]],
    ['date', [`Date: ${date}`, `Injection-Date: ${date}`, `Injection-Info: ${host}`]],
    ...['injection-date', 'injection-info', 'xref'].map((name): [string, string[]] => [name, []]),
  ]);
  const lines = bytes.toString('latin1', 0, bodyStart).split('\r\n');
  const head = lines.flatMap((line) => made.get(line.slice(0, line.indexOf(':')).toLowerCase()) ?? [line]).join('\r\n');
  const bare = `Path: ${host}!not-for-mail\r\n`;
  const injected = head.startsWith(bare) ? `Path: ${host}!.POSTED!not-for-mail\r\n${head.slice(bare.length)}` : head;
  return Buffer.concat([Buffer.from(injected, 'latin1'), bytes.subarray(bodyStart)]);
}

/** Articles in archives: line ends are LF, dots are not doubled, and nothing else is changed. */

import { DAYS, MONTHS } from '../wire/calendar.ts';

/** Turns an article received over NNTP (dot-stuffed, CRLF, terminated) into its form in a file. */
export function storedArticle(wire: Buffer): Buffer {
  const text = wire.toString('latin1', 0, wire.length - '.\r\n'.length);
  const plain = text.startsWith('..') ? text.slice(1) : text;
  return Buffer.from(plain.replaceAll('\n..', '\n.').replaceAll('\r\n', '\n'), 'latin1');
}

const two = (n: number) => String(n).padStart(2, '0');

/** asctime(3) in UTC, as RFC 4155 requires. */
function asctime(seconds: number): string {
  const at = new Date(seconds * 1000);
  const clock = [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(two).join(':');
  const day = String(at.getUTCDate()).padStart(2);
  return `${DAYS[at.getUTCDay()]} ${MONTHS[at.getUTCMonth()]} ${day} ${clock} ${at.getUTCFullYear()}`;
}

/** The value of a header; '' if there is none. Ours are never folded. */
function headerOf(article: string, name: string): string {
  const head = article.slice(0, article.indexOf('\n\n') + 1);
  const start = `\n${head}`.indexOf(`\n${name}: `);
  return start < 0 ? '' : head.slice(start + name.length + 2, head.indexOf('\n', start));
}

/** When an article was written, unix seconds. */
export function timeOfArticle(article: Buffer): number {
  const time = Date.parse(headerOf(article.toString('latin1'), 'Date'));
  return Number.isNaN(time) ? 0 : Math.floor(time / 1000);
}

/**
 * An article in an "mboxrd" mbox: preceded by a From line, followed by an empty line, with lines that look like a From
 * line quoted (reversibly).
 */
export function mboxEntry(article: Buffer): Buffer {
  const text = article.toString('latin1');
  const [, sender = 'MAILER-DAEMON'] = /<([!-~]+)>$/.exec(headerOf(text, 'From')) ?? [];
  const quoted = `\n${text}`.replaceAll(/\n(>*From )/g, '\n>$1').slice(1);
  const end = quoted.endsWith('\n') ? '' : '\n';
  return Buffer.from(`From ${sender} ${asctime(timeOfArticle(article))}\n${quoted}${end}\n`, 'latin1');
}

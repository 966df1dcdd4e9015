import { isUtf8 } from 'node:buffer';

const TAB = 0x09;
const SPACE = 0x20;

/**
 * A command line as text: UTF-8 if valid (RFC 3977 §3.1), else octet by octet, so that nothing a client sends is lost.
 * `undefined`: it holds a NUL, which no command may contain.
 */
export function lineText(line: Buffer): string | undefined {
  let high = 0;
  for (const octet of line) {
    if (octet === 0) return undefined;
    high |= octet;
  }
  return high < 0x80 || !isUtf8(line) ? line.toString('latin1') : line.toString('utf8');
}

/** The words of a line: separated by any spaces and tabs; leading and trailing ones are ignored (§3.1). */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  let start = -1;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === SPACE || code === TAB) {
      if (start >= 0) words.push(text.slice(start, i));
      start = -1;
    } else if (start < 0) start = i;
  }
  if (start >= 0) words.push(text.slice(start));
  return words;
}

const TWO_WORDS = /^[ \t]*[^ \t]+[ \t]+[^ \t]+[ \t]/;

/** What follows the first two words and one separator, unchanged: an argument in which white space counts. */
export function afterTwoWords(text: string): string {
  const words = TWO_WORDS.exec(text);
  return words ? text.slice(words[0].length) : '';
}

/** The only command that may be longer than others (RFC 4643 §2.4.1). */
const SASL = /^[ \t]*AUTHINFO[ \t]+SASL[ \t]/i;
const SASL_HEAD = 64;
export const isSasl = (line: Buffer): boolean => SASL.test(line.toString('latin1', 0, SASL_HEAD));

/** The only command that the article follows at once (RFC 4644 §2.5). */
export const TAKETHIS = /^[ \t]*TAKETHIS(?:[ \t]|$)/i;
const TAKETHIS_HEAD = 64;
export const isTakethis = (line: Buffer): boolean => TAKETHIS.test(line.toString('latin1', 0, TAKETHIS_HEAD));

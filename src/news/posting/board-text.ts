import { type Charset, encode, stripControls, UnencodableError } from '../../wire/charset.ts';
import type { Octets } from '../../wire/octets.ts';
import { PostingError, quoted } from './error.ts';
import { oneLine } from './fields.ts';
import { trimTrailing } from './transfer.ts';
import { wrapLine } from './wrap.ts';

/** What a board takes, in octets after trailing white space is stripped; texts count each line's LF and doubled carets. */
export interface BoardLimits {
  readonly line: number;
  readonly contribution: number;
  readonly reply: number;
  readonly grogname: number;
  readonly subject: number;
}

/** groggsd's: the server most boards ran, and the embedded one. */
export const groggsLimits: BoardLimits = { line: 80, contribution: 7000, reply: 3000, grogname: 75, subject: 71 };

/** What the board itself would strip from the ends of lines (C's isspace). */
const WHITE = ' \t\v\f\r';

/**
 * Text as lines the board takes: in its character set, wrapped, without control characters, white space at the ends of lines,
 * and empty lines at the beginning and end. Nothing else is changed: carets are doubled and dots are stuffed on the wire, and
 * a line that reads like a header of the board's is text, as it is for the board.
 */
export function boardLines(
  text: readonly string[],
  charset: Charset,
  limits: BoardLimits,
  limit: 'contribution' | 'reply',
) {
  const lines = text.map((line) => trimTrailing(stripControls(line), WHITE));
  const first = lines.findIndex((line) => line !== '');
  if (first < 0) throw new PostingError('the article has no text');
  const last = lines.findLastIndex((line) => line !== '');
  // As a whole: whether a text is Latin-1 or UTF-8 is decided for all of its lines.
  const encoded = encodeLines(lines.slice(first, last + 1), charset, first);
  const out = encoded.flatMap((line) => wrapLine(line, limits.line)).map((line) => trimTrailing(line, WHITE));
  const size = sizeOf(out);
  if (size > limits[limit]) {
    throw new PostingError(`the text is ${size} octets long, the board takes ${limits[limit]} in a ${limit}`);
  }
  return out;
}

/** Octets the board will count. */
export function sizeOf(lines: readonly Octets[]): number {
  return lines.reduce((sum, line) => sum + line.length + (line.startsWith('^') ? 2 : 1), 0);
}

function encodeLines(lines: readonly string[], charset: Charset, before: number): Octets[] {
  const text = lines.join('\n').normalize('NFC');
  try {
    return encode(text, charset).split('\n');
  } catch (error) {
    if (!(error instanceof UnencodableError)) throw error;
    const line = before + text.slice(0, error.index).split('\n').length;
    throw new PostingError(`line ${line} of the text: ${unencodable(error)}`, { cause: error });
  }
}

/** The From display name as the board's grogname; empty where there is none, which boards take. */
export function boardGrogname(name: string, charset: Charset, limits: BoardLimits): Octets {
  return boardLine('From', name, charset, limits.grogname);
}

/** A subject as the board takes it; `[(was: …)]` at its end gives way where it is too long. */
export function boardSubject(subject: string, charset: Charset, limits: BoardLimits): Octets {
  const text = oneLine(subject);
  if (text === '') throw new PostingError('Subject: is empty');
  try {
    return boardLine('Subject', text, charset, limits.subject);
  } catch (error) {
    const shorter = text.replace(/\s*[([]was:.*[)\]]$/i, '');
    if (shorter === text || shorter === '') throw error;
    return boardLine('Subject', shorter, charset, limits.subject);
  }
}

function boardLine(header: string, value: string, charset: Charset, limit: number): Octets {
  let octets: Octets;
  try {
    octets = trimTrailing(encode(oneLine(value), charset), WHITE);
  } catch (error) {
    if (!(error instanceof UnencodableError)) throw error;
    throw new PostingError(`${header}: ${unencodable(error)}`, { cause: error });
  }
  if (octets.length > limit) {
    throw new PostingError(`${header}: ${quoted(value, 30)} is ${octets.length} octets long, the board takes ${limit}`);
  }
  return octets;
}

function unencodable(error: UnencodableError): string {
  const code = error.character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
  return `the character ${quoted(error.character)} (U+${code}) can't be written in the board's character set`;
}

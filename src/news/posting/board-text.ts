import { type Charset, encode, oneCharset, UnencodableError } from '../../wire/charset.ts';
import type { Text } from '../../wire/octets.ts';
import { latin1, type Octets } from '../../wire/octets.ts';
import { showsNothing } from '../deceptive.ts';
import type { BoardLimits } from './board-limits.ts';
import { codePoint, PostingError, quoted } from './error.ts';
import { oneLine } from './fields.ts';
import type { TextLine } from './flowed.ts';
import { trimTrailing } from './transfer.ts';
import { wrapLines } from './wrap.ts';

/** What the board itself strips from the ends of lines (C's isspace). */
const WHITE = ' \t\v\f\r';

/** The width to which an author's own text is wrapped, unless configured. */
const usualWidth = 72;

/**
 * Turns text into lines that the board accepts: in its character set, wrapped, without white space at the ends of lines
 * or empty lines at the beginning and end. Nothing else is changed: carets are doubled and dots stuffed on the wire,
 * and a line that looks like one of the board's headers is text, as it is to the board. Throws `PostingError`.
 *
 * @param text as returned by `visibleLines`
 * @param charset for the text of a post: `oneCharset` of its text, name and subject together
 * @param width columns
 */
export function boardLines(
  text: readonly TextLine[],
  charset: Charset,
  limits: BoardLimits,
  limit: 'contribution' | 'reply',
  width = usualWidth,
): Octets[] {
  const lines = text.map((line) => withText(line, trimTrailing(line.text, WHITE)));
  const first = lines.findIndex(({ text: line }) => !showsNothing(line));
  if (first < 0) throw new PostingError('the article has no text');
  const last = lines.findLastIndex(({ text: line }) => line !== '');
  const trimmed = lines.slice(first, last + 1);
  const one = oneCharset([trimmed.map(({ text: line }) => line).join('\n')], charset);
  const plain = encodeLines(trimmed, one, first);
  // Check before wrapping, which can't make a text shorter than its words.
  if (wordOctets(plain) > limits[limit]) throw tooLong(sizeOf(plain), limits, limit);
  const out = wrapped(trimmed, plain, { charset: one, width, max: limits.line }).map(withoutTrailing);
  const size = sizeOf(out);
  if (size > limits[limit]) throw tooLong(size, limits, limit);
  return out;
}

/** Wraps single-byte text as it will be spelled, other text as its author sees it. */
function wrapped(
  lines: readonly TextLine[],
  plain: readonly Octets[],
  { charset, width, max }: { charset: Charset; width: number; max: number },
): Octets[] {
  if (charset === 'latin1' || charset === 'windows-1252') {
    const spelled = lines.map((line, i) => withText(line, plain[i] ?? ''));
    return wrapLines(spelled, { width, max, octets: (text) => text.length }).map(latin1);
  }
  const rules = { width, max, octets: (text: string) => Buffer.byteLength(text) };
  return wrapLines(lines, rules).map((line) => encode(line, charset));
}

/** The line itself if it has that text: few lines change, of thousands. */
function withText(line: TextLine, text: string): TextLine {
  return text === line.text ? line : { text, flowed: line.flowed };
}

function withoutTrailing(line: Octets): Octets {
  return line.slice(0, trimTrailing(line, WHITE).length);
}

/** A reason for the edit log, cut at a blank to at most `most` octets. */
export function boardReason(text: Text, charset: Charset, most: number): Octets {
  const line = encode(oneLine(text.slice(0, MAX_LINE)), charset);
  if (line.length <= most) return line;
  const [first = ''] = wrapLines([{ text: oneLine(text.slice(0, MAX_LINE)), flowed: true }], {
    width: most,
    max: most,
    octets: (part) => encode(part, charset).length,
  });
  return encode(first, charset);
}

/** The octets that the board will count. */
export function sizeOf(lines: readonly Octets[]): number {
  return lines.reduce((sum, line) => sum + line.length + (line.startsWith('^') ? 2 : 1), 0);
}

/** The octets that remain however the lines are wrapped. */
function wordOctets(lines: readonly Octets[]): number {
  return lines.reduce((sum, line) => sum + line.replace(/[ \t>]+/g, '').length, 0);
}

function tooLong(size: number, limits: BoardLimits, limit: 'contribution' | 'reply'): PostingError {
  return new PostingError(`the text is ${size} octets long; the board takes ${limits[limit]} in a ${limit}`);
}

function encodeLines(lines: readonly TextLine[], charset: Charset, before: number): Octets[] {
  const text = lines.map((line) => line.text).join('\n');
  try {
    return encode(text, charset).split('\n');
  } catch (error) {
    if (!(error instanceof UnencodableError)) throw error;
    const line = before + text.slice(0, error.index).split('\n').length;
    throw new PostingError(`line ${line} of the text: ${unencodable(error)}`, { cause: error });
  }
}

/** The From display name as a grogname; empty if there is none, which boards accept. */
export function boardGrogname(name: Text, charset: Charset, limits: BoardLimits): Octets {
  return boardLine('From', name, charset, limits.grogname);
}

/** A subject in a form that the board accepts; if it is too long, `(was: …)` at its end is dropped. */
export function boardSubject(subject: Text, charset: Charset, limits: BoardLimits): Octets {
  const text = oneLine(subject);
  if (showsNothing(text)) throw new PostingError('Subject: is empty');
  try {
    return boardLine('Subject', text, charset, limits.subject);
  } catch (error) {
    const shorter = withoutWas(text);
    if (shorter === text || shorter === '') throw error;
    return boardLine('Subject', shorter, charset, limits.subject);
  }
}

/** `New topic (was: Old topic)` without the old topic. */
function withoutWas(subject: string): string {
  const at = subject.slice(0, MAX_LINE).search(/[([]was:/i);
  return at > 0 && /[)\]]$/.test(subject) ? subject.slice(0, at).trimEnd() : subject;
}

/** The characters examined: no board accepts a longer line. */
const MAX_LINE = 1000;

function boardLine(header: string, value: string, charset: Charset, limit: number): Octets {
  let octets: Octets;
  if (value.length > MAX_LINE) {
    throw new PostingError(
      `${header}: ${quoted(value, 30)} is ${value.length} characters long; the board takes ${limit}`,
    );
  }
  try {
    octets = withoutTrailing(encode(oneLine(value), charset));
  } catch (error) {
    if (!(error instanceof UnencodableError)) throw error;
    throw new PostingError(`${header}: ${unencodable(error)}`, { cause: error });
  }
  if (octets.length > limit) {
    throw new PostingError(`${header}: ${quoted(value, 30)} is ${octets.length} octets long; the board takes ${limit}`);
  }
  return octets;
}

function unencodable(error: UnencodableError): string {
  return `the character ${quoted(error.character)} (${codePoint(error.character)}) can't be written in the board's character set`;
}

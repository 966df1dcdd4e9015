import { bytesOf, type Octets, octets, octetsFrom, trimmed } from '../../wire/octets.ts';
import { CharsetError, guessText } from '../../wire/undeclared-charset.ts';
import { decodeWords } from '../encoded-word.ts';
import { PostingError, quoted } from './error.ts';
import { visibleLine } from './text-lines.ts';

/** Octets of all header lines together: a whole header is smaller than a contribution. */
const MAX_HEADER = 32_768;
const MAX_FIELDS = 200;
/** Octets of a field that is read as text: a board takes at most 75 of them. */
const MAX_TEXT = 4096;

/** A header field as received: unfolded, its body still in octets. */
export interface Field {
  /** lower case */
  readonly name: string;
  readonly body: Buffer;
}

export interface Entity {
  readonly fields: readonly Field[];
  readonly body: Buffer;
}

/**
 * Splits header and body of an article or of a MIME part. Lines end with CRLF or LF. `what` starts the messages
 * ("header line 3 …").
 */
export function splitEntity(bytes: Buffer, what = 'header'): Entity {
  const fields: Field[] = [];
  let lines: Buffer[] = [];
  let name = '';
  const flush = () => {
    if (name !== '') fields.push({ name, body: Buffer.concat(lines) });
    if (fields.length > MAX_FIELDS) throw new PostingError(`${what}: more than ${MAX_FIELDS} header fields`);
  };
  let start = 0;
  for (let number = 1; start < bytes.length; number++) {
    const lf = bytes.indexOf(0x0a, start);
    const end = lf < 0 ? bytes.length : lf;
    const line = bytes.subarray(start, bytes[end - 1] === 0x0d && end > start ? end - 1 : end);
    start = lf < 0 ? bytes.length : lf + 1;
    if (line.length === 0) break;
    if (start > MAX_HEADER) throw new PostingError(`${what}: longer than ${MAX_HEADER} octets`);
    if (line[0] === 0x20 || line[0] === 0x09) {
      if (name === '') throw new PostingError(`${what} line ${number}: a folded line with nothing before it`);
      lines.push(line);
      continue;
    }
    flush();
    // RFC 5536 §2.2: the name is printable US-ASCII without a colon, directly before the colon. The blank that should
    // follow is not required: several newsreaders omit it before an empty body.
    const match = /^([!-9;-~]+):/.exec(octetsFrom(line.subarray(0, 256)));
    if (match === null) {
      throw new PostingError(
        `${what} line ${number}: ${quoted(guessText(line), 40)} is not a header (no empty line before the text?)`,
      );
    }
    name = (match[1] ?? '').toLowerCase();
    lines = [line.subarray(name.length + 1)];
  }
  flush();
  return { fields, body: bytes.subarray(start) };
}

/** The only field of that name, as sent; empty if there is none. Throws `PostingError` if there are two. */
export function only(fields: readonly Field[], name: string): Octets {
  const found = fields.filter((field) => field.name === name.toLowerCase());
  if (found.length > 1) throw new PostingError(`${name}: there are ${found.length} of them`);
  return found[0] === undefined ? octets`` : trimmed(octetsFrom(found[0].body));
}

/** Octets of a header, fit for a message to people. */
export function shown(sent: Octets): string {
  return guessText(bytesOf(sent));
}

/**
 * An unstructured field as people read it, on one line: encoded words (RFC 2047), raw UTF-8 (forbidden by RFC 5536
 * §2.2, sent by all) or undeclared 8-bit text. Throws `PostingError` if it can't be read.
 */
export function readable(fields: readonly Field[], name: string): string {
  return decoded(name, only(fields, name));
}

/** Like `readable`, for a part of the field. */
export function decoded(name: string, sent: Octets): string {
  if (sent.length > MAX_TEXT) throw new PostingError(`${name}: is longer than ${MAX_TEXT} octets`);
  try {
    return visibleLine(name, decodeWords(sent));
  } catch (error) {
    if (!(error instanceof CharsetError)) throw error;
    throw new PostingError(`${name}: ${error.message} (${quoted(shown(sent), 40)})`, { cause: error });
  }
}

/** Turns each run of white space and control characters into one blank, with none at the ends. */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
}

import { isUtf8 } from 'node:buffer';
import { decodeWords } from 'postal-mime';
import { octetsFrom } from '../../wire/octets.ts';
import { PostingError, quoted } from './error.ts';

/** Octets of all header lines together, and of one line: an article's whole header is smaller than a contribution. */
const MAX_HEADER = 32_768;
const MAX_FIELDS = 200;

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
    // RFC 5536 §2.2: the name is printable US-ASCII without a colon, and directly before the colon. The blank
    // that should follow is not insisted on: several newsreaders leave it out before an empty body.
    const match = /^([!-9;-~]+):/.exec(octetsFrom(line.subarray(0, 256)));
    if (match === null) {
      throw new PostingError(
        `${what} line ${number}: ${quoted(octetsFrom(line), 40)} is no header (no empty line before the text?)`,
      );
    }
    name = (match[1] ?? '').toLowerCase();
    lines = [line.subarray(name.length + 1)];
  }
  flush();
  return { fields, body: bytes.subarray(start) };
}

/** The body of the only field of that name, without white space around it. Throws `PostingError` where there are two. */
export function only(fields: readonly Field[], name: string, shown = name): Buffer | undefined {
  const found = fields.filter((field) => field.name === name);
  if (found.length > 1) throw new PostingError(`${shown}: there are ${found.length} of them`);
  return found[0]?.body;
}

/** A structured header's body as text: as sent, octets outside US-ASCII kept apart as U+0080 … U+00FF. */
export function raw(body: Buffer | undefined): string {
  return body === undefined ? '' : octetsFrom(body).trim();
}

/**
 * Text with no (or no credible) declaration of its character set: UTF-8 where it is valid, else windows-1252, which is
 * what 8-bit newsreaders that say nothing use.
 */
export function guessText(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString('utf8') : new TextDecoder('windows-1252').decode(bytes);
}

/**
 * An unstructured header's body as people read it: encoded words (RFC 2047), raw UTF-8 (RFC 5536 §2.2 forbids it, all send
 * it) or undeclared 8-bit; on one line, control characters turned into blanks.
 */
export function readable(body: Buffer | undefined): string {
  if (body === undefined) return '';
  return oneLine(decodeWords(guessText(body)));
}

/** White space and control characters in runs become one blank each; none at the ends. */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
}

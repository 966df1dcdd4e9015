import { isUtf8 } from 'node:buffer';
import { decodeWords } from 'postal-mime';
import { PostingError, quoted } from './error.ts';
import { type Entity, guessText, only, raw, splitEntity } from './fields.ts';
import { unfoldFlowed } from './flowed.ts';
import { parseParameters } from './parameters.ts';
import { decodeTransfer } from './transfer.ts';

const MAX_DEPTH = 8;
const MAX_PARTS = 100;

/**
 * The text of an article: the plain text of its MIME structure, decoded, unfolded where it is `format=flowed`, without
 * line ends. A board carries text and nothing else, so whatever has no plain text, or carries more than it, throws
 * `PostingError`: an article is never trimmed silently.
 *
 * (postal-mime reads header words and addresses for us, not bodies: it joins flowed lines without regard to their
 * quote depth, turns HTML into text, and forgets what the parts it left out were.)
 */
export function readText(article: Entity): string[] {
  return readPart(article, { parts: 0 }, 0, true);
}

function readPart(part: Entity, budget: { parts: number }, depth: number, top = false): string[] {
  if (depth > MAX_DEPTH) throw new PostingError(`Content-Type: more than ${MAX_DEPTH} parts within each other`);
  if (++budget.parts > MAX_PARTS) throw new PostingError(`Content-Type: more than ${MAX_PARTS} parts`);
  const declared = raw(only(part.fields, 'content-type', 'Content-Type'));
  const { value: type, parameters } = parseParameters(declared === '' ? 'text/plain' : declared);
  const encoding = raw(only(part.fields, 'content-transfer-encoding', 'Content-Transfer-Encoding'));

  if (type.startsWith('multipart/')) {
    const boundary = parameters.get('boundary');
    if (!boundary) throw new PostingError(`Content-Type: ${type} without a boundary`);
    const parts = splitParts(part.body, boundary, budget);
    return readMultipart(type, parts, budget, depth + 1);
  }
  const disposition = parseParameters(raw(only(part.fields, 'content-disposition', 'Content-Disposition')));
  const file = disposition.parameters.get('filename') ?? parameters.get('name');
  // Where the whole article is one part, a file name is only what its author called the text (Gnus, mailx).
  if (type !== 'text/plain' || (disposition.value === 'attachment' && !top)) {
    throw new PostingError(refusal(type, file, top));
  }
  const text = decodeCharset(decodeTransfer(part.body, encoding), parameters.get('charset')).replace(/^\uFEFF/, '');
  const lines = text.split(/\r\n|[\n\r]/);
  // the end of the last line, not a line after it
  if (lines.at(-1) === '') lines.pop();
  const flowed = parameters.get('format')?.toLowerCase() === 'flowed';
  return flowed ? unfoldFlowed(lines, parameters.get('delsp')?.toLowerCase() === 'yes') : lines;
}

function readMultipart(type: string, parts: readonly Entity[], budget: { parts: number }, depth: number): string[] {
  const first = parts[0];
  if (first === undefined) throw new PostingError(`Content-Type: ${type} without parts`);
  switch (type) {
    case 'multipart/alternative': {
      // RFC 2046 §5.1.4: the same content in several forms. Any that is plain text will do.
      let refused: unknown;
      for (const part of parts) {
        try {
          return readPart(part, budget, depth);
        } catch (error) {
          refused ??= error;
        }
      }
      throw refused;
    }
    case 'multipart/related':
    // RFC 2387: the first part, and what it refers to
    case 'multipart/signed':
      // RFC 1847: the text, and a signature over its octets, which the board would not keep
      return readPart(first, budget, depth);
    default:
      return parts.flatMap((part, i) => [...(i > 0 ? [''] : []), ...readPart(part, budget, depth)]);
  }
}

/** The parts between the lines `--boundary` (RFC 2046 §5.1.1); preamble and epilogue are not for people. */
function splitParts(body: Buffer, boundary: string, budget: { parts: number }): Entity[] {
  const mark = Buffer.from(`--${boundary}`, 'latin1');
  const parts: Entity[] = [];
  let from = -1;
  for (let at = body.indexOf(mark); at >= 0; at = body.indexOf(mark, at + mark.length)) {
    if (at > 0 && body[at - 1] !== 0x0a) continue;
    const lf = body.indexOf(0x0a, at);
    const end = lf < 0 ? body.length : lf;
    const rest = body.toString('latin1', at + mark.length, end);
    if (!/^(?:--)?[ \t]*\r?$/.test(rest)) continue;
    if (from >= 0) {
      // the line end before a boundary belongs to the boundary
      const to = body[at - 2] === 0x0d ? at - 2 : at - 1;
      parts.push(splitEntity(body.subarray(from, Math.max(from, to)), `part ${parts.length + 1}`));
      if (budget.parts + parts.length > MAX_PARTS) throw new PostingError(`Content-Type: more than ${MAX_PARTS} parts`);
    }
    if (rest.startsWith('--')) return parts;
    from = Math.min(end + 1, body.length);
  }
  // No closing boundary: cut short, or forgotten. What is there is read.
  if (from >= 0) parts.push(splitEntity(body.subarray(from), `part ${parts.length + 1}`));
  return parts;
}

function decodeCharset(bytes: Buffer, charset: string | undefined): string {
  const name = (charset ?? '').trim().toLowerCase();
  const undeclared = /^(?:|us-ascii|ascii|ansi_x3\.4-19\d\d|x-unknown|unknown-8bit)$/.test(name);
  if (undeclared) return guessText(bytes);
  if (/^utf-?8$/.test(name)) return isUtf8(bytes) ? bytes.toString('utf8') : guessText(bytes);
  try {
    return new TextDecoder(name).decode(bytes);
  } catch (error) {
    throw new PostingError(`Content-Type: the character set ${quoted(name)} is not known here`, { cause: error });
  }
}

function refusal(type: string, file: string | undefined, top: boolean): string {
  const named = file === undefined ? '' : ` (${quoted(decodeWords(file))})`;
  if (/^text\/(?:html|enriched|richtext|rtf|x-amp-html)$/.test(type)) {
    return `Content-Type: ${type} only; the board takes plain text, please post text/plain`;
  }
  if (top) return `Content-Type: ${type}${named} can't be posted, the board takes plain text`;
  return `attachments can't be posted: ${type}${named}; the board takes plain text`;
}

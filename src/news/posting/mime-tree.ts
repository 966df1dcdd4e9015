import { PostingError } from './error.ts';
import { type Entity, only, splitEntity } from './fields.ts';
import { type Parameters, parseParameters } from './parameters.ts';
import { withoutComments } from './structured.ts';

/** One part of an article, or all of an article that is not multipart. */
export interface Part {
  /** media type, lower case */
  readonly type: string;
  readonly parameters: Parameters['parameters'];
  /** of Content-Disposition, lower case; empty if there is none */
  readonly disposition: string;
  /** the name that its author gave it */
  readonly file: string | undefined;
  /** of Content-Transfer-Encoding */
  readonly encoding: string;
  /** still encoded; empty in a multipart */
  readonly body: Buffer;
  /** of a multipart */
  readonly parts: readonly Part[];
}

const MAX_DEPTH = 8;
const MAX_PARTS = 100;
/** Lines that begin like a boundary and are examined, in all parts together. */
const MAX_MARKS = 2000;
const MARK = Buffer.from('\n--');
const HYPHEN = 0x2d;
/** The beginning of a part whose boundary is not the declared one. */
const PART = /^content-(?:type|disposition|transfer-encoding):/im;
/** What programs write around the parts for readers without MIME. */
const FOR_OLD_READERS =
  /\bs?\/?mime\b|multi-?part|\b(?:open)?pgp\b|cryptographic|mail (?:reader|client|program)|\b(?:preamble|prologue|epilogue)\b|\bignored\b/i;
const MAX_NOTICE = 1000;
const MAX_LOOKED_AT = 4096;
const MAX_PADDING = 100;

/** The work that may still be done on one article. */
interface Budget {
  parts: number;
  marks: number;
}

/** The MIME structure of an article (RFC 2045, RFC 2046). Throws `PostingError` if it can't be told what a part is. */
export function readTree(article: Entity): Part {
  return readPart(article, 'text/plain', { parts: MAX_PARTS, marks: MAX_MARKS }, 0);
}

function readPart(entity: Entity, usual: string, budget: Budget, depth: number): Part {
  if (depth > MAX_DEPTH) throw new PostingError(`Content-Type: parts nested more than ${MAX_DEPTH} deep`);
  if (--budget.parts < 0) throw new PostingError(`Content-Type: more than ${MAX_PARTS} parts`);
  const { value, parameters } = parseParameters(only(entity.fields, 'Content-Type'));
  const type = value.includes('/') ? value : typeOf(value, usual);
  const disposition = parseParameters(only(entity.fields, 'Content-Disposition'));
  const encoding = withoutComments(only(entity.fields, 'Content-Transfer-Encoding'));
  const parts = type.startsWith('multipart/') ? readParts(entity.body, type, parameters, budget, depth) : [];
  return {
    type,
    parameters,
    disposition: disposition.value,
    file: disposition.parameters.get('filename') ?? parameters.get('name'),
    encoding,
    body: parts.length > 0 ? Buffer.alloc(0) : entity.body,
    parts,
  };
}

/** RFC 2045 §5.2: an invalid media type means plain text (elm wrote `text`), unless it names another family. */
function typeOf(value: string, usual: string): string {
  if (value === '') return usual;
  if (/^(?:multipart|image|audio|video|application|message|font|model|html)$/.test(value)) {
    throw new PostingError(`Content-Type: "${value}" is not a media type`);
  }
  return 'text/plain';
}

function readParts(
  body: Buffer,
  type: string,
  parameters: Parameters['parameters'],
  budget: Budget,
  depth: number,
): readonly Part[] {
  const boundary = parameters.get('boundary')?.trimEnd();
  if (!boundary) throw new PostingError(`Content-Type: ${type} without a boundary`);
  // RFC 2046 §5.1.5
  const usual = type === 'multipart/digest' ? 'message/rfc822' : 'text/plain';
  const pieces = split(body, Buffer.from(`--${boundary}`), type, budget);
  if (pieces.length === 0) throw new PostingError(`Content-Type: ${type} without parts`);
  return pieces.map((piece, i) => readPart(splitEntity(piece, `part ${i + 1}`), usual, budget, depth + 1));
}

/**
 * The octets between the lines `--boundary` (RFC 2046 §5.1.1). If the last boundary is missing (cut short or
 * forgotten), what there is is read. No reader shows what precedes and follows the parts, so it is refused, except the
 * usual words for readers without MIME.
 */
function split(body: Buffer, delimiter: Buffer, type: string, budget: Budget): Buffer[] {
  const parts: Buffer[] = [];
  let from = -1;
  for (const at of marks(body, budget)) {
    const kind = delimiterAt(body, at, delimiter);
    if (kind === undefined) continue;
    // The line end before a boundary belongs to the boundary.
    const end = Math.max(from, body[at - 2] === 0x0d ? at - 2 : at - 1);
    if (from >= 0) parts.push(body.subarray(from, end));
    else refuseBefore(body.subarray(0, at), type);
    if (parts.length > budget.parts) throw new PostingError(`Content-Type: more than ${MAX_PARTS} parts`);
    if (kind.last) {
      refuseAfter(body.subarray(kind.end), type);
      return parts;
    }
    from = kind.end;
  }
  if (from >= 0) parts.push(body.subarray(from));
  return parts;
}

/** The positions of lines that begin with two hyphens. */
function* marks(body: Buffer, budget: Budget): Generator<number> {
  if (body[0] === HYPHEN && body[1] === HYPHEN) yield 0;
  for (let mark = body.indexOf(MARK); mark >= 0; mark = body.indexOf(MARK, mark + 1)) {
    if (--budget.marks < 0) throw new PostingError(`Content-Type: more than ${MAX_MARKS} lines that may be boundaries`);
    yield mark + 1;
  }
}

function refuseBefore(preamble: Buffer, type: string): void {
  const text = preamble.toString('latin1');
  if (PART.test(text.slice(0, MAX_LOOKED_AT))) throw new PostingError(lost(`a part before the first of ${type}`));
  if (!isNotice(text)) throw new PostingError(lost(`the text before the first part of ${type}`));
}

function refuseAfter(epilogue: Buffer, type: string): void {
  const text = epilogue.toString('latin1');
  const isPart = PART.test(text.slice(0, MAX_LOOKED_AT));
  if (!isPart && isNotice(text)) return;
  throw new PostingError(lost(`${isPart ? 'a part' : 'the text'} after the last part of ${type}`));
}

function isNotice(text: string): boolean {
  return text.trim() === '' || (text.length <= MAX_NOTICE && FOR_OLD_READERS.test(text));
}

function lost(what: string): string {
  return `Content-Type: ${what} would be lost (is a boundary wrong?)`;
}

/** Reads a whole line `--boundary` or `--boundary--`; returns where the next line begins, too. */
function delimiterAt(body: Buffer, at: number, delimiter: Buffer): { last: boolean; end: number } | undefined {
  if (!body.subarray(at, at + delimiter.length).equals(delimiter)) return undefined;
  const lf = body.indexOf(0x0a, at);
  const end = lf < 0 ? body.length : lf;
  if (end - at - delimiter.length > MAX_PADDING) return undefined;
  const rest = body.toString('latin1', at + delimiter.length, end);
  return /^(?:--)?[ \t]*\r?$/.test(rest)
    ? { last: rest.startsWith('--'), end: Math.min(end + 1, body.length) }
    : undefined;
}

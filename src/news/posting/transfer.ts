import { octetsFrom } from '../../wire/octets.ts';
import { PostingError, quoted } from './error.ts';

/** Undoes a Content-Transfer-Encoding (RFC 2045 §6). `value` is the field without comments, empty if there was none. */
export function decodeTransfer(body: Buffer, value: string): Buffer {
  switch (value.replace(/[;\s].*$/s, '').toLowerCase()) {
    case '':
    case '7bit':
    case '8bit':
    case '7-bit':
    case '8-bit':
    case 'binary':
      return body;
    case 'quoted-printable':
      return decodeQuotedPrintable(body);
    case 'base64':
      return decodeBase64(body);
    default:
      throw new PostingError(`Content-Transfer-Encoding: ${quoted(value)} is not known here`);
  }
}

const EQUALS = 0x3d;
const LF = 0x0a;

/**
 * RFC 2045 §6.7, leniently: what is not an escape stays as it is. White space at the end of a line is transport
 * padding.
 */
function decodeQuotedPrintable(body: Buffer): Buffer {
  const out = Buffer.alloc(body.length);
  let length = 0;
  for (let start = 0; start < body.length; ) {
    const lf = body.indexOf(LF, start);
    const next = lf < 0 ? body.length : lf + 1;
    let end = lf < 0 ? body.length : lf;
    while (end > start && isPadding(body[end - 1])) end--;
    const soft = body[end - 1] === EQUALS && end > start;
    const last = soft ? end - 1 : end;
    for (let at = start; at < last; at++) {
      const octet = body[at] === EQUALS && at + 2 < last ? hexOctet(body[at + 1], body[at + 2]) : undefined;
      if (octet !== undefined) at += 2;
      out[length++] = octet ?? body[at] ?? 0;
    }
    if (!soft && lf >= 0) out[length++] = LF;
    start = next;
  }
  return out.subarray(0, length);
}

function isPadding(octet: number | undefined): boolean {
  return octet === 0x20 || octet === 0x09 || octet === 0x0d;
}

function hexOctet(high: number | undefined, low: number | undefined): number | undefined {
  const [first, second] = [hexDigit(high), hexDigit(low)];
  return first === undefined || second === undefined ? undefined : first * 16 + second;
}

function hexDigit(octet = 0): number | undefined {
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30;
  const letter = octet | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : undefined;
}

/** `text` without characters of `set` at its end. (A regular expression would take quadratic time on long runs.) */
export function trimTrailing(text: string, set: string): string {
  let end = text.length;
  while (end > 0 && set.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

function decodeBase64(body: Buffer): Buffer {
  const text = octetsFrom(body).replace(/[ \t\r\n]+/g, '');
  // Buffer silently skips what is not base64, and drops an incomplete end: text that was never encoded would become
  // noise, and truncated text would lose its end.
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.replaceAll('=', '').length % 4 === 1) {
    throw new PostingError('Content-Transfer-Encoding: base64 is declared, but the text is not base64');
  }
  return Buffer.from(text, 'base64');
}

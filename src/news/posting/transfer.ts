import { latin1, type Octets, octets, octetsFrom } from '../../wire/octets.ts';
import { PostingError, quoted } from './error.ts';

/** Undoes a Content-Transfer-Encoding (RFC 2045 §6). `value` is the header's body, empty where there was none. */
export function decodeTransfer(body: Buffer, value: string): Buffer {
  const encoding = value
    .replace(/\([^()]*\)/g, '')
    .trim()
    .toLowerCase();
  switch (encoding) {
    case '':
    case '7bit':
    case '8bit':
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

/** RFC 2045 §6.7, lenient: what is no escape stays as it stands. White space at the end of a line is transport padding. */
function decodeQuotedPrintable(body: Buffer): Buffer {
  let text = '';
  const lines = octetsFrom(body).split('\n');
  for (const [i, received] of lines.entries()) {
    const line = trimTrailing(received, ' \t\r');
    const soft = line.endsWith('=');
    text += (soft ? line.slice(0, -1) : line).replace(/=([0-9A-Fa-f]{2})/g, (_, hex = octets``) =>
      latin1(String.fromCharCode(Number.parseInt(hex, 16))),
    );
    if (!soft && i < lines.length - 1) text += '\n';
  }
  return Buffer.from(text, 'latin1');
}

/** `text` without the characters of `set` at its end. (A regular expression would take quadratic time on long runs.) */
export function trimTrailing(text: Octets, set: string): Octets;
export function trimTrailing(text: string, set: string): string;
export function trimTrailing(text: string, set: string): string {
  let end = text.length;
  while (end > 0 && set.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

function decodeBase64(body: Buffer): Buffer {
  const text = octetsFrom(body).replace(/\s+/g, '');
  // Buffer skips what is no base64: text that was never encoded would silently become noise.
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) {
    throw new PostingError('Content-Transfer-Encoding: base64 is declared, but the text is not base64');
  }
  return Buffer.from(text, 'base64');
}

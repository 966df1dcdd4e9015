import { octetsFrom } from '../../wire/octets.ts';
import { PostingError, quoted } from './error.ts';

/** Undoes a Content-Transfer-Encoding (RFC 2045 §6). `value` is the field without comments, empty where there was none. */
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

/** RFC 2045 §6.7, lenient: what is no escape stays as it stands. White space at the end of a line is transport padding. */
function decodeQuotedPrintable(body: Buffer): Buffer {
  const text: string[] = [];
  const lines = octetsFrom(body).split('\n');
  for (const [i, received] of lines.entries()) {
    const line = trimTrailing(received, ' \t\r');
    const soft = line.endsWith('=');
    text.push(
      (soft ? line.slice(0, -1) : line).replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      ),
    );
    if (!soft && i < lines.length - 1) text.push('\n');
  }
  return Buffer.from(text.join(''), 'latin1');
}

/** `text` without the characters of `set` at its end. (A regular expression would take quadratic time on long runs.) */
export function trimTrailing(text: string, set: string): string {
  let end = text.length;
  while (end > 0 && set.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

function decodeBase64(body: Buffer): Buffer {
  const text = octetsFrom(body).replace(/\s+/g, '');
  // Buffer skips what is no base64, and drops half a character: text that was never encoded would become noise, and
  // text that was cut would lose its end, silently.
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.replaceAll('=', '').length % 4 === 1) {
    throw new PostingError('Content-Transfer-Encoding: base64 is declared, but the text is not base64');
  }
  return Buffer.from(text, 'base64');
}

/** RFC 5322 §2.1.1, RFC 5536 §3: octets in a line, CRLF not counted. */
export const MAX_LINE = 998;

/** The body of an article, and what OVER and HDR say of it. */
export interface Body {
  /** each line ends CRLF; empty where there is none */
  readonly text: string;
  /** in UTF-8, CRLF counted, dots not doubled */
  readonly octets: number;
  readonly lines: number;
  readonly ascii: boolean;
}

const NON_ASCII = /[^\0-\x7f]/;

/** Lines of text without line ends or control characters → body. A line longer than an article may have goes on in the next. */
export function bodyOf(lines: readonly string[]): Body {
  if (lines.length === 0) return { text: '', octets: 0, lines: 0, ascii: true };
  let whole = lines;
  // A UTF-16 unit is at most three octets.
  if (lines.some((line) => line.length * 3 > MAX_LINE)) whole = lines.flatMap(foldLine);
  const text = `${whole.join('\r\n')}\r\n`;
  const ascii = !NON_ASCII.test(text);
  return { text, octets: ascii ? text.length : Buffer.byteLength(text), lines: whole.length, ascii };
}

function foldLine(line: string): string | string[] {
  if (Buffer.byteLength(line) <= MAX_LINE) return line;
  const folded: string[] = [];
  let rest = line;
  while (Buffer.byteLength(rest) > MAX_LINE) {
    const most = clip(rest, MAX_LINE);
    const blank = most.lastIndexOf(' ');
    const cut = blank > 0 ? blank + 1 : most.length;
    folded.push(rest.slice(0, cut));
    rest = rest.slice(cut);
  }
  folded.push(rest);
  return folded;
}

/** The longest beginning of `text` that is at most `octets` in UTF-8; no character is split. */
export function clip(text: string, octets: number): string {
  if (text.length * 3 <= octets) return text;
  // encodeInto stops before the character that no longer fits.
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(octets));
  return text.slice(0, read);
}

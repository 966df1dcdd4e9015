import type { Text } from '../wire/octets.ts';

/** RFC 5322 §2.1.1, RFC 5536 §3: octets in a line, CRLF not counted. */
export const MAX_LINE = 998;

/** The body of an article, and its measures for OVER and HDR. */
export interface Body {
  /** each line ends with CRLF; empty if there is no body. As octets: ASCII, and no line begins with a dot */
  readonly text: string | Uint8Array;
  /** in UTF-8, CRLFs counted, dots not doubled */
  readonly octets: number;
  readonly lines: number;
  readonly ascii: boolean;
}

const NON_ASCII = /[^\0-\x7f]/;
/** The most octets of UTF-8 per UTF-16 unit. */
const PER_UNIT = 3;
/** Printable ASCII, with CR and LF only as line ends. */
const PLAIN = /^(?:[ -~]*\r\n)*$/;

/**
 * Makes a body from lines of text without line ends or control characters. A line too long for an article continues on
 * the next.
 */
export function bodyOf(lines: readonly Text[]): Body {
  const whole = fits(lines, PER_UNIT) ? lines : lines.flatMap(foldLine);
  const text = joined(whole);
  const ascii = !NON_ASCII.test(text);
  return { text, octets: ascii ? text.length : Buffer.byteLength(text), lines: whole.length, ascii };
}

/**
 * The body made of lines that are printable ASCII; `undefined` if they are not. The most common case, and the fastest.
 */
export function plainBodyOf(lines: readonly string[]): Body | undefined {
  const text = joined(lines);
  if (!PLAIN.test(text)) return undefined;
  return fits(lines, 1) ? { text, octets: text.length, lines: lines.length, ascii: true } : bodyOf(lines);
}

function joined(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${lines.join('\r\n')}\r\n`;
}

function fits(lines: readonly string[], octetsPerUnit: number): boolean {
  for (const line of lines) if (line.length * octetsPerUnit > MAX_LINE) return false;
  return true;
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

/** The longest beginning of `text` that has at most `octets` in UTF-8, splitting no character. */
export function clip(text: Text, octets: number): string {
  if (text.length * PER_UNIT <= octets) return text;
  // encodeInto stops before the character that no longer fits.
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(octets));
  return text.slice(0, read);
}

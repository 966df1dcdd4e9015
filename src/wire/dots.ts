/**
 * Multi-line data, the same in both protocols: a line that begins with a dot carries one more, a dot alone ends
 * the text (RFC 3977 §3.1.1; RGTP, form of data).
 */
import { bytesOf, type Octets } from './octets.ts';

const LF = 0x0a;
const CR = 0x0d;
const DOT = 0x2e;
const LINE_THEN_DOT = '\n.';
const EMPTY = Buffer.alloc(0);
const TERMINATOR = Buffer.from('.\r\n');
const CRLF_TERMINATOR = Buffer.from('\r\n.\r\n');
const ONE_DOT = Buffer.from('.');

/** Lines that end CRLF → the same stuffed and terminated. A missing last CRLF is added. */
export function dotStuff(text: Buffer): Buffer {
  const parts: Buffer[] = [];
  let start = 0;
  if (text[0] === DOT) parts.push(ONE_DOT);
  for (let at = text.indexOf(LINE_THEN_DOT); at >= 0; at = text.indexOf(LINE_THEN_DOT, at + 1)) {
    parts.push(text.subarray(start, at + 1), ONE_DOT);
    start = at + 1;
  }
  parts.push(text.subarray(start));
  const complete = text.length === 0 || text[text.length - 1] === LF;
  parts.push(complete ? TERMINATOR : CRLF_TERMINATOR);
  return Buffer.concat(parts);
}

/** Lines without terminators → one stuffed and terminated block. Throws `RangeError` where a line is no byte string. */
export function dotStuffLines(lines: Iterable<Octets>): Buffer {
  let text = '';
  for (const line of lines) text += line.startsWith('.') ? `.${line}\r\n` : `${line}\r\n`;
  return bytesOf(`${text}.\r\n`);
}

/**
 * Takes a stuffed text off a byte stream, unstuffs it and finds its end, as fast as bytes arrive. Beyond the limit it
 * keeps consuming (the sender has to be heard out) and stores nothing. Line ends stay as they were sent: bare LF too
 * ends a line.
 */
export class DotReader {
  readonly #maxOctets: number;
  #parts: Buffer[] = [];
  #octets = 0;
  #tooLarge = false;
  #atLineStart = true;
  /** a `.` or `.` CR at the start of a line whose meaning the next octet decides */
  #undecided: Buffer = EMPTY;

  /** @param maxOctets the largest text stored, unstuffed */
  constructor(maxOctets: number) {
    this.#maxOctets = maxOctets;
  }

  get tooLarge(): boolean {
    return this.#tooLarge;
  }

  /** The text so far without its terminator; empty if it was too large. */
  body(): Buffer {
    return Buffer.concat(this.#parts);
  }

  /** `rest`: what follows the terminator. */
  feed(chunk: Buffer): { done: false } | { done: true; rest: Buffer } {
    const bytes = this.#undecided.length > 0 ? Buffer.concat([this.#undecided, chunk]) : chunk;
    this.#undecided = EMPTY;
    let at = 0;
    while (at < bytes.length) {
      if (this.#atLineStart && bytes[at] === DOT) {
        const next = bytes[at + 1] === CR ? at + 2 : at + 1;
        if (next >= bytes.length) {
          this.#undecided = bytes.subarray(at);
          return { done: false };
        }
        if (bytes[next] === LF) return { done: true, rest: bytes.subarray(next + 1) };
        at++;
      }
      // Everything up to the next line that begins with a dot is stored in one piece.
      const dot = bytes.indexOf(LINE_THEN_DOT, at);
      const end = dot < 0 ? bytes.length : dot + 1;
      this.#store(bytes.subarray(at, end));
      this.#atLineStart = bytes[end - 1] === LF;
      at = end;
    }
    return { done: false };
  }

  #store(part: Buffer): void {
    if (this.#tooLarge) return;
    this.#octets += part.length;
    if (this.#octets > this.#maxOctets) {
      this.#tooLarge = true;
      this.#parts = [];
    } else this.#parts.push(part);
  }
}

/**
 * Multi-line data, the same in both protocols: a line that begins with a dot is sent with another, and a dot alone ends
 * the text (RFC 3977 §3.1.1; RGTP, form of data).
 */
import { bytesOf, type Octets, octets } from './octets.ts';

const LF = 0x0a;
const CR = 0x0d;
const DOT = 0x2e;
const LINE_THEN_DOT = '\r\n.';
const CRLF = 2;
const EMPTY = Buffer.alloc(0);
const TERMINATOR = Buffer.from('.\r\n');
const CRLF_TERMINATOR = Buffer.from('\r\n.\r\n');
const ONE_DOT = Buffer.from('.');
const DOUBLED = octets`.`;
const NONE = octets``;

/** Stuffs and terminates lines ended by CRLF. A missing last CRLF is added. */
export function dotStuff(text: Buffer): Buffer {
  const parts: Buffer[] = [];
  let start = 0;
  if (text[0] === DOT) parts.push(ONE_DOT);
  for (let at = text.indexOf(LINE_THEN_DOT); at >= 0; at = text.indexOf(LINE_THEN_DOT, at + 1)) {
    parts.push(text.subarray(start, at + CRLF), ONE_DOT);
    start = at + CRLF;
  }
  parts.push(text.subarray(start));
  const complete = text.length === 0 || text[text.length - 1] === LF;
  parts.push(complete ? TERMINATOR : CRLF_TERMINATOR);
  return Buffer.concat(parts);
}

/**
 * Makes one stuffed and terminated block of lines without terminators. Throws `RangeError` if a line is not a byte
 * string.
 */
export function dotStuffLines(lines: Iterable<Octets>): Buffer {
  let text = octets``;
  for (const line of lines) text = octets`${text}${line.startsWith('.') ? DOUBLED : NONE}${line}\r\n`;
  return bytesOf(octets`${text}.\r\n`);
}

/** Memory that many readers share. */
export interface Allowance {
  /** False: not that much is left, and nothing was taken. */
  take(octets: number): boolean;
  give(octets: number): void;
}

const unlimited: Allowance = { take: () => true, give() {} };

/** The place of the next octet: what came before it, as far as that matters. */
type Place = 'line start' | 'in a line' | 'after CR' | 'after a dot' | 'after a dot and CR' | 'end';

function after(place: Place, octet: number): Place {
  switch (octet) {
    case DOT:
      return place === 'line start' ? 'after a dot' : 'in a line';
    case CR:
      return place === 'after a dot' ? 'after a dot and CR' : 'after CR';
    case LF:
      if (place === 'after a dot and CR') return 'end';
      return place === 'after CR' ? 'line start' : 'in a line';
    default:
      return 'in a line';
  }
}

/** Holds unstuffed text on its way into a reader's own memory. */
const scratch = Buffer.allocUnsafeSlow(16 * 1024);

/**
 * Reads a stuffed text from a byte stream, unstuffs it and finds its end. Only CRLF ends a line, so only CRLF.CRLF ends
 * the text (RFC 3977 §3.1.1): a dot between bare LFs is text. Otherwise the author of the text could have what follows
 * run as commands of the gateway that relays it.
 *
 * The text is kept in one buffer of at most twice its size. Beyond the limit, or once the allowance is used up, reading
 * goes on to the end of the text, but nothing is stored.
 */
export class DotReader {
  readonly #maxOctets: number;
  readonly #allowance: Allowance;
  #text: Buffer = EMPTY;
  #octets = 0;
  #refused: 'too large' | 'no room' | undefined;
  #place: Place = 'line start';

  /** @param maxOctets the size of the largest text stored, unstuffed */
  constructor(maxOctets: number, allowance: Allowance = unlimited) {
    this.#maxOctets = maxOctets;
    this.#allowance = allowance;
  }

  /** Why nothing is stored. */
  get refused(): 'too large' | 'no room' | undefined {
    return this.#refused;
  }

  /** octets of memory in use */
  get held(): number {
    return this.#text.length;
  }

  /** The text so far without its terminator, valid until `release()`; empty if it was refused. */
  body(): Buffer {
    return this.#text.subarray(0, this.#octets);
  }

  /** Gives the memory back. */
  release(): void {
    this.#allowance.give(this.#text.length);
    this.#text = EMPTY;
    this.#octets = 0;
  }

  /** `rest`: what follows the terminator. */
  feed(chunk: Buffer): { done: false } | { done: true; rest: Buffer } {
    for (let at = 0; at < chunk.length; ) {
      const taken = this.#unstuff(chunk.subarray(at, at + scratch.length - 1));
      at += taken;
      if (this.#place === 'end') return { done: true, rest: chunk.subarray(at) };
    }
    return { done: false };
  }

  /**
   * Octet by octet: an article may be all dots, and searching from one to the next would take many times as long.
   * Returns how many octets were taken: all, up to the end of the text.
   */
  #unstuff(part: Buffer): number {
    let length = 0;
    let at = 0;
    while (at < part.length && this.#place !== 'end') {
      const octet = part[at++] ?? 0;
      const before = this.#place;
      this.#place = after(before, octet);
      if (this.#place === 'after a dot' || this.#place === 'after a dot and CR' || this.#place === 'end') continue;
      // A dot and a CR that did not end the text: the dot was stuffing, the CR was not.
      if (before === 'after a dot and CR') scratch[length++] = CR;
      scratch[length++] = octet;
    }
    this.#store(scratch.subarray(0, length));
    return at;
  }

  #store(part: Buffer): void {
    if (this.#refused !== undefined) return;
    const octets = this.#octets + part.length;
    if (octets > this.#maxOctets) this.#refuse('too large');
    else if (octets <= this.#text.length || this.#grow(octets)) {
      part.copy(this.#text, this.#octets);
      this.#octets = octets;
    } else this.#refuse('no room');
  }

  #grow(octets: number): boolean {
    const size = Math.max(octets, Math.min(this.#text.length * 2, this.#maxOctets));
    if (!this.#allowance.take(size - this.#text.length)) return false;
    const larger = Buffer.allocUnsafeSlow(size);
    this.#text.copy(larger, 0, 0, this.#octets);
    this.#text = larger;
    return true;
  }

  #refuse(why: 'too large' | 'no room'): void {
    this.release();
    this.#refused = why;
  }
}

const LF = 0x0a;
const CR = 0x0d;
const EMPTY = Buffer.alloc(0);

/** What `LineReader.next()` returns for a line that exceeds the limit. */
export const TOO_LONG: unique symbol = Symbol('line too long');

/** Octets of such a line that are kept. */
const HEAD = 64;

/**
 * Bytes in, lines out. The owner pulls one line at a time, stops when it cannot answer more, and then stops feeding
 * (back-pressure). CRLF or a bare LF ends a line; any other CR is part of it.
 *
 * Memory is bounded by what was fed but not taken; only the first octets of a line beyond the limit are kept.
 */
export class LineReader {
  readonly #maxOctets: number;
  #bytes: Buffer = EMPTY;
  /** start of the first line not taken */
  #start = 0;
  /** where the search for LF continues: a long line that trickles in is not searched again and again */
  #searched = 0;
  #discarding = false;
  #endedBare = false;
  #afterBare = false;
  /** within a line that is too long: the last octet was a CR */
  #afterCr = false;
  #headOfTooLong = '';

  /** @param maxOctets the longest line accepted, without its terminator */
  constructor(maxOctets: number) {
    this.#maxOctets = maxOctets;
  }

  feed(chunk: Buffer): void {
    if (this.#start === this.#bytes.length) {
      this.#bytes = chunk;
      this.#searched = 0;
    } else {
      this.#bytes = Buffer.concat([this.#bytes.subarray(this.#start), chunk]);
      this.#searched -= this.#start;
    }
    this.#start = 0;
  }

  /** The next line, a view valid until the next `feed()`; `undefined`: incomplete, wait for more. */
  next(): Buffer | typeof TOO_LONG | undefined {
    if (this.#discarding && !this.#discard()) return undefined;
    const end = this.#bytes.indexOf(LF, this.#searched);
    if (end < 0) return this.#incomplete();
    const start = this.#start;
    this.#start = this.#searched = end + 1;
    this.#afterBare = this.#endedBare;
    this.#endedBare = end === start || this.#bytes[end - 1] !== CR;
    const length = (this.#endedBare ? end : end - 1) - start;
    if (length <= this.#maxOctets) return this.#bytes.subarray(start, start + length);
    this.#keepHead(start);
    return TOO_LONG;
  }

  /** The beginning of the last line that was too long, octets as characters. */
  get headOfTooLong(): string {
    return this.#headOfTooLong;
  }

  #keepHead(start: number): void {
    this.#headOfTooLong = this.#bytes.toString('latin1', start, start + HEAD);
  }

  /** Whether the last line taken ended with LF alone. */
  get endedBare(): boolean {
    return this.#endedBare;
  }

  /** Whether the line before it, even one that was too long, ended with LF alone. */
  get afterBare(): boolean {
    return this.#afterBare;
  }

  /** octets fed and not yet taken */
  get buffered(): number {
    return this.#bytes.length - this.#start;
  }

  /** True within a line that is too long: the rest of it is discarded. */
  get discarding(): boolean {
    return this.#discarding;
  }

  /**
   * Returns everything not yet taken, and empties the reader: the bytes that follow are not lines (TLS, compression, an
   * article).
   */
  takeRest(): Buffer {
    const rest = this.#bytes.subarray(this.#start);
    this.#forget();
    return rest;
  }

  #incomplete(): typeof TOO_LONG | undefined {
    if (this.#start > 0) {
      // A copy, so that the memory of lines already taken can be freed.
      this.#bytes = Buffer.from(this.#bytes.subarray(this.#start));
      this.#start = 0;
    }
    this.#searched = this.#bytes.length;
    const excess = this.buffered - this.#maxOctets;
    // One octet more may be the CR of a line that just fits.
    if (excess < 1 || (excess === 1 && this.#bytes[this.#bytes.length - 1] === CR)) return undefined;
    this.#afterCr = this.#bytes[this.#bytes.length - 1] === CR;
    this.#keepHead(0);
    this.#forget();
    this.#discarding = true;
    return TOO_LONG;
  }

  /** Skips the rest of a line that was too long. False: its end has not arrived yet. */
  #discard(): boolean {
    const end = this.#bytes.indexOf(LF, this.#start);
    const last = end < 0 ? this.#bytes.length : end;
    if (last > this.#start) this.#afterCr = this.#bytes[last - 1] === CR;
    if (end < 0) {
      this.#forget();
      return false;
    }
    this.#endedBare = !this.#afterCr;
    this.#start = this.#searched = end + 1;
    this.#discarding = false;
    return true;
  }

  #forget(): void {
    this.#bytes = EMPTY;
    this.#start = this.#searched = 0;
  }
}

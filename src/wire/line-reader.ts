const LF = 0x0a;
const CR = 0x0d;
const DOT = 0x2e;
const EMPTY = Buffer.alloc(0);
const DOT_LINE = Buffer.from('\n.');

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
  /** what comes after these: only a line that is in two chunks is copied */
  #following: Buffer = EMPTY;
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
    if (this.buffered === 0) {
      this.#bytes = chunk;
      this.#start = this.#searched = 0;
      return;
    }
    const end = this.#following.length > 0 ? 0 : chunk.indexOf(LF) + 1;
    const parts = [this.#bytes.subarray(this.#start), this.#following];
    this.#following = end > 0 ? chunk.subarray(end) : EMPTY;
    this.#bytes = Buffer.concat([...parts, end > 0 ? chunk.subarray(0, end) : chunk]);
    this.#searched -= this.#start;
    this.#start = 0;
  }

  /** The next line, a view valid until the next `feed()`; `undefined`: incomplete, wait for more. */
  next(): Buffer | typeof TOO_LONG | undefined {
    if (this.#discarding && !this.#discard()) return undefined;
    this.#goOn();
    // A search costs more than the rest of this.
    const end = this.#searched < this.#bytes.length ? this.#bytes.indexOf(LF, this.#searched) : -1;
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

  /**
   * The whole lines that have arrived, as they came, in one piece: up to one that begins with a dot, and no more than
   * `most` octets. A view valid until the next `feed()`; `undefined`: `next()` may have one. Lines are not measured.
   */
  nextLines(most: number): Buffer | undefined {
    if (this.#discarding) return undefined;
    this.#goOn();
    const arrived = this.#bytes.subarray(this.#start, this.#start + most);
    if (arrived[0] === DOT) return undefined;
    const dot = arrived.indexOf(DOT_LINE);
    const length = (dot < 0 ? arrived.lastIndexOf(LF) : dot) + 1;
    if (length === 0) return undefined;
    this.#start += length;
    this.#searched = this.#start;
    return arrived.subarray(0, length);
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
    return this.#bytes.length - this.#start + this.#following.length;
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
    this.#goOn();
    const rest = this.#bytes.subarray(this.#start);
    const all = this.#following.length > 0 ? Buffer.concat([rest, this.#following]) : rest;
    this.#forget();
    return all;
  }

  #goOn(): void {
    if (this.#start < this.#bytes.length || this.#following.length === 0) return;
    this.#bytes = this.#following;
    this.#following = EMPTY;
    this.#start = this.#searched = 0;
  }

  #incomplete(): typeof TOO_LONG | undefined {
    if (this.#start > 0) {
      // A copy, so that the memory of lines already taken can be freed.
      this.#bytes = this.#start < this.#bytes.length ? Buffer.from(this.#bytes.subarray(this.#start)) : EMPTY;
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
    this.#bytes = this.#following = EMPTY;
    this.#start = this.#searched = 0;
  }
}

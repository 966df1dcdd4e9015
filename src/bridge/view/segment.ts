const [TAB, LF, CR, SPACE] = [9, 10, 13, 32];

/** Consecutive overview lines, ready to send. */
export class Segment {
  /** whether all its texts were available */
  readonly complete: boolean;
  readonly #bytes: Buffer;
  readonly #numbers: Uint32Array;
  /** where each line starts, followed by where the last one ends */
  readonly #starts: Uint32Array;

  /**
   * @param numbers ascending
   * @param lines overview lines with CRLF; ASCII, so that characters are octets
   */
  constructor(numbers: readonly number[], lines: readonly string[], complete: boolean) {
    this.complete = complete;
    this.#numbers = Uint32Array.from(numbers);
    this.#starts = new Uint32Array(lines.length + 1);
    let end = 0;
    let index = 0;
    for (const line of lines) this.#starts[++index] = end += line.length;
    this.#bytes = Buffer.from(lines.join(''), 'latin1');
  }

  /** Octets of memory. */
  get octets(): number {
    return this.#bytes.length + this.#numbers.byteLength + this.#starts.byteLength;
  }

  /** The lines of the articles low … high: a view, no copy. */
  slice(low: number, high: number): Buffer {
    return this.#bytes.subarray(this.#starts[this.#indexOf(low)], this.#starts[this.#indexOf(high + 1)]);
  }

  /** `number SP value CRLF` lines from one column (HDR). */
  column(column: number, low: number, high: number): Buffer {
    const bytes = this.#bytes;
    const first = this.#indexOf(low);
    const end = this.#indexOf(high + 1);
    // No resulting line is longer than the original.
    const lines = Buffer.allocUnsafeSlow((this.#starts[end] ?? 0) - (this.#starts[first] ?? 0));
    let length = 0;
    // Octet by octet: a search, a string and a copy for each line would take three times as long.
    for (let index = first; index < end; index++) {
      const lineEnd = (this.#starts[index + 1] ?? 0) - '\r\n'.length;
      let at = this.#starts[index] ?? 0;
      for (; at < lineEnd && bytes[at] !== TAB; at++) lines[length++] = bytes[at] ?? 0;
      lines[length++] = SPACE;
      for (let tab = 0; tab < column && at < lineEnd; at++) if (bytes[at] === TAB) tab++;
      for (; at < lineEnd && bytes[at] !== TAB; at++) lines[length++] = bytes[at] ?? 0;
      lines[length++] = CR;
      lines[length++] = LF;
    }
    // Copy, so that an answer waiting for a client holds no more memory than it seems to.
    return Buffer.from(lines.subarray(0, length));
  }

  /** The first line whose article number is at least this. */
  #indexOf(number: number): number {
    let low = 0;
    let high = this.#numbers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#numbers[middle] ?? 0) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

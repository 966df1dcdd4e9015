/** Lines about consecutive articles, ready to send: overview, or one field of each. */
export class Segment {
  /** whether all its texts were available */
  readonly complete: boolean;
  readonly #bytes: Buffer;
  readonly #numbers: Uint32Array;
  /** where each line starts, followed by where the last one ends */
  readonly #starts: Uint32Array;

  /**
   * @param numbers ascending
   * @param lines with CRLF; ASCII, so that characters are octets
   */
  constructor(numbers: ArrayLike<number>, lines: readonly string[], complete: boolean) {
    this.complete = complete;
    this.#numbers = new Uint32Array(numbers);
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

  /** `number SP value CRLF` lines from one column of the overview lines low … high (HDR). */
  column(column: number, low: number, high: number): Segment {
    const lines = this.slice(low, high).toString('latin1').split('\r\n').slice(0, -1);
    const short = lines.map((line) => {
      const cells = line.split('\t', column + 1);
      return `${cells[0]} ${cells[column]}\r\n`;
    });
    const numbers = this.#numbers.subarray(this.#indexOf(low), this.#indexOf(high + 1));
    return new Segment(numbers, short, this.complete);
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

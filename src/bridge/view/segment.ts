/** Consecutive overview lines, ready to send. */
const TAB = 9;
const CRLF = '\r\n';

export class Segment {
  /** whether all its texts were available */
  readonly complete: boolean;
  readonly #bytes: Buffer;
  readonly #numbers: Uint32Array;
  /** where each line starts, and finally where the last one ends */
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
    let lines = '';
    const end = this.#indexOf(high + 1);
    for (let index = this.#indexOf(low); index < end; index++) {
      let start = this.#starts[index] ?? 0;
      for (let tab = 0; tab < column; tab++) start = this.#bytes.indexOf(TAB, start) + 1;
      const lineEnd = (this.#starts[index + 1] ?? 0) - CRLF.length;
      const tab = this.#bytes.indexOf(TAB, start);
      const stop = tab < 0 || tab > lineEnd ? lineEnd : tab;
      lines += `${this.#numbers[index]} ${this.#bytes.toString('latin1', start, stop)}${CRLF}`;
    }
    return Buffer.from(lines, 'latin1');
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

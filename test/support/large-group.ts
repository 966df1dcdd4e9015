import type { Newsgroup, RenderedArticle } from '../../src/nntp/backend.ts';

const LINES_A_PIECE = 300;
const NUMBERS_A_PIECE = 4096;

/** A newsgroup of any size that keeps nothing: articles 1 … count, made as they are asked for. */
export class LargeGroup implements Newsgroup {
  readonly name: string;
  readonly description = 'Large';
  readonly created = 0;
  readonly creator = 'nobody';
  readonly low = 1;
  readonly high: number;
  readonly count: number;
  readonly #body: string;
  /** how many pieces of overviews and headers have been made */
  pieces = 0;

  constructor(name: string, count: number, bodyOctets = 1000) {
    this.name = name;
    this.count = count;
    this.high = count;
    this.#body = `${'x'.repeat(70)}\r\n`.repeat(Math.ceil(bodyOctets / 72));
  }

  messageId(number: number): string | undefined {
    return this.#has(number) ? `<${number}@large.example.net>` : undefined;
  }

  numberOf(messageId: string): number | undefined {
    const number = Number(/^<(\d+)@large\.example\.net>$/.exec(messageId)?.[1]);
    return this.#has(number) ? number : undefined;
  }

  atOrAfter(number: number): number | undefined {
    return number <= this.high ? Math.max(number, this.low) : undefined;
  }

  atOrBefore(number: number): number | undefined {
    return number >= this.low ? Math.min(number, this.high) : undefined;
  }

  *numbers(low: number, high: number): Generator<Uint32Array> {
    const last = Math.min(high, this.high);
    for (let first = Math.max(low, this.low); first <= last; first += NUMBERS_A_PIECE) {
      yield Uint32Array.from({ length: Math.min(NUMBERS_A_PIECE, last - first + 1) }, (_, i) => first + i);
    }
  }

  article(number: number): RenderedArticle | undefined {
    const messageId = this.messageId(number);
    if (messageId === undefined) return undefined;
    const head = `Subject: Item ${number}\r\nFrom: a <a@example.net>\r\nMessage-ID: ${messageId}\r\n\r\n`;
    return { messageId, bytes: Buffer.from(`${head}${this.#body}.\r\n`), bodyStart: head.length };
  }

  overview(low: number, high: number): Iterable<Buffer> {
    return this.#lines(
      low,
      high,
      (number) =>
        `${number}\tItem ${number}\ta <a@example.net>\tMon, 12 Oct 2026 22:04:37 +0000\t<${number}@large.example.net>\t\t1200\t15\tXref: news ${this.name}:${number}\r\n`,
    );
  }

  header(field: string, low: number, high: number): Iterable<Buffer> {
    return this.#lines(low, high, (number) => `${number} ${field === 'subject' ? `Item ${number}` : ''}\r\n`);
  }

  *arrivedSince(): Generator<string> {
    for (let number = 1; number <= this.count; number++) yield `<${number}@large.example.net>`;
  }

  #has(number: number): boolean {
    return Number.isInteger(number) && number >= this.low && number <= this.high;
  }

  *#lines(low: number, high: number, line: (number: number) => string): Generator<Buffer> {
    const last = Math.min(high, this.high);
    for (let first = Math.max(low, this.low); first <= last; first += LINES_A_PIECE) {
      let text = '';
      for (let number = first; number <= Math.min(first + LINES_A_PIECE - 1, last); number++) text += line(number);
      this.pieces++;
      yield Buffer.from(text);
    }
  }
}

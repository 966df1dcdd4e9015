import { Segment } from '../../src/bridge/view/segment.ts';
import type { Newsgroup, RenderedArticle } from '../../src/nntp/backend.ts';

const PIECE = 64 * 1024;
/** articles whose headers are found together, as those of a board are */
const SEGMENT = 256;

/** A newsgroup whose every answer is rendered beforehand, so that only the cost of the front end shows. */
export class RenderedGroup implements Newsgroup {
  readonly name = 'bench.group';
  readonly description = 'Bench';
  readonly created = 0;
  readonly creator = 'nobody';
  readonly low = 1;
  readonly high: number;
  readonly count: number;
  readonly articles: readonly RenderedArticle[];
  /** all overview lines, and where each begins */
  readonly lines: Buffer;
  readonly starts: Uint32Array;
  /** lines as HDR shows them */
  readonly subjects: readonly Buffer[];
  readonly #segments: readonly Segment[];

  /** @param octets size of an article */
  constructor(count: number, octets: number) {
    this.count = count;
    this.high = count;
    const body = `${'x'.repeat(70)}\r\n`.repeat(Math.ceil(octets / 72));
    this.articles = Array.from({ length: count }, (_, i) => rendered(i + 1, body));
    const lines = this.articles.map(({ messageId }, i) =>
      Buffer.from(
        `${i + 1}\tRe: Item ${i} about things\tAlice Example <alice@example.net>\tMon, 12 Oct 2026 22:04:37 +0000\t${messageId}\t<0@bench.example.net>\t${octets}\t28\tXref: news.example.net bench.group:${i + 1}\r\n`,
      ),
    );
    this.lines = Buffer.concat(lines);
    this.starts = new Uint32Array(count + 1);
    for (const [i, line] of lines.entries()) this.starts[i + 1] = (this.starts[i] ?? 0) + line.length;
    this.subjects = this.articles.map((_, i) => Buffer.from(`${i + 1} Re: Item ${i} about things\r\n`));
    this.#segments = Array.from({ length: Math.ceil(count / SEGMENT) }, (_, at) => {
      const some = this.subjects.slice(at * SEGMENT, (at + 1) * SEGMENT).map((line) => line.toString('latin1'));
      return new Segment(
        some.map((_line, i) => at * SEGMENT + i + 1),
        some,
        true,
      );
    });
  }

  status(): 'y' {
    return 'y';
  }

  messageId(number: number): string | undefined {
    return this.articles[number - 1]?.messageId;
  }

  atOrAfter(number: number): number | undefined {
    return number <= this.high ? Math.max(number, 1) : undefined;
  }

  atOrBefore(number: number): number | undefined {
    return number >= 1 ? Math.min(number, this.high) : undefined;
  }

  *numbers(low: number, high: number): Generator<Uint32Array> {
    yield Uint32Array.from({ length: Math.min(high, this.high) - low + 1 }, (_, i) => low + i);
  }

  article(number: number): RenderedArticle | undefined {
    return this.articles[number - 1];
  }

  *overview(low: number, high: number): Generator<Buffer> {
    const end = this.starts[Math.min(high, this.high)] ?? 0;
    for (let at = this.starts[low - 1] ?? 0; at < end; at += PIECE) {
      yield this.lines.subarray(at, Math.min(at + PIECE, end));
    }
  }

  *header(_field: string, low: number, high: number): Generator<Buffer> {
    for (let at = Math.floor((low - 1) / SEGMENT); at * SEGMENT < high; at++) {
      const lines = this.#segments[at]?.slice(low, high);
      if (lines !== undefined) yield lines;
    }
  }

  *arrivedSince(): Generator<string> {}
}

function rendered(number: number, body: string): RenderedArticle {
  const messageId = `<${number}@bench.example.net>`;
  const head = `Path: news.example.net!not-for-mail\r\nFrom: Alice Example <alice@example.net>\r\nSubject: Re: Item ${number}\r\nMessage-ID: ${messageId}\r\n\r\n`;
  return { messageId, bytes: Buffer.from(`${head}${body}.\r\n`), bodyStart: head.length };
}

import { type Allowance, DotReader } from '../../wire/dots.ts';
import { LineReader, type TOO_LONG } from '../../wire/line-reader.ts';
import type { Limits } from '../limits.ts';

/** The longest SASL PLAIN line: identity, user and password of 255 octets each, in base64, after the command. */
const SASL_OCTETS = 2048;
/** Octets of an article taken in one step. */
const PIECE = 16 * 1024;

export type Line = Buffer | typeof TOO_LONG;

interface ArticleReception {
  readonly reader: DotReader;
  take(article: DotReader | undefined): void;
}

/** What a client sends: command lines, and between them the line or the article that a command waits for. */
export class Incoming {
  readonly #reader: LineReader;
  readonly #memory: Allowance;
  #takeLine: ((line: Line | undefined) => void) | undefined;
  #article: ArticleReception | undefined;
  /** received but not yet processed: part of the article, and what follows it */
  #ahead: Buffer[] = [];

  /** @param memory the allowance that articles are taken from */
  constructor(limits: Limits, memory: Allowance) {
    this.#memory = memory;
    this.#reader = new LineReader(Math.max(limits.line, SASL_OCTETS));
  }

  /** Whether a command waits for an article. `advance()` takes it. */
  get awaitsArticle(): boolean {
    return this.#article !== undefined;
  }

  /** Whether a command waits for a line, so that the next one is not a command. */
  get awaitsLine(): boolean {
    return this.#takeLine !== undefined;
  }

  /** octets not taken yet */
  get buffered(): number {
    let octets = this.#reader.buffered;
    for (const { length } of this.#ahead) octets += length;
    return octets;
  }

  feed(chunk: Buffer): void {
    if (this.#article) this.#ahead.push(chunk);
    else this.#reader.feed(chunk);
  }

  /** Takes a piece of the awaited article. False: no more of it has arrived. */
  advance(): boolean {
    const article = this.#article;
    const [chunk] = this.#ahead;
    if (!article || !chunk) return false;
    const end = article.reader.feed(chunk.subarray(0, PIECE));
    if (!end.done) {
      if (chunk.length > PIECE) this.#ahead[0] = chunk.subarray(PIECE);
      else this.#ahead.shift();
      return true;
    }
    this.#article = undefined;
    this.#ahead[0] = chunk.subarray(Math.min(chunk.length, PIECE) - end.rest.length);
    for (const rest of this.#ahead.splice(0)) if (rest.length > 0) this.#reader.feed(rest);
    article.take(article.reader);
    return true;
  }

  /** The next line, valid until the next `feed()`; `undefined` while it is incomplete. */
  next(): Line | undefined {
    return this.#reader.next();
  }

  /** Gives a line to the command that waits for one. Returns false if none does. */
  handOver(line: Line): boolean {
    const take = this.#takeLine;
    this.#takeLine = undefined;
    // A copy: the command goes on after the view has become invalid.
    take?.(Buffer.isBuffer(line) ? Buffer.from(line) : line);
    return take !== undefined;
  }

  /** The next line, which is not a command; `undefined`: the client has gone. */
  line(): Promise<Line | undefined> {
    return new Promise((resolve) => {
      this.#takeLine = resolve;
    });
  }

  /** The beginning of the last line that was too long. */
  get headOfTooLong(): string {
    return this.#reader.headOfTooLong;
  }

  /**
   * The next article, dots unstuffed, to be released; `undefined`: the client has gone before its end.
   *
   * @param most how many octets to store at most; 0: only read it to its end
   */
  article(most: number): Promise<DotReader | undefined> {
    const received = new Promise<DotReader | undefined>((take) => {
      this.#article = { reader: new DotReader(most, this.#memory), take };
    });
    const rest = this.#reader.takeRest();
    if (rest.length > 0) this.#ahead.push(rest);
    return received;
  }

  /** Drops what the client has sent ahead. */
  drop(): void {
    this.#ahead = [];
    this.#reader.takeRest();
  }

  /** No more input will come: tells the command that waits for it. */
  end(): void {
    this.#article?.reader.release();
    this.#article?.take(undefined);
    this.#takeLine?.(undefined);
    this.#article = undefined;
    this.#takeLine = undefined;
  }

  /** The client has gone. */
  close(): void {
    this.end();
    this.drop();
  }
}

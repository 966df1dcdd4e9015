import { type Allowance, DotReader } from '../../wire/dots.ts';
import { LineReader, type TOO_LONG } from '../../wire/line-reader.ts';
import type { Limits } from '../limits.ts';

/** What SASL PLAIN may need: identity, user and password of 255 octets each, in base64, and the command before them. */
const SASL_OCTETS = 2048;

export type Line = Buffer | typeof TOO_LONG;

interface ArticleReception {
  readonly reader: DotReader;
  take(article: DotReader | undefined): void;
}

/** What a client sends: command lines, and in between the line or the article that a command waits for. */
export class Incoming {
  readonly #limits: Limits;
  readonly #reader: LineReader;
  readonly #memory: Allowance;
  #takeLine: ((line: Line | undefined) => void) | undefined;
  #article: ArticleReception | undefined;

  /** @param memory the allowance that articles are taken from */
  constructor(limits: Limits, memory: Allowance) {
    this.#memory = memory;
    this.#limits = limits;
    this.#reader = new LineReader(Math.max(limits.line, SASL_OCTETS));
  }

  /** Whether a command waits for an article: everything up to its end belongs to it. */
  get awaitsArticle(): boolean {
    return this.#article !== undefined;
  }

  /** Whether a command waits for a line: the next one is not a command. */
  get awaitsLine(): boolean {
    return this.#takeLine !== undefined;
  }

  /** octets of lines not taken yet */
  get buffered(): number {
    return this.#reader.buffered;
  }

  feed(chunk: Buffer): void {
    const article = this.#article;
    if (!article) {
      this.#reader.feed(chunk);
      return;
    }
    const end = article.reader.feed(chunk);
    if (!end.done) return;
    this.#article = undefined;
    this.#reader.feed(end.rest);
    article.take(article.reader);
  }

  /** The next line, valid until the next `feed()`; `undefined`: it is not complete. */
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

  /** The next line, whatever it says; `undefined`: the client has gone. */
  line(): Promise<Line | undefined> {
    return new Promise((resolve) => {
      this.#takeLine = resolve;
    });
  }

  /** The next article, dots unstuffed, to be released; `undefined`: the client has gone before its end. */
  article(): Promise<DotReader | undefined> {
    const received = new Promise<DotReader | undefined>((take) => {
      this.#article = { reader: new DotReader(this.#limits.article, this.#memory), take };
    });
    this.feed(this.#reader.takeRest());
    return received;
  }

  /** Forgets what was sent ahead. */
  drop(): void {
    this.#reader.takeRest();
  }

  /** Nothing more will come: tells the command that waits. */
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

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

  /** @param memory what articles may use of it */
  constructor(limits: Limits, memory: Allowance) {
    this.#memory = memory;
    this.#limits = limits;
    this.#reader = new LineReader(Math.max(limits.line, SASL_OCTETS));
  }

  /** A command waits for an article: everything belongs to it, up to its end. */
  get awaitsArticle(): boolean {
    return this.#article !== undefined;
  }

  /** A command waits for a line: the next one is no command. */
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

  /** Gives a line to the command that waits for one. False: none does. */
  handOver(line: Line): boolean {
    const take = this.#takeLine;
    this.#takeLine = undefined;
    // The command goes on after the view has become invalid.
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

  /** Nothing more will come: the command that waits is told. */
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

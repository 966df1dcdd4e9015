import { overviewLine } from '../../news/overview.ts';
import { headLength, type Rendered, renderArticle } from '../../news/render.ts';
import { Refusal } from '../../nntp/backend.ts';
import { RgtpError } from '../../rgtp/errors.ts';
import type { Log } from '../../wire/log.ts';
import { octets } from '../../wire/octets.ts';
import { after, type Soon } from '../../wire/soon.ts';
import type { ItemText } from '../item-text.ts';
import type { SharedMemory } from '../memory.ts';
import type { BoardModel, ItemRecord, PostSummary } from '../model.ts';
import { because } from '../words.ts';
import type { Contents } from './contents.ts';
import type { Headers } from './headers.ts';
import { Memo } from './memo.ts';
import { RecentlyRead } from './recently-read.ts';

export interface ArticleParts {
  readonly headers: Headers;
  readonly contents: Contents;
  readonly memory: SharedMemory;
  readonly log: Log;
}

/**
 * What overview needs from an article beyond the index. `passing`: not to be kept, because it may become outdated without
 * a change that the model reports.
 */
export type Summary = PostSummary & { readonly passing?: true };

const NOT_FETCHED = 'The text of this article could not be fetched from the board yet.';

/** Makes articles, and their overview lines, from rows of the model. */
export class Articles {
  readonly #model: BoardModel;
  readonly #headers: Headers;
  readonly #contents: Contents;
  readonly #log: Log;
  /** by row */
  readonly #rendered: Memo<Rendered>;
  /** by row: only headers */
  readonly #heads: Memo<Rendered>;

  constructor(model: BoardModel, { headers, contents, memory, log }: ArticleParts) {
    this.#model = model;
    this.#headers = headers;
    this.#contents = contents;
    this.#log = log;
    const memo = (make: (row: number) => Soon<Rendered | undefined>) => {
      const recent = new RecentlyRead(memory.budget);
      return new Memo(
        memory.shelf<Rendered>('articles'),
        make,
        (made, row) => memory.hasRoomFor(made) || recent.again(row),
      );
    };
    this.#rendered = memo((row) => this.#make(row));
    this.#heads = memo((row) => this.#makeHead(row));
  }

  /** `undefined`: it has just been withdrawn. Throws or rejects with `Refusal` while its text is not available. */
  article(row: number): Soon<Rendered | undefined> {
    try {
      const article = this.#rendered.get(row);
      if (article === undefined) return this.#render(row, undefined);
      if (!(article instanceof Promise)) return article;
      return article.then((made) => made ?? this.#render(row, undefined)).catch(refuse);
    } catch (error) {
      return refuse(error);
    }
  }

  /** Like `article`, but the body may be missing: if the headers need no text, none is read. */
  head(row: number): Soon<Rendered | undefined> {
    const rendered = this.#rendered.peek(row) ?? this.#heads.get(row);
    return rendered ?? this.article(row);
  }

  #makeHead(row: number): Rendered | undefined {
    const summary = this.#model.summary(row);
    const messageId = this.#headers.value('Message-ID', row);
    if (summary === undefined || messageId === '') return undefined;
    const bytes = Buffer.from(this.#headers.head(row, summary.grogname), 'latin1');
    return { messageId, bytes, bodyStart: bytes.length, octets: bytes.length };
  }

  /** Does not make articles whose text the board lacks, which must not be cached: the item may come back. */
  #make(row: number): Soon<Rendered | undefined> {
    const record = this.#contents.itemFor(row);
    if (record === undefined) {
      if (this.#contents.isAwaited(row)) throw new Refusal('unavailable', NOT_FETCHED);
      return this.#render(row, undefined);
    }
    const post = this.#model.posts.sequences[row];
    return after(this.#model.text(record, post), (item) => item && this.#render(row, item));
  }

  #render(row: number, item: ItemText | undefined): Rendered | undefined {
    const messageId = this.#headers.value('Message-ID', row);
    // Withdrawn while its text was being fetched.
    if (messageId === '') return undefined;
    if (item !== undefined && this.#isBehind(row, item)) throw new Refusal('unavailable', NOT_FETCHED);
    const { grogname, body } = this.#contents.of(row, item);
    const number = this.#model.posts.numbers[row] ?? 0;
    return renderArticle(number, messageId, this.#headers.head(row, grogname), body);
  }

  /** What overview needs beyond the index. `undefined`: not available now. Neither throws nor rejects. */
  summary(row: number): Soon<Summary | undefined> {
    const record = this.#contents.itemFor(row);
    if (record === undefined) return this.#contents.isAwaited(row) ? undefined : this.#measure(row, undefined);
    const known = this.#model.summary(row);
    if (known !== undefined) return known;
    try {
      const summary = after(this.#model.text(record), (item) => this.#ofPost(row, item));
      return summary instanceof Promise ? summary.catch((error: unknown) => this.#unavailable(record, error)) : summary;
    } catch (error) {
      return this.#unavailable(record, error);
    }
  }

  #ofPost(row: number, item: ItemText | undefined): Summary | undefined {
    if (item === undefined) return { ...this.#measure(row, undefined), passing: true };
    return this.#isBehind(row, item) ? undefined : this.#measure(row, item);
  }

  /** Whether the text held is older than the post, because the board is away. */
  #isBehind(row: number, { newest }: ItemText): boolean {
    const record = this.#contents.itemFor(row);
    const isNewer = record !== undefined && (this.#model.posts.sequences[row] ?? 0) > newest;
    return isNewer && !this.#model.isUpToDate(record);
  }

  #measure(row: number, item: ItemText | undefined): PostSummary {
    const { grogname, body } = this.#contents.of(row, item);
    return { grogname, octets: body.octets, lines: body.lines };
  }

  #unavailable(record: ItemRecord, error: unknown): undefined {
    this.#log.debug({ item: record.id, err: error }, 'no text for overview: described from the index');
    return undefined;
  }

  /** An overview line. @param summary `undefined`: use the index alone */
  overview(row: number, summary: Summary | undefined): string {
    const fields = this.#headers.fields(row, summary?.grogname ?? octets``);
    const measures = summary && { bytes: headLength(fields) + summary.octets, lines: summary.lines };
    return overviewLine(this.#model.posts.numbers[row] ?? 0, fields, measures);
  }

  /** Drops what was made from a row, which is stale. */
  forgetRow(row: number): void {
    this.#rendered.forget(row);
    this.#heads.forget(row);
  }
}

/** Turns the board's errors into what they mean to a reader. Any other error is a bug, and is passed on. */
function refuse(error: unknown): never {
  if (!(error instanceof RgtpError)) throw error;
  throw new Refusal('unavailable', `The board cannot give the text now${because(error)}`, { cause: error });
}

/** A newsgroup that sessions may keep for as long as they like, whatever bridge the configuration makes meanwhile. */
import type { Account, Newsgroup, RenderedArticle } from '../nntp/backend.ts';
import type { Soon } from '../wire/soon.ts';

export class CurrentGroup implements Newsgroup {
  readonly name: string;
  #target: Newsgroup;

  constructor(target: Newsgroup) {
    this.name = target.name;
    this.#target = target;
  }

  /** From now on this one answers; `undefined`: the newsgroup is not carried any more. */
  replace(target: Newsgroup | undefined): void {
    this.#target = target ?? emptied(this.#target);
  }

  get description(): string {
    return this.#target.description;
  }

  get created(): number {
    return this.#target.created;
  }

  get creator(): string {
    return this.#target.creator;
  }

  get low(): number {
    return this.#target.low;
  }

  get high(): number {
    return this.#target.high;
  }

  get count(): number {
    return this.#target.count;
  }

  status(account: Account | undefined): 'y' | 'n' | 'm' {
    return this.#target.status(account);
  }

  messageId(number: number): string | undefined {
    return this.#target.messageId(number);
  }

  atOrAfter(number: number): number | undefined {
    return this.#target.atOrAfter(number);
  }

  atOrBefore(number: number): number | undefined {
    return this.#target.atOrBefore(number);
  }

  numbers(low: number, high: number): Iterable<Uint32Array> {
    return this.#target.numbers(low, high);
  }

  article(number: number): Soon<RenderedArticle | undefined> {
    return this.#target.article(number);
  }

  overview(low: number, high: number): Iterable<Soon<Buffer>> {
    return this.#target.overview(low, high);
  }

  header(field: string, low: number, high: number): Iterable<Soon<Buffer>> {
    return this.#target.header(field, low, high);
  }

  arrivedSince(seconds: number): Iterable<string> {
    return this.#target.arrivedSince(seconds);
  }
}

/** What is left of a newsgroup that is not carried any more. Its high water mark stays: it never falls. */
function emptied({ name, description, created, creator, high }: Newsgroup): Newsgroup {
  return {
    name,
    description,
    created,
    creator,
    low: high + 1,
    high,
    count: 0,
    status: () => 'n',
    messageId: () => undefined,
    atOrAfter: () => undefined,
    atOrBefore: () => undefined,
    numbers: () => [],
    article: () => undefined,
    overview: () => [],
    header: () => [],
    arrivedSince: () => [],
  };
}

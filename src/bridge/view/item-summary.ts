import type { Item } from '../../rgtp/item.ts';
import type { Charset } from '../../wire/charset.ts';
import { join, type Octets, octets } from '../../wire/octets.ts';
import { bodyOfText } from './text.ts';

/** What overview says of a post and only the item's text tells. */
export interface PostSummary {
  readonly grogname: Octets;
  /** of the body, in UTF-8 with CRLF */
  readonly octets: number;
  readonly lines: number;
  /** whether it stays true until the model says otherwise */
  readonly settled: boolean;
}

/** Columns of `#numbers`. */
const WIDTH = 4;
const SEQUENCE = 0;
const OCTETS = 1;
const LINES = 2;
const NAME_END = 3;

/** What an item's text says of its posts, packed: reading and decoding all of an item to list one post costs a hundred times more. */
export class ItemSummary {
  /** sequence number of the newest thing it knows of */
  readonly newest: number;
  readonly #numbers: Uint32Array;
  readonly #names: Octets;

  constructor(item: Item, charset: Charset) {
    this.newest = newestOf(item);
    this.#numbers = new Uint32Array(item.contributions.length * WIDTH);
    const names: Octets[] = [];
    let end = 0;
    let at = 0;
    for (const { sequence, grogname, lines } of item.contributions) {
      const body = bodyOfText(lines, charset);
      names.push(grogname);
      end += grogname.length;
      this.#numbers[at + SEQUENCE] = sequence;
      this.#numbers[at + OCTETS] = body.octets;
      this.#numbers[at + LINES] = body.lines;
      this.#numbers[at + NAME_END] = end;
      at += WIDTH;
    }
    this.#names = join(names, octets``);
  }

  /** `undefined`: the item has no such post. */
  of(sequence: number): PostSummary | undefined {
    const numbers = this.#numbers;
    for (let at = 0; at < numbers.length; at += WIDTH) {
      if (numbers[at + SEQUENCE] !== sequence) continue;
      const start = at === 0 ? 0 : numbers[at - WIDTH + NAME_END];
      return {
        grogname: this.#names.slice(start, numbers[at + NAME_END]),
        octets: numbers[at + OCTETS] ?? 0,
        lines: numbers[at + LINES] ?? 0,
        settled: true,
      };
    }
    return undefined;
  }

  /** Octets of memory. */
  get octets(): number {
    return this.#numbers.byteLength + this.#names.length;
  }
}

/** How far an item's text goes: a post after that is not in it yet, one before it that is missing was taken out. */
export function newestOf(item: Item): number {
  const posts = item.contributions.map(({ sequence }) => sequence);
  return Math.max(0, item.lastEdit ?? 0, item.lastReply ?? 0, item.mark?.sequence ?? 0, ...posts);
}

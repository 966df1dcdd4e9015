import type { Item } from '../../rgtp/item.ts';
import type { Charset } from '../../wire/charset.ts';
import { join, type Octets, octets } from '../../wire/octets.ts';
import { bodyOfText } from './text.ts';

/** What overview takes from an item's text. */
export interface PostSummary {
  readonly grogname: Octets;
  /** of the body, in UTF-8 with CRLF */
  readonly octets: number;
  readonly lines: number;
  /** whether it holds until the model reports a change */
  readonly settled: boolean;
}

/** Columns of `#numbers`. */
const WIDTH = 4;
const SEQUENCE = 0;
const OCTETS = 1;
const LINES = 2;
const NAME_END = 3;

/** What an item's text tells about its posts, packed: decoding the whole item to list one post would cost a hundred times as much. */
export class ItemSummary {
  /** sequence number of the newest post or edit in the text */
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

/** How far an item's text goes. A later post is not in it yet; an earlier one that is missing has been removed. */
export function newestOf(item: Item): number {
  const posts = item.contributions.map(({ sequence }) => sequence);
  return Math.max(0, item.lastEdit ?? 0, item.lastReply ?? 0, item.mark?.sequence ?? 0, ...posts);
}

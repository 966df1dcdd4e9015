import type { Charset } from '../../wire/charset.ts';
import { join, type Octets, octets } from '../../wire/octets.ts';
import type { ItemText } from '../item-text.ts';
import { bodyOfPost } from './text.ts';

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

  constructor(item: ItemText, charset: Charset) {
    this.newest = item.newest;
    const posts = [...item.posts()];
    this.#numbers = new Uint32Array(posts.length * WIDTH);
    const names: Octets[] = [];
    let end = 0;
    let at = 0;
    for (const post of posts) {
      const { sequence, grogname } = post;
      const body = bodyOfPost(post, charset);
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

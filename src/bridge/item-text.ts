import { inOnePiece } from '../rgtp/item.ts';
import { type Octets, octets, octetsFrom } from '../wire/octets.ts';

/** Version of the format; a text in another version is ignored, and fetched again. */
const VERSION = 2;
/** Octets before the table: version and three zeros, number of posts, newest sequence number. */
const HEAD = 12;
const COUNT = 4;
const NEWEST = 8;
/**
 * Octets of a post in the table: its sequence number, where its text begins and ends, its number of lines and `READY`.
 */
const ENTRY = 16;
/** Octets read at first: of most items, they include the table and the post. A second query would cost more. */
const AHEAD = 4096;
const TEXT = 4;
const END = 8;
const LINES = 12;
const READY = 0x8000_0000;

const CRLF = octets`\r\n`;
/**
 * Lines of printable ASCII, with CR and LF only at their ends; none begins with a dot, which is doubled, or is a separator of
 * signatures that has lost its blank.
 */
const PLAIN = /^(?:(?!\.|--\r)[ -~]*\r\n)*$/;
/** RFC 5536 §3 */
const MAX_LINE = 998;

const NOTHING = Buffer.alloc(0);

/** The parts of an item that are kept. */
export interface Said {
  readonly lastEdit: number | undefined;
  readonly lastReply: number | undefined;
  readonly mark: { readonly sequence: number } | undefined;
  readonly contributions: readonly {
    readonly sequence: number;
    readonly grogname: Octets;
    readonly lines: readonly Octets[];
    /** the same in one piece, each line ended by CRLF, if it came so */
    readonly text?: Octets;
  }[];
}

/**
 * An item's text in the form kept in memory and in the cache file: what articles need of it, in one piece of memory of
 * its own. A post is found by its offset, so reading one decodes no others; if none of its lines needs any change
 * (`ready`), it is not decoded, either. Not compressed: that would cost more than everything else in making an article.
 *
 * First the table of posts, then each post's grogname and text, every line of which ends with CRLF.
 */
export class ItemText {
  /** as it is stored */
  readonly bytes: Buffer;

  private constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  static of(item: Said): ItemText {
    const { contributions } = item;
    const texts = contributions.map((post) => post.text ?? inOnePiece(post.lines));
    const table = HEAD + contributions.length * ENTRY;
    const length = contributions.reduce((sum, { grogname }, at) => sum + grogname.length + (texts[at]?.length ?? 0), 0);
    const bytes = Buffer.allocUnsafeSlow(table + length);
    bytes.writeUInt32LE(VERSION, 0);
    bytes.writeUInt32LE(contributions.length, COUNT);
    bytes.writeUInt32LE(newestOf(item), NEWEST);
    let entry = HEAD;
    let end = table;
    for (const [at, { sequence, grogname }] of contributions.entries()) {
      const text = texts[at] ?? octets``;
      const { lines, isReady } = measured(text);
      end += bytes.write(grogname, end, 'latin1');
      bytes.writeUInt32LE(sequence, entry);
      bytes.writeUInt32LE(end, entry + TEXT);
      end += bytes.write(text, end, 'latin1');
      bytes.writeUInt32LE(end, entry + END);
      bytes.writeUInt32LE(lines + (isReady ? READY : 0), entry + LINES);
      entry += ENTRY;
    }
    return new ItemText(bytes);
  }

  /**
   * Reads what was stored; `undefined` if it is of another version, or damaged. @param stored is owned by the result
   */
  static read(stored: Uint8Array): ItemText | undefined {
    const bytes = viewOf(stored);
    if (bytes.length < HEAD || bytes.readUInt32LE(0) !== VERSION) return undefined;
    const count = bytes.readUInt32LE(COUNT);
    let last = HEAD + count * ENTRY;
    if (last > bytes.length) return undefined;
    for (let entry = HEAD; entry < HEAD + count * ENTRY; entry += ENTRY) {
      const text = bytes.readUInt32LE(entry + TEXT);
      const end = bytes.readUInt32LE(entry + END);
      if (text < last || end < text) return undefined;
      last = end;
    }
    return last === bytes.length ? new ItemText(bytes) : undefined;
  }

  /** The part of a stored text that one post needs, without the others. `undefined`: of another version, or damaged. */
  static ofPost(sequence: number, part: Part): ItemText | undefined {
    const ahead = viewOf(part(0, AHEAD));
    const table = tableOf(ahead, part);
    if (table === undefined) return undefined;
    let entry = HEAD;
    while (entry < table.length && table.readUInt32LE(entry) !== sequence) entry += ENTRY;
    const isThere = entry < table.length;
    const from = entry === HEAD ? table.length : table.readUInt32LE(entry - ENTRY + END);
    const end = isThere ? table.readUInt32LE(entry + END) : from;
    const post = end <= ahead.length ? ahead.subarray(from, end) : viewOf(part(from, end - from));
    const bytes = Buffer.concat([table.subarray(0, HEAD), table.subarray(entry, entry + ENTRY), post]);
    bytes.writeUInt32LE(isThere ? 1 : 0, COUNT);
    const moved = HEAD + ENTRY - from;
    for (const at of isThere ? [HEAD + TEXT, HEAD + END] : []) {
      bytes.writeUInt32LE((bytes.readUInt32LE(at) + moved) >>> 0, at);
    }
    return ItemText.read(bytes);
  }

  get octets(): number {
    return this.bytes.length;
  }

  /**
   * The newest sequence number that it covers: a later post is not in it yet; an earlier one that is missing has been
   * removed.
   */
  get newest(): number {
    return this.bytes.readUInt32LE(NEWEST);
  }

  /** `undefined`: the item has no such post. */
  post(sequence: number): PostText | undefined {
    const { bytes } = this;
    const table = this.#table;
    for (let entry = HEAD; entry < table; entry += ENTRY) {
      if (bytes.readUInt32LE(entry) === sequence) return new PostText(bytes, entry, table);
    }
    return undefined;
  }

  *posts(): Generator<PostText> {
    const table = this.#table;
    for (let entry = HEAD; entry < table; entry += ENTRY) yield new PostText(this.bytes, entry, table);
  }

  get #table(): number {
    return HEAD + this.bytes.readUInt32LE(COUNT) * ENTRY;
  }
}

/** A post in an item's text. */
export class PostText {
  readonly #bytes: Buffer;
  readonly #entry: number;
  readonly #table: number;

  constructor(bytes: Buffer, entry: number, table: number) {
    this.#bytes = bytes;
    this.#entry = entry;
    this.#table = table;
  }

  get sequence(): number {
    return this.#bytes.readUInt32LE(this.#entry);
  }

  get grogname(): Octets {
    return octetsFrom(this.#bytes.subarray(this.#start, this.#bytes.readUInt32LE(this.#entry + TEXT)));
  }

  /** the number of lines */
  get count(): number {
    return this.#bytes.readUInt32LE(this.#entry + LINES) % READY;
  }

  /**
   * The text as the body of an article, if it can be used as it is: printable ASCII, no line too long or beginning with
   * a dot, no signature separator that has lost its blank. A view, not to be kept.
   */
  get ready(): Buffer | undefined {
    return this.#bytes.readUInt32LE(this.#entry + LINES) >= READY ? this.stored : undefined;
  }

  /** Carets undoubled; each line ends with CRLF. A view, not to be kept. */
  get stored(): Buffer {
    const bytes = this.#bytes;
    return bytes.subarray(bytes.readUInt32LE(this.#entry + TEXT), bytes.readUInt32LE(this.#entry + END));
  }

  /** the same, without line ends */
  get lines(): readonly Octets[] {
    return this.count === 0 ? [] : octetsFrom(this.stored.subarray(0, -CRLF.length)).split(CRLF);
  }

  /** Whether both have the same text and the same grogname. */
  equals(other: PostText): boolean {
    return this.grogname === other.grogname && this.stored.equals(other.stored);
  }

  /** where the grogname begins: at the end of the previous text */
  get #start(): number {
    return this.#entry === HEAD ? this.#table : this.#bytes.readUInt32LE(this.#entry - ENTRY + END);
  }
}

/** Reads octets of a stored text from an offset on; fewer at its end. */
type Part = (from: number, length: number) => Uint8Array | undefined;

function viewOf(stored: Uint8Array | undefined): Buffer {
  return stored === undefined ? NOTHING : Buffer.from(stored.buffer, stored.byteOffset, stored.length);
}

/** What precedes the texts of posts; `undefined`: of another version, or damaged. */
function tableOf(first: Buffer, part: Part): Buffer | undefined {
  if (first.length < HEAD || first.readUInt32LE(0) !== VERSION) return undefined;
  const length = HEAD + first.readUInt32LE(COUNT) * ENTRY;
  const table = length <= first.length ? first.subarray(0, length) : viewOf(part(0, length));
  return table.length === length ? table : undefined;
}

/** How many lines a text has, and whether an article can have them as they are. */
function measured(text: Octets): { readonly lines: number; readonly isReady: boolean } {
  let lines = 0;
  let longest = 0;
  let start = 0;
  for (let end = text.indexOf('\n') + 1; end > 0; end = text.indexOf('\n', start) + 1) {
    lines++;
    longest = Math.max(longest, end - start - CRLF.length);
    start = end;
  }
  return { lines, isReady: longest <= MAX_LINE && PLAIN.test(text) };
}

function newestOf({ lastEdit = 0, lastReply = 0, mark, contributions }: Said): number {
  let newest = Math.max(lastEdit, lastReply, mark?.sequence ?? 0);
  for (const { sequence } of contributions) newest = Math.max(newest, sequence);
  return newest;
}

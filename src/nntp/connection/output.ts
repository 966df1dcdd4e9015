import type { Duplex } from 'node:stream';

/**
 * Parts up to this size in total are joined for one write; beyond it, or if one part is this long, nothing is copied.
 */
const COPY_OCTETS = 256 * 1024;
const COPY_PART = 16 * 1024;
const CRLF = '\r\n';

/** Answers of one turn, gathered so that they leave in one write. */
export class Output {
  #parts: Buffer[] = [];
  /** lines after the last part */
  #text = '';
  #octets = 0;
  #longest = 0;

  /** octets gathered, or a little less: a character of a line counts as one */
  get octets(): number {
    return this.#octets + this.#text.length;
  }

  /** A line, without its CRLF. */
  line(text: string): void {
    this.#text += text + CRLF;
  }

  bytes(bytes: Buffer): void {
    this.#endText();
    this.#push(bytes);
  }

  flush(stream: Duplex): void {
    this.#endText();
    const parts = this.#parts;
    const copied = this.#octets <= COPY_OCTETS && this.#longest <= COPY_PART;
    const [first] = parts;
    if (first === undefined) return;
    if (parts.length === 1) stream.write(first);
    else if (copied) stream.write(Buffer.concat(parts, this.#octets));
    else {
      stream.cork();
      for (const part of parts) stream.write(part);
      stream.uncork();
    }
    this.#parts = [];
    this.#octets = this.#longest = 0;
  }

  #endText(): void {
    if (this.#text === '') return;
    this.#push(Buffer.from(this.#text));
    this.#text = '';
  }

  #push(bytes: Buffer): void {
    this.#parts.push(bytes);
    this.#octets += bytes.length;
    if (bytes.length > this.#longest) this.#longest = bytes.length;
  }
}

import type { Duplex } from 'node:stream';

/**
 * Parts up to this size in total are joined for one write; beyond it, or if one part is this long, nothing is copied.
 */
const COPY_OCTETS = 256 * 1024;
const COPY_PART = 16 * 1024;
const CRLF = '\r\n';

/** Answers of one turn, gathered so that they leave in one write. */
export class Output {
  /** Lines stay text until they are written: a Buffer of its own for each would cost more than the rest of a command. */
  #parts: (Buffer | string)[] = [];
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
    if (parts.length === 1) stream.write(bytesOf(first));
    else if (copied) stream.write(joined(parts));
    else {
      stream.cork();
      for (const part of parts) stream.write(bytesOf(part));
      stream.uncork();
    }
    this.#parts = [];
    this.#octets = this.#longest = 0;
  }

  #endText(): void {
    if (this.#text === '') return;
    this.#push(this.#text);
    this.#text = '';
  }

  #push(part: Buffer | string): void {
    this.#parts.push(part);
    this.#octets += part.length;
    if (typeof part !== 'string' && part.length > this.#longest) this.#longest = part.length;
  }
}

function bytesOf(part: Buffer | string): Buffer {
  return typeof part === 'string' ? Buffer.from(part) : part;
}

function joined(parts: readonly (Buffer | string)[]): Buffer {
  let length = 0;
  for (const part of parts) length += typeof part === 'string' ? Buffer.byteLength(part) : part.length;
  const all = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const part of parts) {
    if (typeof part === 'string') at += all.write(part, at);
    else {
      all.set(part, at);
      at += part.length;
    }
  }
  return all;
}

import type { Duplex } from 'node:stream';

const CRLF = Buffer.from('\r\n');

/**
 * Either end of a connection that speaks lines, for tests: what comes is read line by line, when a test asks for it.
 */
export class LineStream {
  #stream: Duplex;
  #bytes: Buffer = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => {};
  readonly #encoding: 'utf8' | 'latin1';
  readonly #onData = (chunk: Buffer): void => {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    this.#wake();
  };
  readonly #onEnd = (): void => {
    this.#ended = true;
    this.#wake();
  };

  /** @param encoding of what is read and of strings that are written: with `latin1`, characters are octets */
  constructor(stream: Duplex, encoding: 'utf8' | 'latin1') {
    this.#stream = stream;
    this.#encoding = encoding;
    this.#attach();
  }

  get stream(): Duplex {
    return this.#stream;
  }

  /** Nothing more will come. */
  get ended(): boolean {
    return this.#ended;
  }

  /** what has come and not been read yet */
  get unread(): string {
    return this.#bytes.toString(this.#encoding);
  }

  #attach(): void {
    this.#stream.on('data', this.#onData);
    for (const over of ['end', 'close', 'error']) this.#stream.on(over, this.#onEnd);
  }

  /** Puts another stream over the present one: TLS, compression. */
  exchange(make: (below: Duplex) => Duplex): void {
    this.#stream.off('data', this.#onData);
    // Its end comes before what it carried has been decoded.
    for (const over of ['end', 'close']) this.#stream.off(over, this.#onEnd);
    this.#stream = make(this.#stream);
    this.#attach();
  }

  /** Sends it unchanged. Does nothing after the other side has gone. */
  write(text: string | Buffer): void {
    if (this.#stream.destroyed) return;
    this.#stream.write(typeof text === 'string' ? Buffer.from(text, this.#encoding) : text);
  }

  /** The next line, without CRLF; undefined: the other side ended before it. */
  async line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#bytes.indexOf(CRLF);
      if (end >= 0) {
        const line = this.#bytes.toString(this.#encoding, 0, end);
        this.#bytes = this.#bytes.subarray(end + CRLF.length);
        return line;
      }
      if (this.#ended) return undefined;
      await this.#more();
    }
  }

  /** The lines up to the one that is a dot, dots unstuffed. Rejects where the other side ends before it. */
  async block(): Promise<string[]> {
    const lines: string[] = [];
    for (;;) {
      const line = await this.line();
      if (line === undefined) throw new Error(`the server ended within data, after ${lines.length} lines`);
      if (line === '.') return lines;
      lines.push(line.startsWith('.') ? line.slice(1) : line);
    }
  }

  /** Everything until the other side ends. */
  async rest(): Promise<string> {
    while (!this.#ended) await this.#more();
    return this.unread;
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

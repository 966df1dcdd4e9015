import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** A client that speaks lines, for tests: sends what it is told and waits for what must come. */
export class NntpClient {
  stream: Duplex;
  #bytes = Buffer.alloc(0);
  #ended = false;
  #wake: (() => void) | undefined;
  readonly #onData = (chunk: Buffer): void => {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    this.#wake?.();
  };
  readonly #onEnd = (): void => {
    this.#ended = true;
    this.#wake?.();
  };

  constructor(stream: Duplex) {
    this.stream = stream;
    this.#attach();
  }

  /** Connected, and greeted unless told otherwise. */
  static async connect(port: number, options: { greeted?: boolean; host?: string } = {}): Promise<NntpClient> {
    const socket = net.connect({ port, host: options.host ?? '127.0.0.1', allowHalfOpen: true, noDelay: true });
    await once(socket, 'connect');
    const client = new NntpClient(socket);
    if (options.greeted ?? true) await client.line();
    return client;
  }

  get socket(): Socket {
    if (!(this.stream instanceof net.Socket)) throw new TypeError('no socket');
    return this.stream;
  }

  #attach(): void {
    this.stream.on('data', this.#onData);
    for (const over of ['end', 'close', 'error']) this.stream.on(over, this.#onEnd);
  }

  /** Puts another stream over the present one: TLS, compression. */
  exchange(make: (below: Duplex) => Duplex): void {
    this.stream.off('data', this.#onData);
    // Its end comes before what it carried has been decoded.
    for (const over of ['end', 'close']) this.stream.off(over, this.#onEnd);
    this.stream = make(this.stream);
    this.#attach();
  }

  send(...lines: (string | Buffer)[]): void {
    const octets = lines.map((line) => (typeof line === 'string' ? Buffer.from(`${line}\r\n`) : line));
    this.stream.write(Buffer.concat(octets));
  }

  async #more(): Promise<boolean> {
    if (this.#ended) return false;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    return true;
  }

  /** The next line, without CRLF. Rejects where the server ends before it. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#bytes.indexOf('\r\n');
      if (end >= 0) {
        const line = this.#bytes.toString('utf8', 0, end);
        this.#bytes = this.#bytes.subarray(end + 2);
        return line;
      }
      if (!(await this.#more()) && this.#bytes.indexOf('\r\n') < 0) {
        throw new Error(`the server ended: ${JSON.stringify(this.#bytes.toString())}`);
      }
    }
  }

  /** The lines of a multi-line block, dots unstuffed. */
  async block(): Promise<string[]> {
    const lines: string[] = [];
    for (;;) {
      const line = await this.line();
      if (line === '.') return lines;
      lines.push(line.startsWith('.') ? line.slice(1) : line);
    }
  }

  /** Sends a command and takes its status line. */
  async ask(command: string): Promise<string> {
    this.send(command);
    return this.line();
  }

  /** Sends a command and takes a multi-line answer: the status line first. */
  async askAll(command: string): Promise<string[]> {
    const status = await this.ask(command);
    return [status, ...(await this.block())];
  }

  /** Everything until the server ends. */
  async rest(): Promise<string> {
    while (await this.#more());
    return this.#bytes.toString('utf8');
  }

  close(): void {
    this.stream.destroy();
  }
}

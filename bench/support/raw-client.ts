import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const END = Buffer.from('\r\n.\r\n');

/** The cheapest possible client of RGTP or NNTP: it looks only for the ends of answers, so that the server is what is measured. */
export class RawClient {
  readonly #socket: Socket;
  #tail = Buffer.alloc(0);
  #ends = 0;
  #wanted = 0;
  #found: () => void = () => {};
  #lines = false;
  #kept: Buffer[] | undefined;
  octets = 0;

  static async open(port: number): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    const client = new RawClient(socket);
    await client.lines('', 1);
    return client;
  }

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
  }

  /** Sends, and waits for so many lines. */
  lines(text: string, count: number): Promise<void> {
    return this.#wait(text, count, true);
  }

  /** Sends, and waits for the ends of so many data blocks. */
  blocks(text: string, count: number): Promise<void> {
    return this.#wait(text, count, false);
  }

  /** Sends, and gives everything up to the end of so many data blocks; of none, a line. */
  async kept(text: string, blocks = 0): Promise<Buffer> {
    const kept: Buffer[] = [];
    this.#kept = kept;
    await this.#wait(text, Math.max(1, blocks), blocks === 0);
    this.#kept = undefined;
    return Buffer.concat(kept);
  }

  close(): void {
    this.#socket.destroy();
  }

  #wait(text: string, count: number, lines: boolean): Promise<void> {
    this.#lines = lines;
    this.#wanted = count;
    this.#ends = 0;
    const found = new Promise<void>((resolve) => {
      this.#found = resolve;
    });
    if (text !== '') this.#socket.write(text, 'latin1');
    return found;
  }

  #take(chunk: Buffer): void {
    this.octets += chunk.length;
    this.#kept?.push(chunk);
    if (this.#lines) {
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) this.#ends++;
    } else {
      // An end may be cut in two; the tail is shorter than an end, so none is counted twice.
      const bytes = this.#tail.length > 0 ? Buffer.concat([this.#tail, chunk]) : chunk;
      for (let at = bytes.indexOf(END); at >= 0; at = bytes.indexOf(END, at + END.length)) this.#ends++;
      this.#tail = this.#ends >= this.#wanted ? Buffer.alloc(0) : Buffer.from(bytes.subarray(-END.length + 1));
    }
    if (this.#ends >= this.#wanted) this.#found();
  }
}

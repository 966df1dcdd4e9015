import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { LineStream } from './line-stream.ts';

export interface NntpClientOptions {
  /** read the greeting; default true */
  readonly greeted?: boolean;
  readonly host?: string;
  /** `latin1`: characters are octets; default UTF-8 */
  readonly encoding?: 'utf8' | 'latin1';
}

/** An NNTP client that does what a test tells it to. */
export class NntpClient {
  readonly #lines: LineStream;
  greeting = '';

  constructor(stream: Duplex, encoding: 'utf8' | 'latin1' = 'utf8') {
    this.#lines = new LineStream(stream, encoding);
  }

  static async connect(port: number, options: NntpClientOptions = {}): Promise<NntpClient> {
    const socket = net.connect({ port, host: options.host ?? '127.0.0.1', allowHalfOpen: true, noDelay: true });
    await once(socket, 'connect');
    const client = new NntpClient(socket, options.encoding);
    if (options.greeted ?? true) client.greeting = await client.line();
    return client;
  }

  get stream(): Duplex {
    return this.#lines.stream;
  }

  get socket(): Socket {
    const { stream } = this.#lines;
    if (!(stream instanceof net.Socket)) throw new TypeError('no socket');
    return stream;
  }

  /** The server has ended the connection. */
  get ended(): boolean {
    return this.#lines.ended;
  }

  /** Puts another stream over the present one: TLS, compression. */
  exchange(make: (below: Duplex) => Duplex): void {
    this.#lines.exchange(make);
  }

  /** Strings get a CRLF; octets go as they are. */
  send(...lines: (string | Buffer)[]): void {
    for (const line of lines) this.#lines.write(typeof line === 'string' ? `${line}\r\n` : line);
  }

  /** The next line, without CRLF. Rejects where the server ends before it. */
  async line(): Promise<string> {
    const line = await this.#lines.line();
    if (line === undefined) throw new Error(`the server ended: ${JSON.stringify(this.#lines.unread)}`);
    return line;
  }

  /** The lines of a multi-line block, dots unstuffed. */
  block(): Promise<string[]> {
    return this.#lines.block();
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

  /** The lines of a multi-line answer. Rejects where the status line begins otherwise than with `code`. */
  async list(command: string, code = '2'): Promise<string[]> {
    const status = await this.ask(command);
    if (!status.startsWith(code)) throw new Error(`${command}: ${status}`);
    return this.block();
  }

  /** POST: the answer to the article, or to POST where that is refused. `lines` are not dot-stuffed yet. */
  async post(lines: readonly string[]): Promise<string> {
    const ready = await this.ask('POST');
    if (!ready.startsWith('340')) return ready;
    this.send(...lines.map((line) => line.replace(/^\./, '..')), '.');
    return this.line();
  }

  async login(user: string, password: string): Promise<string> {
    const more = await this.ask(`AUTHINFO USER ${user}`);
    return more.startsWith('381') ? this.ask(`AUTHINFO PASS ${password}`) : more;
  }

  /** Everything until the server ends. */
  rest(): Promise<string> {
    return this.#lines.rest();
  }

  /** QUIT; only closes if the server has gone. */
  quit(): void {
    this.send('QUIT');
    this.socket.destroySoon();
  }

  close(): void {
    this.stream.destroy();
  }
}

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A plain NNTP client. Lines are octets (latin1 strings); nothing is decoded. */
export class NewsClient {
  readonly #socket: Socket;
  #rest = '';
  #lines: string[] = [];
  #waiting: (() => void) | undefined;
  #ended = false;
  greeting = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      const parts = (this.#rest + chunk.toString('latin1')).split('\r\n');
      this.#rest = parts.pop() ?? '';
      this.#lines.push(...parts);
      this.#waiting?.();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#ended = true;
      this.#waiting?.();
    });
  }

  static async connect(port: number, host = '127.0.0.1'): Promise<NewsClient> {
    const socket = connect(port, host);
    await once(socket, 'connect');
    const client = new NewsClient(socket);
    client.greeting = await client.line();
    return client;
  }

  get ended(): boolean {
    return this.#ended;
  }

  async line(): Promise<string> {
    for (;;) {
      const line = this.#lines.shift();
      if (line !== undefined) return line;
      if (this.#ended) throw new Error('connection closed by the server');
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
  }

  /** The lines of a multi-line answer, dots unstuffed. */
  async block(): Promise<string[]> {
    const lines: string[] = [];
    for (let line = await this.line(); line !== '.'; line = await this.line()) {
      lines.push(line.startsWith('.') ? line.slice(1) : line);
    }
    return lines;
  }

  send(text: string): void {
    this.#socket.write(text, 'latin1');
  }

  async command(line: string): Promise<string> {
    this.send(`${line}\r\n`);
    return this.line();
  }

  /** A command with a multi-line answer; throws if it is refused. */
  async list(line: string, code?: string): Promise<string[]> {
    const status = await this.command(line);
    if (!status.startsWith(code ?? '2')) throw new Error(`${line}: ${status}`);
    return this.block();
  }

  /** POST: the answer to the article, or to POST where that is refused. `lines` are not dot-stuffed yet. */
  async post(lines: readonly string[]): Promise<string> {
    const ready = await this.command('POST');
    if (!ready.startsWith('340')) return ready;
    this.send(`${lines.map((line) => `${line.replace(/^\./, '..')}\r\n`).join('')}.\r\n`);
    return this.line();
  }

  async login(user: string, password: string): Promise<string> {
    const more = await this.command(`AUTHINFO USER ${user}`);
    return more.startsWith('381') ? this.command(`AUTHINFO PASS ${password}`) : more;
  }

  /** QUIT, or just goodbye where the server has gone. */
  close(): void {
    this.#socket.end('QUIT\r\n');
    this.#socket.destroySoon();
  }
}

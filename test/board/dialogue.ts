import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { clientProof, serverProof } from '../../src/rgtp/proof.ts';
import { latin1 } from '../../src/wire/octets.ts';

/** A client that says and expects lines; every octet is a character. */
export class Dialogue {
  readonly socket: Socket;
  #received = '';
  #ended = false;
  #wake: () => void = () => {};

  /** `greet: false` leaves the banner unread. */
  static async open(port: number): Promise<Dialogue> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new Dialogue(socket);
  }

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received += chunk.toString('latin1');
      this.#wake();
    });
    const end = () => {
      this.#ended = true;
      this.#wake();
    };
    socket.on('end', end);
    socket.on('close', end);
    socket.on('error', end);
  }

  write(text: string): void {
    this.socket.write(Buffer.from(text, 'latin1'));
  }

  /** The next line, without CRLF; undefined: the server closed. */
  async line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#received.indexOf('\r\n');
      if (end >= 0) {
        const line = this.#received.slice(0, end);
        this.#received = this.#received.slice(end + 2);
        return line;
      }
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Sends a line; its final answer, after any 1xx (150 is final). */
  async ask(command: string): Promise<string> {
    this.write(`${command}\r\n`);
    return this.answer();
  }

  async answer(): Promise<string> {
    for (;;) {
      const line = (await this.line()) ?? '(closed)';
      if (!line.startsWith('1') || line.startsWith('150')) return line;
    }
  }

  /** Data after 250, as lines, dots unstuffed. */
  async data(): Promise<string[]> {
    const lines: string[] = [];
    for (;;) {
      const line = await this.line();
      if (line === undefined) throw new Error('closed within data');
      if (line === '.') return lines;
      lines.push(line.startsWith('.') ? line.slice(1) : line);
    }
  }

  /** `ask` for an answer with data. */
  async list(command: string): Promise<string[]> {
    const answer = await this.ask(command);
    if (!answer.startsWith('250')) throw new Error(`${command}: ${answer}`);
    return this.data();
  }

  /** DATA with a grogname and lines (sent as they are). */
  async text(grogname: string, ...lines: string[]): Promise<string> {
    const go = await this.ask('DATA');
    if (!go.startsWith('150')) return go;
    return this.ask([grogname, ...lines, '.'].join('\r\n'));
  }

  /** USER (or `ALVL n`) and AUTH; checks the server's proof, too. Its last answer. */
  async prove(userid: string, secret: Buffer, command = `USER ${userid}`): Promise<string> {
    this.write(`${command}\r\n`);
    const first = (await this.line()) ?? '(closed)';
    if (!first.startsWith('130')) return first;
    const serverNonce = Buffer.from((await this.line())?.slice(4) ?? '', 'hex');
    const clientNonce = randomBytes(16);
    const facts = { userid: latin1(userid), secret, serverNonce, clientNonce };
    this.write(`AUTH ${clientProof(facts).toString('hex')} ${clientNonce.toString('hex')}\r\n`);
    const answer = (await this.line()) ?? '(closed)';
    if (!answer.startsWith('133 ')) return answer;
    if (answer.slice(4).toLowerCase() !== serverProof(facts).toString('hex')) throw new Error('wrong server proof');
    return this.answer();
  }

  close(): void {
    this.socket.destroy();
  }
}

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { clientProof, serverProof } from '../../src/rgtp/proof.ts';
import { latin1 } from '../../src/wire/octets.ts';
import { LineStream } from '../support/line-stream.ts';

/** An RGTP client that says and expects lines; every octet is a character. */
export class Dialogue {
  readonly socket: Socket;
  readonly #lines: LineStream;

  /** Connected; the banner is not read yet. */
  static async open(port: number, localAddress?: string): Promise<Dialogue> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, localAddress });
    await once(socket, 'connect');
    return new Dialogue(socket);
  }

  constructor(socket: Socket) {
    this.socket = socket;
    this.#lines = new LineStream(socket, 'latin1');
  }

  write(text: string): void {
    this.#lines.write(text);
  }

  /** The next line, without CRLF; undefined: the server closed. */
  line(): Promise<string | undefined> {
    return this.#lines.line();
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
  data(): Promise<string[]> {
    return this.#lines.block();
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

/** A server that says what a test tells it to, over a real socket. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { LineStream } from './line-stream.ts';
import { tcpServer } from './tcp-server.ts';

/** What happens on one connection. When it resolves the connection is closed. */
export type Script = (peer: Peer) => Promise<void>;

export class Peer {
  readonly #socket: Socket;
  readonly #lines: LineStream;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    this.#lines = new LineStream(socket, 'latin1');
  }

  /** Sends lines; each gets a CRLF. */
  say(...lines: readonly string[]): void {
    this.raw(lines.map((line) => `${line}\r\n`).join(''));
  }

  raw(text: string | Buffer): void {
    this.#lines.write(text);
  }

  /** The next line that the client sends; `undefined` once it has closed. */
  line(): Promise<string | undefined> {
    return this.#lines.line();
  }

  /** Checks the next line and answers it. */
  async expect(expected: string | RegExp, ...answer: readonly string[]): Promise<string> {
    const line = await this.line();
    const fits = line !== undefined && (typeof expected === 'string' ? line === expected : expected.test(line));
    if (!fits) throw new Error(`the client was to send ${expected} and sent ${line}`);
    this.say(...answer);
    return line;
  }

  /** Checks that the client leaves without another word. */
  async expectEnd(): Promise<void> {
    const line = await this.line();
    if (line !== undefined) throw new Error(`the client was to leave and sent ${line}`);
  }

  /** octets received and not yet looked at */
  get unread(): string {
    return this.#lines.unread;
  }

  /** Sends the same again and again, until the client has had enough. */
  async flood(text: string): Promise<void> {
    while (!this.#socket.destroyed) {
      if (this.#socket.write(text, 'latin1')) await new Promise(setImmediate);
      else await Promise.race([once(this.#socket, 'drain'), once(this.#socket, 'close')]).catch(() => {});
    }
  }

  reset(): void {
    this.#socket.resetAndDestroy();
  }

  close(): void {
    this.#socket.end();
    this.#socket.destroySoon();
  }
}

export interface ScriptedServer {
  readonly host: string;
  readonly port: number;
  /** connections so far */
  readonly connections: number;
  /** Stops listening, waits for all scripts and throws what went wrong in them. */
  done(): Promise<void>;
}

/**
 * Listens on a free port of the loopback interface. The n-th connection gets the n-th script, all further ones the
 * last.
 */
export async function scriptedServer(...scripts: readonly [Script, ...Script[]]): Promise<ScriptedServer> {
  const running: Promise<void>[] = [];
  const server = await tcpServer((socket) => {
    const script = scripts[Math.min(running.length, scripts.length - 1)] ?? scripts[0];
    const peer = new Peer(socket);
    running.push(script(peer).finally(() => peer.close()));
    // `done` reports it; until then nobody handles it.
    running.at(-1)?.catch(() => {});
  });
  return {
    host: server.host,
    port: server.port,
    get connections() {
      return running.length;
    },
    async done() {
      server.stop();
      await Promise.all(running);
    },
  };
}

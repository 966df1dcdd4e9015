/** A news server that takes articles, and answers as a test says. */
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type TlsOptions } from 'node:tls';
import { LineStream } from './line-stream.ts';
import { type TcpServer, tcpServer } from './tcp-server.ts';

/** Which answer to give, or undefined for the usual one. `cut`: the connection is lost; `silence`: none, ever. */
export type Answering = (command: string, messageId: string) => string | undefined;

export class FakePeer {
  /** Message-ID → the article as it came, in the order of arrival */
  readonly articles = new Map<string, string>();
  /** `CHECK <id>` and so on, in order */
  readonly commands: string[] = [];
  streaming = true;
  login: { readonly user: string; readonly password: string } | undefined;
  answering: Answering = () => undefined;
  #port = 0;
  #server: Pick<TcpServer, 'port' | 'close'> | undefined;
  readonly #sockets = new Set<Socket>();

  /** @param secure over TLS, with this certificate and key */
  static async open(secure?: Pick<TlsOptions, 'cert' | 'key'>): Promise<FakePeer> {
    const peer = new FakePeer();
    const serve = (socket: Socket) => void peer.#serve(socket);
    peer.#server = secure === undefined ? await tcpServer(serve) : await tlsServer(secure, serve);
    peer.#port = peer.#server.port;
    return peer;
  }

  get address(): { readonly host: string; readonly port: number } {
    return { host: '127.0.0.1', port: this.#port };
  }

  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cutAll();
    const server = this.#server;
    this.#server = undefined;
    await server?.close();
  }

  async #serve(socket: Socket): Promise<void> {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    const lines = new LineStream(socket, 'latin1');
    const say = (line: string) => lines.write(`${line}\r\n`);
    let known = this.login === undefined;
    say('200 fake');
    for (let line = await lines.line(); line !== undefined; line = await lines.line()) {
      const [verb = '', argument = '', word = ''] = line.split(' ');
      this.commands.push(line);
      if (verb === 'QUIT') return void socket.end('205 bye\r\n');
      if (verb === 'AUTHINFO') {
        known ||= argument === 'PASS' && word === this.login?.password;
        say(argument === 'USER' ? '381 password' : known ? '281 welcome' : '481 no');
        continue;
      }
      if (verb === 'MODE') {
        say(!known ? '480 who?' : this.streaming ? '203 stream' : '501 what?');
        continue;
      }
      const article = verb === 'TAKETHIS' ? await textOf(lines) : undefined;
      if (verb === 'TAKETHIS' && article === undefined) return;
      const told = known ? this.answering(verb, argument) : '480 who?';
      if (told === 'silence') return;
      if (told === 'cut') return void socket.destroy();
      if (told !== undefined) say(told);
      else if (verb === 'CHECK') say(`${this.articles.has(argument) ? 438 : 238} ${argument}`);
      else if (article !== undefined) {
        if (this.articles.has(argument)) say(`439 ${argument} duplicate`);
        else {
          this.articles.set(argument, article);
          say(`239 ${argument}`);
        }
      } else if (verb === 'IHAVE' && this.articles.has(argument)) say('435 have it');
      else if (verb === 'IHAVE') {
        say('335 send');
        const text = await textOf(lines);
        if (text === undefined) return;
        const then = this.answering('article', argument);
        if (then === undefined) this.articles.set(argument, text);
        say(then ?? '235 thanks');
      } else say('500 what?');
    }
  }
}

async function textOf(lines: LineStream): Promise<string | undefined> {
  const text: string[] = [];
  for (let line = await lines.line(); line !== '.'; line = await lines.line()) {
    if (line === undefined) return undefined;
    text.push(line.replace(/^\.\./, '.'));
  }
  return text.join('\n');
}

async function tlsServer(secure: Pick<TlsOptions, 'cert' | 'key'>, serve: (socket: Socket) => void) {
  const server = createServer(secure, serve);
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // Listening on TCP, it has an address with a port.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async close() {
      server.close();
      await once(server, 'close');
    },
  };
}

/**
 * Tells boards who uses our connections to them (RFC 1413). By hand: npm has no ident server, nor a client with limits.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { listenHost, plainAddress } from '../wire/address.ts';
import { boundConnections } from '../wire/bounded-connections.ts';
import { boundedLog } from '../wire/bounded-log.ts';
import { LineReader, TOO_LONG } from '../wire/line-reader.ts';
import { type Log, silent } from '../wire/log.ts';
import type { IdentRegistry } from './registry.ts';

export interface IdentResponderOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly registry: IdentRegistry;
  readonly log?: Log;
  /** connections at a time; default 100 */
  readonly connections?: number;
  /** ms for the whole exchange; default 10,000 */
  readonly timeout?: number;
}

/** RFC 1413 §4: a query is two port numbers and a comma; blanks are allowed. */
const MAX_QUERY = 64;
/** RFC 1413 §6: user ids have at most 512 octets. */
const MAX_USERID = 512;

/**
 * Answers ident queries (RFC 1413) from the machine at the other end of one of our connections. It gives the name in
 * the registry, and reveals nothing else about this machine. It closes after one answer, because boards wait for that.
 */
export class IdentResponder {
  readonly #server: Server;
  readonly #options: IdentResponderOptions;
  /** bounded: anybody can ask, as often as they like */
  readonly #log: Log;
  readonly #sockets = new Set<Socket>();

  static async open(options: IdentResponderOptions): Promise<IdentResponder> {
    const responder = new IdentResponder(options);
    await new Promise<void>((resolve, reject) => {
      responder.#server.once('error', reject);
      const { host, port } = options.listen;
      responder.#server.listen({ host: listenHost(host), port }, () => {
        responder.#server.off('error', reject);
        responder.#server.on('error', (error) =>
          responder.#log.error({ err: error }, 'a connection could not be accepted'),
        );
        resolve();
      });
    });
    return responder;
  }

  private constructor(options: IdentResponderOptions) {
    this.#options = options;
    this.#log = boundedLog(options.log ?? silent);
    this.#server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => this.#serve(socket));
    boundConnections(this.#server, { most: options.connections ?? 100, longest: options.timeout ?? 10_000 });
  }

  get address(): { readonly host: string; readonly port: number } {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    return { host: address.address, port: address.port };
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #serve(socket: Socket): void {
    const reader = new LineReader(MAX_QUERY);
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.destroy());
    socket.on('data', (chunk) => {
      reader.feed(chunk);
      const line = reader.next();
      if (line === undefined) return;
      socket.removeAllListeners('data');
      socket.resume();
      const answer = line === TOO_LONG ? undefined : this.#answer(line.toString('latin1'), socket.remoteAddress ?? '');
      if (answer === undefined) socket.destroy();
      else socket.end(`${answer}\r\n`, () => socket.destroySoon());
    });
  }

  /** `undefined` if it is not a query. */
  #answer(query: string, asker: string): string | undefined {
    const match = /^\s*(\d{1,5})\s*,\s*(\d{1,5})\s*$/.exec(query);
    if (match === null) return undefined;
    const [localPort, remotePort] = [Number(match[1]), Number(match[2])];
    const ports = `${localPort}, ${remotePort}`;
    if (!isPort(localPort) || !isPort(remotePort)) return `${ports} : ERROR : INVALID-PORT`;
    const user = this.#options.registry.find({ localPort, remotePort, address: asker });
    this.#log.info({ address: plainAddress(asker), port: remotePort, userid: user }, 'ident query');
    // RFC 1413 §4: OTHER marks a name that is not an operating system's.
    return user === undefined ? `${ports} : ERROR : NO-USER` : `${ports} : USERID : OTHER, UTF-8 :${oneLine(user)}`;
  }
}

function isPort(port: number): boolean {
  return port >= 1 && port <= 65_535;
}

/** RFC 1413 §6 excludes NUL, CR and LF; other control characters are removed, too. */
function oneLine(user: string): string {
  const text = user.replace(/\p{Cc}/gu, '');
  return Buffer.byteLength(text) <= MAX_USERID ? text : text.slice(0, MAX_USERID / 4);
}

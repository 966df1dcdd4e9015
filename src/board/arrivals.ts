import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { addressKey, listenHost, plainAddress } from '../wire/address.ts';
import { joinCrowd } from '../wire/crowd.ts';
import { endInTurns, TurnedAway } from '../wire/endings.ts';
import type { Log } from '../wire/log.ts';
import { awaitHello } from '../wire/tls-hello.ts';
import { reasonOf } from '../wire/trouble.ts';
import type { Caller, Timeouts } from './board.ts';
import type { BoardObserver } from './observer.ts';

/** ms for a TLS handshake */
const HANDSHAKE = 30_000;

const FULL = '482 Too many connections; please try again later.\r\n';

export interface ArrivalOptions {
  /** connections in total. Default 1000 */
  readonly connections?: number;
  /** connections from one address (IPv6: from one /64). Default 100 */
  readonly connectionsPerAddress?: number;
  /** puts TLS on an accepted connection, whose `secure` event ends the handshake. Default: none */
  readonly secure?: ((socket: Socket, owner: unknown) => Duplex) | undefined;
}

/** What happens between a connection and its session: limits and the TLS handshake. */
export class Arrivals {
  readonly #options: ArrivalOptions;
  readonly #log: Log;
  readonly #observer: BoardObserver;
  readonly #sessions: () => number;
  readonly #welcome: (stream: Duplex, caller: Caller) => void;
  /** connections whose TLS handshake is under way */
  readonly #handshakes = new Set<Socket>();
  readonly #turnedAway: TurnedAway;
  readonly #perAddress = new Map<string, number>();
  #server: Server | undefined;

  /** @param sessions how many there are @param welcome begins one */
  constructor(
    options: ArrivalOptions,
    { log, observer, timeouts }: { readonly log: Log; readonly observer: BoardObserver; readonly timeouts: Timeouts },
    sessions: () => number,
    welcome: (stream: Duplex, caller: Caller) => void,
  ) {
    this.#options = options;
    this.#log = log;
    this.#observer = observer;
    this.#turnedAway = new TurnedAway(timeouts.closing);
    this.#sessions = sessions;
    this.#welcome = welcome;
  }

  /** The listener's address. @throws Error if there is none */
  get address(): { readonly host: string; readonly port: number } {
    const address = this.#server?.address();
    if (address === null || typeof address !== 'object') throw new Error('the board does not listen');
    return { host: address.address, port: address.port };
  }

  /** Rejects with what `listen` fails with (EADDRINUSE, EACCES). */
  listen({ host, port }: { readonly host: string; readonly port: number }): Promise<void> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: listenHost(host), port, backlog: 511 }, () => {
        server.off('error', reject);
        server.on('error', (error) => this.#log.error({ err: error }, 'a connection could not be accepted'));
        resolve();
      });
    });
  }

  /** Accepts no more connections. Resolves once all of them are closed. */
  close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      if (this.#server === undefined) resolve();
      else this.#server.close(() => resolve());
    });
    for (const socket of this.#handshakes) socket.destroy();
    this.#turnedAway.close();
    return closed;
  }

  #accept(socket: Socket): void {
    const { remoteAddress, remotePort = 0, localPort = 0 } = socket;
    if (remoteAddress === undefined) {
      socket.destroy();
      return;
    }
    const address = plainAddress(remoteAddress);
    const key = addressKey(address);
    const { connections = 1000, connectionsPerAddress = 100 } = this.#options;
    const count = this.#perAddress.get(key) ?? 0;
    endInTurns(socket, key);
    joinCrowd(socket, key);
    socket.on('error', () => socket.destroy());
    if (this.#sessions() + this.#handshakes.size >= connections || count >= connectionsPerAddress) {
      const reason = count >= connectionsPerAddress ? 'address' : 'full';
      this.#observer.connected(reason);
      this.#log.warn({ address, port: remotePort, reason }, 'connection refused');
      if (this.#options.secure !== undefined) socket.destroy();
      else this.#turnedAway.add(socket, FULL, connections);
      return;
    }
    this.#perAddress.set(key, count + 1);
    socket.once('close', () => {
      const left = (this.#perAddress.get(key) ?? 1) - 1;
      if (left > 0) this.#perAddress.set(key, left);
      else this.#perAddress.delete(key);
    });
    const caller = { address, port: remotePort, localPort };
    const { secure } = this.#options;
    if (secure === undefined) this.#welcome(socket, caller);
    else this.#handshake(socket, () => secure(socket, key), caller);
  }

  #handshake(socket: Socket, secure: () => Duplex, caller: Caller): void {
    this.#handshakes.add(socket);
    const clock = setTimeout(() => socket.destroy(), HANDSHAKE).unref();
    const failed = (err: Error) => {
      this.#observer.connected('handshake');
      this.#log.debug(
        { address: caller.address, port: caller.port, reason: `handshake: ${reasonOf(err)}` },
        'connection refused',
      );
      socket.destroy();
    };
    const over = () => {
      clearTimeout(clock);
      this.#handshakes.delete(socket);
    };
    const begin = () => {
      const secured = secure();
      secured.once('error', failed);
      secured.once('secure', () => {
        over();
        secured.off('error', failed);
        this.#welcome(secured, caller);
      });
    };
    socket.once('close', over);
    awaitHello(socket, begin, () => failed(new Error('the client has gone')));
  }
}

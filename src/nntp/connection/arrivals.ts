import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { addressKey, plainAddress } from '../../wire/address.ts';
import { joinCrowd } from '../../wire/crowd.ts';
import { endInTurns, TurnedAway } from '../../wire/endings.ts';
import { awaitHello } from '../../wire/tls-hello.ts';
import { reasonOf } from '../../wire/trouble.ts';
import type { Peer } from '../backend.ts';
import type { Shared } from '../shared.ts';
import { Admission } from './admission.ts';
import type { Listener } from './listener.ts';
import { parseProxyHeader } from './proxy-protocol.ts';
import { serverTls } from './tls.ts';

/** How long a client that is turned away has to read why, in ms. */
const FAREWELL = 2_000;

/** A client that was admitted. */
export interface Arrival {
  readonly stream: Duplex;
  readonly peer: Peer;
  /** TLS from the start */
  readonly tls: boolean;
  /** a password may be sent over this connection although it is not encrypted */
  readonly cleartextAuth: boolean;
}

/** Begins a session. */
export type Welcome = (arrival: Arrival) => void;

const LOOPBACK = /^(127\.|::1$)/;

interface Caller extends Omit<Arrival, 'stream' | 'peer'> {
  readonly address: string;
  readonly port: number;
}

/** What comes between a connection and its greeting: PROXY header, admission, TLS handshake. */
export class Arrivals {
  readonly #shared: Shared;
  readonly #welcome: Welcome;
  readonly #admission: Admission;
  /** those not greeted yet, with their times of arrival */
  readonly #waiting = new Map<Socket, number>();
  /** the connections that count, with their addresses */
  readonly #admitted = new Map<Socket, string>();
  /** one for all sockets, like `onError`: separate closures would be a tenth of an idle connection's memory */
  readonly #onClose: (this: Socket) => void;
  readonly #turnedAway = new TurnedAway(FAREWELL);
  readonly #instance = randomBytes(2).toString('hex');
  #count = 0;

  constructor(shared: Shared, welcome: Welcome) {
    this.#shared = shared;
    this.#welcome = welcome;
    this.#admission = new Admission(shared.limits);
    const gone = (socket: Socket) => this.#gone(socket);
    this.#onClose = function (this: Socket): void {
      gone(this);
    };
  }

  accept(socket: Socket, listener: Listener): void {
    const { remoteAddress, remotePort } = socket;
    socket.on('error', onError);
    // The client has gone already, or too many connections wait for their greeting.
    if (
      remoteAddress === undefined ||
      remotePort === undefined ||
      this.#waiting.size >= this.#shared.limits.connections
    ) {
      socket.destroy();
      return;
    }
    this.#waiting.set(socket, this.#shared.clock());
    socket.on('close', this.#onClose);
    const address = plainAddress(remoteAddress);
    const key = addressKey(address);
    endInTurns(socket, key);
    joinCrowd(socket, key);
    if (!listener.proxyProtocol) {
      const cleartextAuth = listener.cleartextAuth || LOOPBACK.test(address);
      this.#admit(socket, { address, port: remotePort, tls: listener.tls, cleartextAuth });
    } else if (listener.trusts(address)) this.#readHeader(socket, listener, address, remotePort);
    else {
      this.#refuse('untrusted', { address, port: remotePort });
      socket.destroy();
    }
  }

  /** Cuts off connections that take too long. */
  expire(time: number): void {
    for (const [socket, since] of this.#waiting) if (time - since >= this.#shared.limits.handshake) socket.destroy();
  }

  close(): void {
    for (const socket of this.#waiting.keys()) socket.destroy();
    this.#turnedAway.close();
  }

  #readHeader(socket: Socket, { tls, cleartextAuth }: Listener, ownAddress: string, ownPort: number): void {
    let bytes: Buffer = Buffer.alloc(0);
    const onEnd = (): void => void socket.destroy();
    const onData = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk]);
      const header = parseProxyHeader(bytes);
      if (header === 'incomplete') return;
      socket.off('data', onData);
      socket.off('end', onEnd);
      socket.pause();
      if (header === 'invalid') {
        this.#refuse('handshake', { address: ownAddress, port: ownPort }, 'no PROXY header');
        socket.destroy();
        return;
      }
      if (bytes.length > header.length) socket.unshift(bytes.subarray(header.length));
      const address = plainAddress(header.address ?? ownAddress);
      const port = header.address === undefined ? ownPort : header.port;
      // No loopback exception here: a balancer on this host may name it as the client of a connection from elsewhere.
      this.#admit(socket, { address, port, tls, cleartextAuth });
    };
    socket.on('data', onData);
    socket.on('end', onEnd);
  }

  #gone(socket: Socket): void {
    this.#waiting.delete(socket);
    const address = this.#admitted.get(socket);
    if (address === undefined) return;
    this.#admitted.delete(socket);
    this.#admission.leave(address);
  }

  #admit(socket: Socket, { address, port, tls, cleartextAuth }: Caller): void {
    const { localPort } = socket;
    const peer: Peer = { address, port, localPort, connection: `${this.#instance}-${(++this.#count).toString(36)}` };
    const refused = this.#admission.enter(address);
    if (refused) {
      this.#refuse(refused, peer);
      this.#turnAway(socket, refused, tls);
      return;
    }
    this.#admitted.set(socket, address);
    // Behind a balancer, this is the client's address.
    joinCrowd(socket, addressKey(address));
    if (tls) this.#handshake(socket, peer, cleartextAuth);
    else {
      this.#waiting.delete(socket);
      this.#welcome({ stream: socket, peer, tls, cleartextAuth });
    }
  }

  #handshake(socket: Socket, peer: Peer, cleartextAuth: boolean): void {
    const { certificate } = this.#shared;
    if (!certificate) throw new Error('NNTPS without a certificate');
    const failed = (error: Error): void => {
      this.#refuse('handshake', peer, reasonOf(error));
      socket.destroy();
    };
    const begin = (): void => {
      const secured = serverTls(socket, certificate, addressKey(peer.address));
      secured.once('error', failed);
      secured.once('secure', () => {
        this.#waiting.delete(socket);
        secured.off('error', failed);
        this.#welcome({ stream: secured, peer, tls: true, cleartextAuth });
      });
    };
    awaitHello(socket, begin, () => failed(new Error('the client has gone')));
  }

  #refuse(why: 'full' | 'address' | 'handshake' | 'untrusted', peer: Partial<Peer>, detail?: string): void {
    const { connection, address, port } = peer;
    const reason = detail === undefined ? why : `${why}: ${detail}`;
    this.#shared.log.warn({ connection, address, port, reason }, 'connection refused');
    this.#shared.observer.connectionRefused?.(why);
  }

  #turnAway(socket: Socket, reason: 'full' | 'address', tls: boolean): void {
    if (tls) {
      socket.destroy();
      return;
    }
    // A client on its way out must not keep others from arriving.
    this.#waiting.delete(socket);
    const why = reason === 'full' ? 'Too many connections' : 'Too many connections from your address';
    this.#turnedAway.add(socket, `400 ${why}; try again later\r\n`, this.#shared.limits.connections);
  }
}

function onError(this: Socket): void {
  this.destroy();
}

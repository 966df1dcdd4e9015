import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import net, { type AddressInfo, type Server, type Socket } from 'node:net';
import { type Log, silent } from '../wire/log.ts';
import { plainAddress } from './address.ts';
import { Admission } from './admission.ts';
import type { Backend, Peer } from './backend.ts';
import { Certificate } from './certificate.ts';
import { FrontEnd } from './front-end.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { LoginGate } from './login-gate.ts';
import type { Observer } from './observer.ts';
import { serverTls } from './tls.ts';

/** Where to listen. */
export interface ListenAddress {
  readonly host: string;
  /** 0: any free one */
  readonly port: number;
  /** TLS from the first octet (NNTPS) */
  readonly tls: boolean;
}

export interface NntpServerOptions {
  readonly backend: Backend;
  /** the host name that greetings show */
  readonly name: string;
  readonly listen: readonly ListenAddress[];
  /** PEM files, read again when they change. Without them there is neither NNTPS nor STARTTLS. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  readonly limits?: Partial<Limits>;
  /** AUTHINFO without TLS from anywhere; on loopback it is always allowed */
  readonly cleartextAuth?: boolean;
  /** COMPRESS DEFLATE (RFC 8054) */
  readonly compress?: boolean;
  readonly log?: Log;
  readonly observer?: Observer;
  /** unix ms */
  readonly now?: () => number;
}

const GOING_DOWN = '400 Server is going down; try again later';
const GRACE = 10_000;
/** Sessions are looked over for time-outs this many times in the shortest of them. */
const LOOKS = 4;
const LOOK_MOST = 5_000;
const LOOK_LEAST = 20;

/** The NNTP front end: listeners, who is let in, time-outs, and the end. */
export class NntpServer {
  readonly #front: FrontEnd;
  readonly #admission: Admission;
  readonly #servers: { readonly server: Server; readonly tls: boolean }[] = [];
  /** connected, but not greeted yet, with the time they came */
  readonly #arriving = new Map<Socket, number>();
  readonly #watch: NodeJS.Timeout;
  readonly #instance = randomBytes(2).toString('hex');
  #connections = 0;
  #closing: Promise<void> | undefined;

  private constructor(options: NntpServerOptions) {
    const limits = { ...defaultLimits, ...options.limits };
    const log = options.log ?? silent;
    const now = options.now ?? Date.now;
    this.#front = new FrontEnd({
      backend: options.backend,
      name: options.name,
      limits,
      log,
      observer: options.observer ?? {},
      logins: new LoginGate(limits, now),
      certificate: options.tls && new Certificate(options.tls, log, now),
      cleartextAuth: options.cleartextAuth ?? false,
      compress: options.compress ?? true,
      now,
    });
    this.#admission = new Admission(limits);
    const shortest = Math.min(limits.idle, limits.command, limits.handshake);
    const every = Math.max(LOOK_LEAST, Math.min(shortest / LOOKS, LOOK_MOST));
    this.#watch = setInterval(() => this.#lookOver(), every).unref();
  }

  /** Listens everywhere, or rejects with the error of the address that failed and listens nowhere. */
  static async open(options: NntpServerOptions): Promise<NntpServer> {
    const server = new NntpServer(options);
    try {
      for (const address of options.listen) await server.#listen(address);
      return server;
    } catch (error) {
      await server.close(0);
      throw error;
    }
  }

  /** Where it listens, in the order of the options, with the real ports. */
  get addresses(): readonly ListenAddress[] {
    return this.#servers.map(({ server, tls }) => {
      // A listening TCP server has no other kind of address.
      const { address, port } = server.address() as AddressInfo;
      return { host: address, port, tls };
    });
  }

  /** How many sessions there are. */
  get connections(): number {
    return this.#front.sessions.size;
  }

  /** Looks at the certificate files now (SIGHUP). */
  reload(): void {
    this.#front.certificate?.reload();
  }

  /**
   * Ends: no new connections, 400 to idle sessions, answers and posts in flight finish, then 400 to their
   * sessions too. Whoever is left after `graceMs` is cut off.
   */
  close(graceMs: number = GRACE): Promise<void> {
    this.#closing ??= this.#close(graceMs);
    return this.#closing;
  }

  async #close(graceMs: number): Promise<void> {
    clearInterval(this.#watch);
    const closed = this.#servers.map(({ server }) => new Promise((resolve) => server.close(resolve)));
    for (const socket of this.#arriving.keys()) socket.destroy();
    for (const session of this.#front.sessions) session.wire.end(GOING_DOWN);
    const cutOff = setTimeout(() => {
      for (const session of this.#front.sessions) session.wire.destroy();
    }, graceMs);
    await Promise.all(closed);
    clearTimeout(cutOff);
  }

  async #listen({ host, port, tls }: ListenAddress): Promise<void> {
    if (tls && !this.#front.certificate) throw new Error(`nntps://${host}:${port} needs a certificate`);
    const { queued } = this.#front.limits;
    const server = net.createServer({ allowHalfOpen: true, noDelay: true, highWaterMark: queued }, (socket) =>
      this.#admit(socket, tls),
    );
    server.listen(port, host);
    await once(server, 'listening');
    this.#servers.push({ server, tls });
  }

  #admit(socket: Socket, tls: boolean): void {
    socket.on('error', () => socket.destroy());
    const { remoteAddress, remotePort } = socket;
    // Gone already.
    if (remoteAddress === undefined || remotePort === undefined) {
      socket.destroy();
      return;
    }
    const address = plainAddress(remoteAddress);
    const refused = this.#admission.enter(address);
    if (refused) {
      this.#turnAway(socket, refused, tls);
      return;
    }
    socket.once('close', () => this.#admission.leave(address));
    this.#connections++;
    const connection = `${this.#instance}-${this.#connections.toString(36)}`;
    const peer: Peer = { address, port: remotePort, connection };
    if (tls) this.#handshake(socket, peer);
    else this.#front.welcome(socket, peer, false);
  }

  #handshake(socket: Socket, peer: Peer): void {
    const { certificate, now, log, observer } = this.#front;
    if (!certificate) throw new Error('NNTPS without a certificate');
    this.#arriving.set(socket, now());
    socket.once('close', () => this.#arriving.delete(socket));
    const secured = serverTls(socket, certificate);
    const failed = (error: Error): void => {
      log.debug({ connection: peer.connection, address: peer.address, err: error }, 'TLS handshake failed');
      observer.connectionRefused?.('handshake');
      socket.destroy();
    };
    secured.once('error', failed);
    secured.once('secure', () => {
      this.#arriving.delete(socket);
      secured.off('error', failed);
      this.#front.welcome(secured, peer, true);
    });
  }

  #turnAway(socket: Socket, reason: 'full' | 'address', tls: boolean): void {
    const { log, observer } = this.#front;
    log.warn({ address: socket.remoteAddress, reason }, 'connection refused');
    observer.connectionRefused?.(reason);
    if (tls) {
      socket.destroy();
      return;
    }
    const why = reason === 'full' ? 'Too many connections' : 'Too many connections from your address';
    socket.end(`400 ${why}; try again later\r\n`);
    socket.resume();
    setTimeout(() => socket.destroy(), LOOK_MOST).unref();
  }

  #lookOver(): void {
    const { limits, now, sessions } = this.#front;
    const time = now();
    for (const [socket, since] of this.#arriving) if (time - since >= limits.handshake) socket.destroy();
    for (const session of sessions) {
      const waited = time - session.wire.lastProgress;
      if (waited >= limits.idle && session.wire.quiet) session.wire.end('400 Idle for too long');
      else if (waited >= limits.command && !session.wire.quiet) session.wire.destroy();
    }
  }
}

import { once } from 'node:events';
import net, { type AddressInfo, type Server } from 'node:net';
import { listenHost } from '../wire/address.ts';
import { type Log, silent } from '../wire/log.ts';
import type { Backend } from './backend.ts';
import { Arrivals } from './connection/arrivals.ts';
import { Certificate } from './connection/certificate.ts';
import { FrontEnd } from './front-end.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { LoginGate } from './login-gate.ts';
import type { Observer } from './observer.ts';
import { Wildmat } from './syntax/wildmat.ts';

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
  /** every connection begins with a PROXY v2 header that says who it is: only behind a balancer that sends it */
  readonly proxyProtocol?: boolean;
  /** lines of LIST DISTRIBUTIONS and LIST MODERATORS (RFC 6048); 503 without */
  readonly distributions?: readonly string[];
  readonly moderators?: readonly string[];
  /** wildmat of the newsgroups in LIST SUBSCRIPTIONS; all of them without */
  readonly subscriptions?: string;
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
  readonly #arrivals: Arrivals;
  readonly #servers: { readonly server: Server; readonly tls: boolean }[] = [];
  readonly #watch: NodeJS.Timeout;
  #closing: Promise<void> | undefined;

  private constructor(options: NntpServerOptions) {
    const limits: Limits = { ...defaultLimits, ...options.limits };
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
      maintained: {
        distributions: options.distributions,
        moderators: options.moderators,
        subscriptions: options.subscriptions === undefined ? undefined : wildmatOf(options.subscriptions),
      },
      now,
    });
    this.#arrivals = new Arrivals(this.#front, options.proxyProtocol ?? false);
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

  /** Other limits from now on, for connections that are there as well (SIGHUP). */
  setLimits(limits: Partial<Limits>): void {
    // Everybody looks into this one object.
    Object.assign(this.#front.limits, limits);
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
    this.#arrivals.close();
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
      this.#arrivals.accept(socket, tls),
    );
    server.listen({ host: listenHost(host), port });
    await once(server, 'listening');
    // What goes wrong at accepting one (no file descriptor left, say) is no reason to give up the others.
    server.on('error', (error) => this.#front.log.error({ err: error }, 'a connection could not be accepted'));
    this.#servers.push({ server, tls });
  }

  #lookOver(): void {
    const { limits, now, sessions } = this.#front;
    const time = now();
    this.#arrivals.expire(time);
    for (const session of sessions) {
      const waited = time - session.wire.lastProgress;
      if (waited >= limits.idle && session.wire.quiet) session.wire.end('400 Idle for too long');
      else if (waited >= limits.command && !session.wire.quiet) session.wire.destroy();
    }
  }
}

function wildmatOf(text: string): Wildmat {
  const wildmat = Wildmat.parse(text);
  if (!wildmat) throw new Error(`not a wildmat: ${text}`);
  return wildmat;
}

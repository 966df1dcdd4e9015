import { once } from 'node:events';
import net, { type AddressInfo, type Server } from 'node:net';
import { listenHost } from '../wire/address.ts';
import { boundedLog } from '../wire/bounded-log.ts';
import { type Log, silent } from '../wire/log.ts';
import type { Backend } from './backend.ts';
import { Arrivals } from './connection/arrivals.ts';
import { ArticleMemory } from './connection/article-memory.ts';
import { Certificate } from './connection/certificate.ts';
import { type ListenAddress, Listener } from './connection/listener.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { LoginGate } from './login-gate.ts';
import type { Observer } from './observer.ts';
import { Places } from './places.ts';
import { Sessions } from './sessions.ts';
import { defaultSettings, type Settings } from './settings.ts';
import type { Shared } from './shared.ts';
import { Wildmat } from './syntax/wildmat.ts';

export interface NntpServerOptions extends Partial<Omit<Settings, 'limits'>> {
  readonly backend: Backend;
  readonly listen: readonly ListenAddress[];
  readonly limits?: Partial<Limits>;
  /** PEM files, read again when they change. If empty or missing: neither NNTPS nor STARTTLS. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  readonly log?: Log;
  readonly observer?: Observer;
  /** wall clock, unix ms: for dates only */
  readonly now?: () => number;
  /** monotonic, in ms: for time-outs and pauses */
  readonly clock?: () => number;
}

const GOING_DOWN = '400 Server is going down; try again later';
const GRACE = 10_000;
/** How long a client has to hang up after 400, in ms. */
const LINGER = 1_000;
/** How many times sessions are checked within the shortest time-out. */
const LOOKS = 4;
const LOOK_MOST = 5_000;
const LOOK_LEAST = 20;

/** The NNTP front end: listeners, admission, time-outs, shutdown. */
export class NntpServer {
  readonly #shared: Shared;
  readonly #sessions: Sessions;
  readonly #arrivals: Arrivals;
  readonly #servers: { readonly server: Server; readonly tls: boolean }[] = [];
  readonly #watch: NodeJS.Timeout;
  #closing: Promise<void> | undefined;

  private constructor(options: NntpServerOptions) {
    const { observer = {}, tls, now = Date.now, clock = () => performance.now() } = options;
    const log = boundedLog(options.log ?? silent);
    const limits: Limits = { ...defaultLimits, ...options.limits };
    this.#shared = {
      ...defaultSettings,
      ...options,
      limits,
      log,
      now,
      clock,
      observer,
      logins: new LoginGate(limits, clock),
      certificate: tls && tls.certificate !== '' ? new Certificate(tls, log, clock) : undefined,
      articles: new ArticleMemory(limits),
      compressions: new Places(() => limits.compressed),
    };
    const { subscriptions } = this.#shared.lists;
    if (!Wildmat.parse(subscriptions)) throw new Error(`lists.subscriptions: not a wildmat: ${subscriptions}`);
    this.#sessions = new Sessions(this.#shared);
    this.#arrivals = new Arrivals(this.#shared, (arrival) => this.#sessions.welcome(arrival));
    const shortest = Math.min(limits.idle, limits.command, limits.handshake);
    const every = Math.max(LOOK_LEAST, Math.min(shortest / LOOKS, LOOK_MOST));
    this.#watch = setInterval(() => this.#checkTimeouts(), every).unref();
  }

  /** Listens on all addresses, or on none: then it rejects with the error of the one that failed. */
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
      // A listening TCP server has this kind of address.
      const { address, port } = server.address() as AddressInfo;
      return { host: address, port, tls };
    });
  }

  /** When the certificate in use expires, unix ms; `undefined`: there is none. */
  get certificateExpires(): number | undefined {
    return this.#shared.certificate?.expires;
  }

  /** How many sessions there are. */
  get connections(): number {
    return this.#sessions.size;
  }

  /** Changes limits, for existing connections too (SIGHUP). */
  setLimits(limits: Partial<Limits>): void {
    // Everything reads this one object.
    Object.assign(this.#shared.limits, limits);
  }

  /** Checks the certificate files now (SIGHUP). */
  reload(): void {
    this.#shared.certificate?.reload();
  }

  /**
   * Shuts down: no new connections, 400 to idle sessions. Answers and posts under way finish, then their sessions get
   * 400, too. Clients that don't hang up are cut off once nothing is under way for them, all others after `graceMs`.
   */
  close(graceMs: number = GRACE): Promise<void> {
    this.#closing ??= this.#close(graceMs);
    return this.#closing;
  }

  async #close(graceMs: number): Promise<void> {
    clearInterval(this.#watch);
    const closed = this.#servers.map(({ server }) => new Promise((resolve) => server.close(resolve)));
    this.#arrivals.close();
    for (const session of this.#sessions) session.transport.end(GOING_DOWN);
    const lingering = setInterval(() => {
      for (const { transport } of this.#sessions) if (transport.quiet) transport.destroy();
    }, LINGER);
    const cutOff = setTimeout(() => {
      for (const { transport } of this.#sessions) transport.destroy();
    }, graceMs);
    await Promise.all(closed);
    clearInterval(lingering);
    clearTimeout(cutOff);
  }

  async #listen(address: ListenAddress): Promise<void> {
    const { host, port, tls } = address;
    const listener = new Listener(address, this.#shared);
    if (tls && !this.#shared.certificate) throw new Error(`nntps://${host}:${port} needs a certificate`);
    const { queued } = this.#shared.limits;
    const server = net.createServer({ allowHalfOpen: true, noDelay: true, highWaterMark: queued }, (socket) =>
      this.#arrivals.accept(socket, listener),
    );
    server.listen({ host: listenHost(host), port });
    await once(server, 'listening');
    // A connection that cannot be accepted (no file descriptors left, say) is no reason to close the others.
    server.on('error', (error) => this.#shared.log.error({ err: error }, 'a connection could not be accepted'));
    this.#servers.push({ server, tls });
  }

  #checkTimeouts(): void {
    const { limits, clock } = this.#shared;
    const time = clock();
    this.#arrivals.expire(time);
    for (const session of this.#sessions) {
      const waited = time - session.transport.lastProgress;
      if (waited >= limits.idle && session.transport.quiet) session.transport.end('400 Idle for too long');
      else if (waited >= limits.command && !session.transport.quiet) session.transport.destroy();
    }
  }
}

import { commands } from './commands/table.ts';
import type { Arrival } from './connection/arrivals.ts';
import { PackageServer } from './package/server.ts';
import { NntpSession } from './session.ts';
import type { Shared } from './shared.ts';

/** The open sessions. */
export class Sessions implements Iterable<NntpSession> {
  readonly #shared: Shared;
  readonly #server: PackageServer;
  readonly #sessions = new Set<NntpSession>();
  /**
   * The session that closed last. When no object of a class is left, V8 drops the class's hidden classes, and with them
   * the code optimised for it: after a collection while nobody was connected, a command took up to three times the CPU.
   */
  readonly #closed = new Set<NntpSession>();

  constructor(shared: Shared) {
    this.#shared = shared;
    this.#server = new PackageServer(commands, shared.log);
  }

  get size(): number {
    return this.#sessions.size;
  }

  [Symbol.iterator](): Iterator<NntpSession> {
    return this.#sessions.values();
  }

  /** Begins a session on a connected stream. */
  welcome(arrival: Arrival): void {
    const { peer, tls } = arrival;
    const { log, observer } = this.#shared;
    const session: NntpSession = new NntpSession(this.#shared, this.#server, arrival, () => {
      this.#sessions.delete(session);
      this.#closed.clear();
      this.#closed.add(session);
    });
    this.#sessions.add(session);
    log.debug({ connection: peer.connection, address: peer.address, port: peer.port, tls }, 'connection opened');
    observer.connectionOpened?.(peer, tls);
    session.greet();
  }
}

import { randomBytes } from 'node:crypto';
import { type Duplex, duplexPair } from 'node:stream';
import { diskTrouble } from '../store/errors.ts';
import { boundedLog } from '../wire/bounded-log.ts';
import { type Log, silent } from '../wire/log.ts';
import type { Accounts } from './accounts.ts';
import { type ArrivalOptions, Arrivals } from './arrivals.ts';
import { Board, type Caller, defaultTimeouts, type Identify, type Timeouts } from './board.ts';
import { type FirstStart, firstStart, type Guests } from './first-start.ts';
import type { BoardObserver } from './observer.ts';
import type { RegistrationOptions } from './registration.ts';
import { Session } from './session.ts';
import { BoardStore, type BoardStoreOptions } from './store.ts';
import { requireFinishedImport, requireNoBegunImport } from './unfinished.ts';
import { archiveItems } from './upkeep/archive.ts';

export interface BoardServerOptions extends BoardStoreOptions, ArrivalOptions {
  /** SQLite file, or `:memory:` */
  readonly path: string;
  /** undefined: only `connect()` reaches the board */
  readonly listen?: { readonly host: string; readonly port: number } | undefined;
  /** name in the greeting. Default `RGTP` */
  readonly title?: string;
  /** what the user `guest` may do; applies when the board is made. Default `read` */
  readonly guests?: Guests;
  /** called with a new board's editor before the board exists */
  readonly keepEditor?: (editor: FirstStart['editor']) => void;
  /** a new board stays empty, to be filled by other means */
  readonly empty?: boolean;
  readonly log?: Log;
  readonly timeouts?: Partial<Timeouts>;
  /** ms before the answer to the first failed proof. Default 1000 */
  readonly proofDelay?: number;
  /** identifies callers for log entries about logins */
  readonly identify?: Identify;
  readonly observer?: BoardObserver;
  /** how people register (REGU). Default: they can't */
  readonly registration?: RegistrationOptions;
  /** ms between checks for accounts changed by another process, for idle sessions. Default 500 */
  readonly accountCheck?: number;
  /** ms without a reply after which items are archived; 0 or undefined: never */
  readonly archiveAfter?: number;
}

/** ms between checks for accounts changed by another process */
const ACCOUNT_CHECK = 500;
/** ms between runs that archive items and expire registrations */
const HOUSEKEEPING = 6 * 3_600_000;

/** ms that `close` waits for clients to hang up */
const GRACE = 5_000;

const INSIDE: Caller = { address: undefined, port: 0, localPort: 0 };

/** The server of a board: its sessions, and its housekeeping. */
export class BoardServer {
  readonly store: BoardStore;
  /** What this start created; undefined if the board existed already. Show the secret once. */
  readonly made: FirstStart | undefined;
  readonly #board: Board;
  readonly #options: BoardServerOptions;
  readonly #sessions = new Set<Session>();
  readonly #arrivals: Arrivals;
  readonly #instance = randomBytes(2).toString('hex');
  #sessionNumber = 0;
  readonly #housekeeping: NodeJS.Timeout;
  readonly #accountCheck: NodeJS.Timeout;

  /** @throws StoreError; whatever `listen` fails with (EADDRINUSE, EACCES) */
  static async open(options: BoardServerOptions): Promise<BoardServer> {
    requireNoBegunImport(options.path);
    const store = BoardStore.open(options.path, options);
    try {
      requireFinishedImport(store);
      const made =
        options.empty === true ? undefined : await firstStart(store, options.guests ?? 'read', options.keepEditor);
      const server = new BoardServer(store, made, options);
      await server.#keepHouse().catch((error: unknown) => {
        // Housekeeping can wait until the disk has room.
        if (diskTrouble(error) === undefined) throw error;
        server.#board.log.error({ err: error }, 'housekeeping failed');
      });
      if (options.listen !== undefined) await server.#arrivals.listen(options.listen);
      return server;
    } catch (error) {
      store.close();
      throw error;
    }
  }

  private constructor(store: BoardStore, made: FirstStart | undefined, options: BoardServerOptions) {
    this.store = store;
    this.made = made;
    this.#options = options;
    this.#board = new Board({
      store,
      title: options.title ?? 'RGTP',
      log: boundedLog(options.log ?? silent),
      timeouts: { ...defaultTimeouts, ...options.timeouts },
      proofDelay: options.proofDelay ?? 1000,
      identify: options.identify,
      registration: options.registration,
      observer: options.observer,
    });
    store.users.onUnopened = (userid) =>
      this.#board.log.error({ userid, reason: "its secret can't be read" }, 'account ignored');
    this.#arrivals = new Arrivals(
      options,
      this.#board,
      () => this.#sessions.size,
      (stream, caller) => this.#open(stream, caller),
    );
    this.#housekeeping = setInterval(() => {
      this.#keepHouse().catch((error: unknown) => this.#board.log.error({ err: error }, 'housekeeping failed'));
    }, HOUSEKEEPING).unref();
    this.#accountCheck = setInterval(() => this.#checkAccounts(), options.accountCheck ?? ACCOUNT_CHECK).unref();
  }

  /** The listener's address. @throws Error if there is none */
  get address(): { readonly host: string; readonly port: number } {
    return this.#arrivals.address;
  }

  /** open sessions */
  get connections(): number {
    return this.#sessions.size;
  }

  /** Tells whether logins still hold, for code that uses one outside a session. */
  get accounts(): Accounts {
    return this.store.accounts;
  }

  /** Connects from inside this process. */
  connect(): Duplex {
    const [client, server] = duplexPair();
    // Unlike a socket, one end of a pair does not notice that the other was destroyed.
    client.once('close', () => server.destroy());
    server.once('close', () => {
      if (!server.writableFinished) client.destroy();
    });
    this.#open(server, INSIDE);
    return client;
  }

  /** Calls `listener` after every change of the index. Returns a function that stops it. */
  onChange(listener: () => void): () => void {
    return this.store.onChange(listener);
  }

  /**
   * Ends every session with 481, after the posts in flight, and closes the database. Cuts off sessions left after
   * `graceMs`, whose clients don't hang up or don't read.
   */
  async close(graceMs = GRACE): Promise<void> {
    clearInterval(this.#housekeeping);
    clearInterval(this.#accountCheck);
    const closed = this.#arrivals.close();
    const sessions = [...this.#sessions].map((session) => session.shutDown());
    const cutOff = setTimeout(() => {
      for (const session of this.#sessions) session.destroy();
    }, graceMs);
    await Promise.all(sessions);
    await closed;
    clearTimeout(cutOff);
    this.store.close();
  }

  #checkAccounts(): void {
    const { accounts } = this.store;
    const known = accounts.trouble;
    try {
      void accounts.generation;
    } catch (err) {
      if (known === undefined) this.#board.log.error({ err }, 'accounts could not be checked');
    }
  }

  async #keepHouse(): Promise<void> {
    const { archiveAfter = 0 } = this.#options;
    const { registration } = this.#board;
    if (registration !== undefined) await this.store.commit(() => registration.expire());
    if (archiveAfter > 0) {
      const moved = await archiveItems(this.store, this.store.time - Math.floor(archiveAfter / 1000));
      if (moved > 0) this.#board.log.info({ items: moved }, 'items archived');
    }
  }

  #open(stream: Duplex, caller: Caller): void {
    const { address, port } = caller;
    const from = address === undefined ? {} : { address, port };
    const connection = `${this.#instance}-${(++this.#sessionNumber).toString(36)}`;
    const log = this.#board.log.child({ connection, ...from });
    const session: Session = new Session(this.#board, stream, caller, log, () => {
      this.#sessions.delete(session);
      this.#board.members.delete(session);
    });
    this.#sessions.add(session);
    this.#board.members.add(session);
    this.#board.observer.connected('accepted');
    log.debug({}, 'connection opened');
  }
}

import { messageOf } from '../../wire/trouble.ts';
import { RgtpError, type RgtpErrorKind } from '../errors.ts';

/** What can be shared: a connection. */
interface Sharable {
  /** false once it has ended */
  readonly usable: boolean;
}

/** Lends connections: `RgtpPool` is one. */
export interface Lender<C> {
  use<T>(task: (connection: C) => Promise<T>, signal?: AbortSignal): Promise<T>;
}

/** Errors that do not reflect on the connection. */
const HARMLESS: ReadonlySet<RgtpErrorKind> = new Set([
  'no-such-item',
  'no-access',
  'unsupported',
  // One item's text may be damaged; broken framing ends the connection by itself.
  'nonsense',
]);

export interface SharedConnectionOptions<C> {
  readonly pool: Lender<C>;
  /** ms without a request after which the connection is given back */
  readonly quiet: number;
  /** ms after a failed attempt in which only `run(…, { anyway: true })` makes another */
  readonly pause: number;
  /** monotonic, in ms */
  readonly clock: () => number;
}

/**
 * One borrowed connection for all requests, so that they are pipelined: held while there are any, given back after a
 * while without, and thrown away after a failure.
 */
export class SharedConnection<C extends Sharable> {
  readonly #options: SharedConnectionOptions<C>;
  readonly #waiting = new AbortController();
  #closed = false;
  #lease: Promise<Lease<C>> | undefined;
  /** the same, once it has been lent */
  #held: Lease<C> | undefined;
  #failure: { readonly cause: unknown; readonly until: number } | undefined;

  constructor(options: SharedConnectionOptions<C>) {
    this.#options = options;
  }

  /** Runs one request. `anyway`: even if the last attempt to connect has just failed. */
  async run<T>(request: (connection: C) => Promise<T>, how?: { readonly anyway: boolean }): Promise<T> {
    if (this.#closed) throw new RgtpError('unavailable', 'closed');
    const held = this.#held;
    // The board has closed it while it was unused: not a failure, just borrow another one.
    if (held !== undefined && !held.connection.usable) held.giveBack();
    if (this.#lease === undefined) {
      const failure = this.#failure;
      if (failure !== undefined && !how?.anyway && this.#options.clock() < failure.until) throw notAsked(failure.cause);
      this.#lease = this.#borrow();
    }
    const lease = this.#held ?? (await this.#lent(this.#lease));
    lease.begin();
    try {
      return await request(lease.connection);
    } catch (error) {
      if (!isHarmless(error)) this.#drop(lease, error);
      throw error;
    } finally {
      lease.end();
    }
  }

  /** Gives the connection back (the pool ends what is under way on it), or stops waiting for one. */
  close(): void {
    this.#closed = true;
    if (this.#held === undefined) this.#waiting.abort(new RgtpError('unavailable', 'closed'));
    else this.#held.giveBack();
  }

  #borrow(): Promise<Lease<C>> {
    const borrowed = Promise.withResolvers<Lease<C>>();
    const held = this.#options.pool.use((connection) => {
      const over = Promise.withResolvers<void>();
      const lease: Lease<C> = new Lease(connection, over, this.#options.quiet, () => this.#forget(promise));
      this.#held = lease;
      borrowed.resolve(lease);
      if (this.#closed) lease.giveBack();
      this.#failure = undefined;
      return over.promise;
    }, this.#waiting.signal);
    const promise = borrowed.promise;
    held.catch((error: unknown) => {
      this.#forget(promise);
      this.#failure = { cause: error, until: this.#options.clock() + this.#options.pause };
      borrowed.reject(error);
    });
    return promise;
  }

  async #lent(lease: Promise<Lease<C>>): Promise<Lease<C>> {
    try {
      return await lease;
    } catch (error) {
      throw notAsked(error);
    }
  }

  #drop(lease: Lease<C>, error: unknown): void {
    lease.throwAway(error);
    this.#failure = { cause: error, until: this.#options.clock() + this.#options.pause };
  }

  #forget(lease: Promise<Lease<C>>): void {
    if (this.#lease !== lease) return;
    this.#lease = undefined;
    this.#held = undefined;
  }
}

class Lease<C> {
  readonly connection: C;
  readonly #over: PromiseWithResolvers<void>;
  readonly #quiet: number;
  readonly #onEnd: () => void;
  #active = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(connection: C, over: PromiseWithResolvers<void>, quiet: number, onEnd: () => void) {
    this.connection = connection;
    this.#over = over;
    this.#quiet = quiet;
    this.#onEnd = onEnd;
  }

  begin(): void {
    this.#active++;
    clearTimeout(this.#timer);
  }

  end(): void {
    if (--this.#active > 0) return;
    this.#timer = setTimeout(() => this.giveBack(), this.#quiet);
    this.#timer.unref();
  }

  giveBack(): void {
    clearTimeout(this.#timer);
    this.#onEnd();
    this.#over.resolve();
  }

  throwAway(error: unknown): void {
    clearTimeout(this.#timer);
    this.#onEnd();
    this.#over.reject(error);
  }
}

/** There is no connection, so the request was never sent. */
export class NotAskedError extends RgtpError {
  constructor(cause: unknown) {
    const kind = cause instanceof RgtpError ? cause.kind : 'unavailable';
    super(kind, messageOf(cause), { cause });
    this.name = 'NotAskedError';
  }
}

function notAsked(cause: unknown): NotAskedError {
  return cause instanceof NotAskedError ? cause : new NotAskedError(cause);
}

function isHarmless(error: unknown): boolean {
  return error instanceof RgtpError && HARMLESS.has(error.kind);
}

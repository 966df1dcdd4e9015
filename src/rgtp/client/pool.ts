import { RgtpError } from '../errors.ts';
import { RgtpConnection } from './connection.ts';
import type { ClientOptions } from './options.ts';

export interface PoolOptions extends ClientOptions {
  /** most connections */
  readonly size: number;
  /** ms before an unused connection is closed. Default 60,000. (RGTP forbids keeping one alive by NOOP.) */
  readonly idle?: number;
  /** ms after which a connection is not lent again. Default: no limit */
  readonly maxAge?: number;
  /** ms between a failure to open a connection and the next attempt, while tasks wait and others run. Default 1000 */
  readonly retry?: number;
}

interface Waiter {
  readonly resolve: (connection: RgtpConnection) => void;
  readonly reject: (error: unknown) => void;
}

interface Resting {
  readonly connection: RgtpConnection;
  readonly timer: NodeJS.Timeout;
}

const DEFAULT_IDLE = 60_000;
const DEFAULT_RETRY = 1000;

/**
 * Lends connections, each to one task at a time. Opens them one after the other, because groggsd does not greet all of
 * a burst. Destroys a connection whose task failed, because its state is unknown.
 */
export class RgtpPool {
  readonly #options: PoolOptions;
  readonly #resting: Resting[] = [];
  readonly #waiters: Waiter[] = [];
  readonly #lent = new Set<Promise<unknown>>();
  readonly #working = new Set<RgtpConnection>();
  readonly #closing = new AbortController();
  /** when each was opened, monotonic ms */
  readonly #opened = new WeakMap<RgtpConnection, number>();
  #open = 0;
  #opening = false;
  #retrying: NodeJS.Timeout | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /**
   * Runs `task` with a connection of its own. Rejects with the error of the task, or of opening the connection.
   * `signal` ends the wait, or destroys the task's connection.
   */
  use<T>(task: (connection: RgtpConnection) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const lent = this.#lend(task, signal);
    this.#lent.add(lent);
    const done = () => this.#lent.delete(lent);
    lent.then(done, done);
    return lent;
  }

  /** Stops lending. Resolves when running tasks have ended and every connection is closed. */
  async close(): Promise<void> {
    this.#closing.abort(closed());
    clearTimeout(this.#retrying);
    for (const waiter of this.#waiters.splice(0)) waiter.reject(closed());
    await Promise.allSettled([...this.#lent, ...this.#resting.splice(0).map((resting) => this.#dismiss(resting))]);
  }

  /** Whether a connection is unused. */
  get rested(): boolean {
    return this.#resting.some(({ connection }) => this.#isGood(connection));
  }

  /** Takes over a connection opened with the options of this pool; closes it if the pool is full. */
  adopt(connection: RgtpConnection): void {
    if (this.#open >= this.#options.size || this.#closing.signal.aborted) {
      void connection.close();
      return;
    }
    this.#open++;
    this.#opened.set(connection, performance.now());
    this.#takeBack(connection);
  }

  #isGood(connection: RgtpConnection): boolean {
    const { maxAge } = this.#options;
    const age = performance.now() - (this.#opened.get(connection) ?? 0);
    return connection.usable && (maxAge === undefined || age < maxAge);
  }

  async #lend<T>(task: (connection: RgtpConnection) => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const connection = await this.#acquire(signal);
    const abort = () => connection.destroy(new RgtpError('unavailable', 'given up', { cause: signal?.reason }));
    signal?.addEventListener('abort', abort);
    const level = connection.level;
    try {
      signal?.throwIfAborted();
      const result = await task(connection);
      // A lock, an edit or a changed access level must not be passed on.
      if (!connection.idle || connection.level !== level) connection.destroy();
      return result;
    } catch (error) {
      connection.destroy();
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#working.delete(connection);
      this.#takeBack(connection);
    }
  }

  async #acquire(signal: AbortSignal | undefined): Promise<RgtpConnection> {
    signal?.throwIfAborted();
    if (this.#closing.signal.aborted) throw closed();
    for (let resting = this.#resting.pop(); resting !== undefined; resting = this.#resting.pop()) {
      clearTimeout(resting.timer);
      if (this.#isGood(resting.connection)) {
        this.#working.add(resting.connection);
        return resting.connection;
      }
      this.#dismiss(resting);
    }
    const { promise, resolve, reject } = Promise.withResolvers<RgtpConnection>();
    const waiter = { resolve, reject };
    const abort = () => {
      const place = this.#waiters.indexOf(waiter);
      if (place >= 0) this.#waiters.splice(place, 1);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', abort);
    this.#waiters.push(waiter);
    this.#grow();
    try {
      return await promise;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Opens connections, one after the other, while tasks wait and there is room. */
  async #grow(): Promise<void> {
    if (this.#opening) return;
    this.#opening = true;
    clearTimeout(this.#retrying);
    while (this.#waiters.length > 0 && this.#open < this.#options.size) {
      this.#open++;
      try {
        const connection = await RgtpConnection.open(this.#options, this.#closing.signal);
        this.#opened.set(connection, performance.now());
        this.#takeBack(connection);
      } catch (error) {
        this.#open--;
        // Waiting tasks may still get a connection that is lent now; but it may be lent for long, to a task that itself
        // waits for one of them. If none is lent, one failure rejects them all: an attempt for each would hammer a
        // server that is down.
        if ([...this.#working].some(({ usable }) => usable)) {
          this.#retrying = setTimeout(() => this.#grow(), this.#options.retry ?? DEFAULT_RETRY).unref();
          break;
        }
        for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
      }
    }
    this.#opening = false;
  }

  #takeBack(connection: RgtpConnection): void {
    if (!this.#isGood(connection)) {
      // Too old to be lent again, but not broken: close it properly.
      if (connection.usable) void connection.close();
      this.#open--;
      this.#grow();
      return;
    }
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) {
      this.#working.add(connection);
      waiter.resolve(connection);
      return;
    }
    const timer = setTimeout(() => this.#retire(connection), this.#options.idle ?? DEFAULT_IDLE).unref();
    const resting = { connection, timer };
    if (this.#closing.signal.aborted) this.#dismiss(resting);
    else this.#resting.push(resting);
  }

  #retire(connection: RgtpConnection): void {
    const place = this.#resting.findIndex((resting) => resting.connection === connection);
    for (const resting of place < 0 ? [] : this.#resting.splice(place, 1)) this.#dismiss(resting);
  }

  async #dismiss({ connection, timer }: Resting): Promise<void> {
    clearTimeout(timer);
    this.#open--;
    await connection.close();
  }
}

function closed(): RgtpError {
  return new RgtpError('unavailable', 'the connections to the board are closed');
}

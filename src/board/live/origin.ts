import { setTimeout as delay } from 'node:timers/promises';
import { RgtpConnection } from '../../rgtp/client/connection.ts';
import type { ClientOptions } from '../../rgtp/client/options.ts';
import { RgtpError } from '../../rgtp/errors.ts';

/** ms before each attempt to reconnect */
const PAUSES: readonly number[] = [1_000, 2_000, 4_000, 8_000, 16_000];
/** connections in a row that may end without answering anything */
const MOST_LOST = 5;

export interface OriginOptions {
  readonly client: ClientOptions;
  readonly signal?: AbortSignal | undefined;
  readonly pauses?: readonly number[] | undefined;
}

/** The board that is copied: a connection to it, replaced when it is lost. */
export class OriginBoard implements Disposable {
  readonly #options: OriginOptions;
  readonly #abort = (): void => this.#connection?.destroy();
  #connection: RgtpConnection | undefined;
  #lost = 0;

  constructor(options: OriginOptions) {
    this.#options = options;
    options.signal?.addEventListener('abort', this.#abort);
  }

  /** @throws RgtpError; the signal's reason */
  async connection(): Promise<RgtpConnection> {
    const { client, signal, pauses = PAUSES } = this.#options;
    // No retries for the first connection: the address may be wrong.
    const waits = this.#connection === undefined ? [] : pauses;
    for (let tried = 0; this.#connection?.usable !== true; tried++) {
      signal?.throwIfAborted();
      try {
        this.#connection = await RgtpConnection.open(client, signal);
      } catch (error) {
        const pause = waits[tried];
        if (pause === undefined || !(error instanceof RgtpError) || error.kind !== 'unavailable') throw error;
        await delay(pause, undefined, { signal });
      }
    }
    return this.#connection;
  }

  /** Asks again if the connection is lost, but not forever: the question itself may be what ends it. */
  async ask<T>(question: (connection: RgtpConnection) => Promise<T>): Promise<T> {
    for (;;) {
      const connection = await this.connection();
      try {
        const answer = await question(connection);
        this.#lost = 0;
        return answer;
      } catch (error) {
        this.check();
        if (isLoss(error) && !connection.usable && ++this.#lost < MOST_LOST) continue;
        this.#lost = 0;
        throw error;
      }
    }
  }

  /** @throws the signal's reason, once aborted */
  check(): void {
    this.#options.signal?.throwIfAborted();
  }

  [Symbol.dispose](): void {
    this.#options.signal?.removeEventListener('abort', this.#abort);
    this.#connection?.destroy();
  }
}

/** Whether the connection ended for a reason other than the question or its answer. */
export function isLoss(error: unknown): boolean {
  return error instanceof RgtpError && error.kind === 'unavailable';
}

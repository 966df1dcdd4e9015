import type { Duplex } from 'node:stream';
import { dropInTurns } from '../../wire/endings.ts';
import type { Output } from './output.ts';

/** How long a closed side waits for the client to close its own, in ms. */
const LINGER = 5_000;

/** What a link reports to its transport. */
export interface LinkEvents {
  received(chunk: Buffer): void;
  /** The client has taken what was written: go on. */
  pump(): void;
  /** The client will send no more. */
  inputEnded(): void;
  /** The connection is over; called once. `error` is set unless the client ended it. */
  lost(error: Error | undefined): void;
}

/** The stream to a client as it is now: TCP, perhaps under a TLS or a DEFLATE layer. */
export class Link {
  #stream: Duplex;
  readonly #events: LinkEvents;
  readonly #clock: () => number;
  #paused = false;
  #closed = false;
  #linger: NodeJS.Timeout | undefined;
  /** when the client last sent or took something, in ms of the clock */
  lastProgress: number;

  constructor(stream: Duplex, events: LinkEvents, clock: () => number) {
    this.#stream = stream;
    this.#events = events;
    this.#clock = clock;
    this.lastProgress = clock();
    this.#attach();
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** octets written that the client has not taken */
  get unsent(): number {
    return this.#stream.writableLength;
  }

  /** The client takes no more at present. */
  get blocked(): boolean {
    return this.#stream.writableNeedDrain && this.#stream.writableLength > 0;
  }

  progressed(): void {
    this.lastProgress = this.#clock();
  }

  write(output: Output): void {
    if (!this.#closed) output.flush(this.#stream);
  }

  /** Resolves once everything written so far is with the operating system. */
  flushed(): Promise<void> {
    return new Promise((resolve) => this.#stream.write('', () => resolve()));
  }

  /** Whether to take bytes from the client. */
  read(wanted: boolean): void {
    if (this.#closed || this.#stream.writableEnded || wanted === !this.#paused) return;
    this.#paused = !wanted;
    if (wanted) this.#stream.resume();
    else this.#stream.pause();
  }

  /** Puts another stream on top of the one that is there. */
  exchange(make: (below: Duplex) => Duplex): void {
    this.#stream.off('data', this.#onData);
    this.#stream.off('drain', this.#onDrain);
    this.#stream.off('end', this.#onEnd);
    this.#stream = make(this.#stream);
    this.#paused = false;
    this.#attach();
  }

  /** Closes this side, and the other after a while if the client does not. */
  finish(): void {
    if (this.#stream.writableEnded) return;
    this.#stream.end();
    this.#stream.off('data', this.#onData);
    dropInTurns(this.#stream);
    this.#linger = setTimeout(() => this.destroy(), LINGER).unref();
  }

  destroy(error?: Error): void {
    this.#lost(error);
    this.#stream.destroy();
  }

  readonly #onData = (chunk: Buffer): void => {
    this.progressed();
    this.#events.received(chunk);
  };

  readonly #onDrain = (): void => {
    this.progressed();
    this.#events.pump();
  };

  readonly #onEnd = (): void => this.#events.inputEnded();

  readonly #onError = (error: Error): void => this.#lost(error);

  readonly #onClose = (): void => this.#lost(undefined);

  #lost(error: Error | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    // The timer would keep the session in memory long enough to be moved to the old generation, where it would stay
    // until the next full collection.
    clearTimeout(this.#linger);
    this.#events.lost(error);
  }

  #attach(): void {
    this.#stream.on('data', this.#onData);
    this.#stream.on('drain', this.#onDrain);
    this.#stream.on('end', this.#onEnd);
    this.#stream.on('error', this.#onError);
    this.#stream.on('close', this.#onClose);
    // The previous owner may have paused it.
    this.#stream.resume();
  }
}

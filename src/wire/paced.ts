import { Duplex } from 'node:stream';
import { eventLoop } from './fair-share.ts';

/** Octets handed on in one step: what takes most for its size, a record of 27 octets that only renews keys, takes 3 ms. */
const PIECE = 8 * 1024;

type Done = (error?: Error | null) => void;

/**
 * A connection whose input comes in turns with everything else. Under TLS it must: Node reads up to two megabytes at
 * once and decrypts them before anything else happens, and records without content (RFC 8446 §4.6.3, KeyUpdate) stop
 * at no high water mark. One client could hold the event loop for half a second, again and again.
 */
export class Paced extends Duplex {
  readonly #below: Duplex;
  #input: Buffer | undefined;
  #ended = false;
  /** whoever reads from this has had enough for now */
  #isFull = false;

  /** @param owner as of `FairShare.belongs()` */
  constructor(below: Duplex, owner: unknown) {
    super({ allowHalfOpen: true, readableHighWaterMark: 2 * PIECE });
    this.#below = below;
    eventLoop.belongs(this.#turn, owner);
    below.on('data', (chunk: Buffer) => {
      this.#input = this.#input === undefined ? chunk : Buffer.concat([this.#input, chunk]);
      eventLoop.run(this.#turn);
      if (this.#input !== undefined || this.#isFull) below.pause();
    });
    below.on('end', () => {
      this.#ended = true;
      this.#goOn();
    });
    below.on('error', (error) => this.destroy(error));
    below.on('close', () => this.destroy());
  }

  readonly #turn = (): void => {
    while (this.#input !== undefined && !this.destroyed) {
      const piece = this.#input.subarray(0, PIECE);
      this.#input = this.#input.length > PIECE ? this.#input.subarray(PIECE) : undefined;
      // Goes on with `_read`.
      this.#isFull = !this.push(piece);
      if (this.#isFull) return;
      if (this.#input !== undefined && eventLoop.over()) {
        eventLoop.later(this.#turn);
        return;
      }
    }
    this.#goOn();
  };

  #goOn(): void {
    if (this.#input !== undefined || this.destroyed) return;
    if (!this.#ended) this.#below.resume();
    else this.push(null);
  }

  override _read(): void {
    this.#isFull = false;
    if (this.#input === undefined) this.#goOn();
    else eventLoop.later(this.#turn);
  }

  // Output needs no pace: it goes to the connection below without a queue of its own. TLS writes Buffers; text is UTF-8.
  override write(chunk: Buffer | string, encoding?: BufferEncoding | Done, done?: Done): boolean {
    return this.#below.write(chunk, typeof encoding === 'function' ? encoding : done);
  }

  override cork(): void {
    this.#below.cork();
  }

  override uncork(): void {
    this.#below.uncork();
  }

  override _final(done: Done): void {
    this.#below.end(done);
  }

  override _destroy(error: Error | null, done: Done): void {
    eventLoop.forget(this.#turn);
    this.#input = undefined;
    this.#below.destroy(error ?? undefined);
    done(error);
  }
}

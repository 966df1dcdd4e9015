import { Duplex } from 'node:stream';
import { constants, createDeflateRaw, createInflateRaw, type DeflateRaw, type InflateRaw } from 'node:zlib';

/** The compressor's level and memory: little CPU, about 200 KiB. RFC 8054 §4 requires the full window for inflating. */
const DEFLATE = { level: 3, memLevel: 7, windowBits: 15 };
const INFLATE = { windowBits: 15, finishFlush: constants.Z_SYNC_FLUSH };
/**
 * Real commands do not compress better than this. The first octets are not counted: a short session may be all
 * repetition.
 */
const MOST_RATIO = 100;
const FREE_OCTETS = 16 * 1024 * 1024;

type Done = (error?: Error | null) => void;

/** A DEFLATE layer (RFC 8054) over a stream. Each write is flushed, so that the client can read it at once. */
export class Deflated extends Duplex {
  readonly #below: Duplex;
  readonly #deflate: DeflateRaw = createDeflateRaw(DEFLATE);
  readonly #inflate: InflateRaw = createInflateRaw(INFLATE);
  #octetsIn = 0;
  #octetsOut = 0;

  constructor(below: Duplex) {
    super({ allowHalfOpen: true });
    this.#below = below;
    this.#deflate.on('data', (chunk: Buffer) => below.write(chunk));
    this.#inflate.on('data', (chunk: Buffer) => this.#inflated(chunk));
    this.#inflate.on('end', () => this.push(null));
    this.#inflate.on('drain', () => below.resume());
    for (const stream of [this.#deflate, this.#inflate]) stream.on('error', (error) => this.destroy(error));
    below.on('data', (chunk: Buffer) => {
      this.#octetsIn += chunk.length;
      if (!this.#inflate.write(chunk)) below.pause();
    });
    below.on('end', () => this.#inflate.end());
    below.on('close', () => this.destroy());
  }

  #inflated(chunk: Buffer): void {
    this.#octetsOut += chunk.length;
    if (this.#octetsOut > FREE_OCTETS + this.#octetsIn * MOST_RATIO)
      this.destroy(new Error('compression ratio too high'));
    else if (!this.push(chunk)) this.#inflate.pause();
  }

  override _read(): void {
    this.#inflate.resume();
  }

  override _write(chunk: Buffer | string, encoding: BufferEncoding, done: Done): void {
    this.#deflate.write(chunk, encoding);
    this.#flush(done);
  }

  override _writev(
    chunks: readonly { readonly chunk: Buffer | string; readonly encoding: BufferEncoding }[],
    done: Done,
  ): void {
    for (const { chunk, encoding } of chunks) this.#deflate.write(chunk, encoding);
    this.#flush(done);
  }

  /** Calls `done` once the stream below can take more: this passes on its back-pressure. */
  #flush(done: Done): void {
    this.#deflate.flush(constants.Z_SYNC_FLUSH, () => {
      if (this.#below.writableNeedDrain) this.#below.once('drain', () => done());
      else done();
    });
  }

  override _final(done: Done): void {
    this.#deflate.once('end', () => {
      this.#below.end();
      done();
    });
    this.#deflate.end();
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#deflate.destroy();
    this.#inflate.destroy();
    this.#below.destroy();
    done(error);
  }
}

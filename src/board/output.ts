import type { Duplex } from 'node:stream';
import { writeTogether } from '../wire/write-together.ts';

/** octets collected before a write: answers to pipelined commands go out together */
const TOGETHER = 64 * 1024;

/**
 * A session's output. Collects answers and writes them together. Blocks while the client does not read, so that a slow
 * reader costs one buffer.
 */
export class Output {
  readonly #stream: Duplex;
  readonly #onProgress: () => void;
  #pending: Buffer[] = [];
  #octets = 0;
  #blocked = false;
  #waiting: (() => void)[] = [];

  /** @param onProgress called when the client has read what it was sent */
  constructor(stream: Duplex, onProgress: () => void) {
    this.#stream = stream;
    this.#onProgress = onProgress;
    stream.on('drain', () => this.#release());
    stream.on('close', () => this.#release());
  }

  /** The client must read before more is written. */
  get blocked(): boolean {
    return this.#blocked;
  }

  write(bytes: Buffer): void {
    this.#pending.push(bytes);
    this.#octets += bytes.length;
    if (this.#octets >= TOGETHER) this.flush();
  }

  flush(): void {
    const parts = this.#pending;
    const octets = this.#octets;
    this.#pending = [];
    this.#octets = 0;
    if (this.#stream.writable && !writeTogether(this.#stream, parts, octets)) this.#blocked = true;
  }

  /** Resolves when there is room, or the stream is closed. */
  async room(): Promise<void> {
    if (this.#blocked && !this.#stream.destroyed) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  end(): void {
    this.flush();
    this.#stream.end();
  }

  #release(): void {
    this.#blocked = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
    this.#onProgress();
  }
}

import type { Duplex } from 'node:stream';
import { bytesOf, type Octets, octets } from '../wire/octets.ts';
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
  /** lines after these: one Buffer for all of them, once something else follows */
  #lines = octets``;
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

  /** @param text without its end */
  line(text: Octets): void {
    this.#lines = octets`${this.#lines}${text}\r\n`;
    this.#wrote(text.length + 2);
  }

  write(bytes: Buffer): void {
    this.#endLines();
    this.#pending.push(bytes);
    this.#wrote(bytes.length);
  }

  #wrote(octets: number): void {
    this.#octets += octets;
    if (this.#octets >= TOGETHER) this.flush();
  }

  #endLines(): void {
    if (this.#lines === '') return;
    this.#pending.push(bytesOf(this.#lines));
    this.#lines = octets``;
  }

  flush(): void {
    // Lines alone, as when people post, go out as they are: a socket takes them without a Buffer.
    const lines = this.#pending.length === 0 ? this.#lines : octets``;
    if (lines === '') this.#endLines();
    const parts = this.#pending;
    const length = this.#octets;
    this.#pending = [];
    this.#lines = octets``;
    this.#octets = 0;
    if (!this.#stream.writable) return;
    const more = lines === '' ? writeTogether(this.#stream, parts, length) : this.#stream.write(lines, 'latin1');
    if (!more) this.#blocked = true;
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

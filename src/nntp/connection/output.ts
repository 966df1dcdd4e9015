import type { Duplex } from 'node:stream';
import { writeTogether } from '../../wire/write-together.ts';
import { writeFromScratch } from './scratch.ts';

const CRLF = '\r\n';

/** The answers of one turn, gathered into one write. */
export class Output {
  /** Lines stay text until they are written: a Buffer for each would cost more than the rest of a command. */
  #parts: (Buffer | string)[] = [];
  /** lines after the last part */
  #text = '';
  #octets = 0;

  /** octets gathered, or a little less: each character of a line counts as one */
  get octets(): number {
    return this.#octets + this.#text.length;
  }

  /** A line, without its CRLF. */
  line(text: string): void {
    this.#text += text + CRLF;
  }

  bytes(bytes: Buffer): void {
    this.#endText();
    this.#push(bytes);
  }

  flush(stream: Duplex): void {
    this.#endText();
    writeTogether(stream, this.#parts, this.#octets, writeFromScratch);
    this.#parts = [];
    this.#octets = 0;
  }

  #endText(): void {
    if (this.#text === '') return;
    this.#push(this.#text);
    this.#text = '';
  }

  #push(part: Buffer | string): void {
    this.#parts.push(part);
    this.#octets += part.length;
  }
}

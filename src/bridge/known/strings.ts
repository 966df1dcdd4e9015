import { type Octets, octets, octetsFrom } from '../../wire/octets.ts';
import { withRoom } from '../growable.ts';

/**
 * Strings by number, in one piece of memory: tens of thousands of them give the garbage collector nothing to trace. A
 * string is made whenever it is asked for.
 */
export class Strings {
  #bytes = Buffer.allocUnsafeSlow(0);
  #end = 0;
  #starts = new Uint32Array(0);
  #lengths = new Uint32Array(0);
  /** octets before the end that are no longer part of any string */
  #dead = 0;

  /** empty if it was never set */
  at(number: number): Octets {
    const length = this.#lengths[number] ?? 0;
    if (length === 0) return octets``;
    const start = this.#starts[number] ?? 0;
    return octetsFrom(this.#bytes, start, start + length);
  }

  set(number: number, text: Octets): void {
    this.#starts = withRoom(this.#starts, number + 1, Uint32Array);
    this.#lengths = withRoom(this.#lengths, number + 1, Uint32Array);
    this.#dead += this.#lengths[number] ?? 0;
    this.#lengths[number] = 0;
    if (this.#end + text.length > this.#bytes.length) this.#move(text.length);
    this.#starts[number] = this.#end;
    this.#lengths[number] = text.length;
    this.#end += this.#bytes.write(text, this.#end, 'latin1');
  }

  /** Moves all strings to another piece of memory, which has room for a quarter more. */
  #move(more: number): void {
    const bytes = Buffer.allocUnsafeSlow(Math.ceil((this.#end - this.#dead + more) * 1.25));
    if (this.#dead === 0) this.#bytes.copy(bytes, 0, 0, this.#end);
    else this.#end = this.#pack(bytes);
    this.#bytes = bytes;
    this.#dead = 0;
  }

  #pack(bytes: Buffer): number {
    let end = 0;
    for (let number = 0; number < this.#lengths.length; number++) {
      const start = this.#starts[number] ?? 0;
      this.#starts[number] = end;
      end += this.#bytes.copy(bytes, end, start, start + (this.#lengths[number] ?? 0));
    }
    return end;
  }
}
